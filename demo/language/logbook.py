"""Makes the language models one by one and logs each while it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from demo.language.checkpoints import checkpoint_of, load, save
from demo.language.completion import Answers, answers
from demo.language.operations import Desk
from demo.language.text import Text, documentation
from demo.language.transformer import CONTEXT, LanguageModel
from demo.recipe import Step
from tensorboard_cnc import cnc_summary

METRICS = (
    cnc_summary.metric("F1", goal="max", format=".3f", low=0, high=1),
    cnc_summary.metric("exact_match", goal="max", format=".1%"),
    cnc_summary.metric("effective_bytes", goal="min", unit="B", format=",d"),
    cnc_summary.metric("loss", goal="min", unit="nats", format=".3f"),
)
# The run that holds the sentences, and the name under which models are evaluated on them.
TEXT_RUN = "sentences"
BATCH = 16
REPEATS = 10
# On what the layers of all models are compared.
PROBES = 8


@dataclass(frozen=True)
class Outcome:
    """What became of a step; without answers it was finished by an earlier run."""

    step: Step[Desk]
    answers: Answers | None = None

    def summary(self) -> str:
        if self.answers is None:
            return "made before"
        found = self.answers.metrics()
        return (
            f"F1 {found['F1']:.3f}   exact match {found['exact_match']:6.1%}"
            f"   loss {found['loss']:.3f}"
        )


def finished(step: Step[Desk], steps: Sequence[Step[Desk]], folder: Path) -> bool:
    """Whether an earlier run in `folder` has made and logged the model."""
    return checkpoint_of(step, steps, folder).is_file() and any((folder / step.id).glob("events*"))


def run_sweep(steps: Sequence[Step[Desk]], folder: Path) -> Iterator[Outcome]:
    """Makes what no earlier run has finished, in the order given."""
    text = documentation()
    log_sentences(text, folder)
    networks: dict[str, LanguageModel] = {}
    childless = {step.id for step in steps} - {name for step in steps for name in step.parents}
    for step in steps:
        path = checkpoint_of(step, steps, folder)
        if finished(step, steps, folder):
            if step.id not in childless:
                networks[step.id] = load(path, text)
            yield Outcome(step)
            continue
        net, found = make_model(step, networks, text, folder)
        save(net, path)
        if isinstance(net, LanguageModel):
            networks[step.id] = net
        yield Outcome(step, found)


def log_sentences(text: Text, folder: Path) -> None:
    """What all models are asked to go on with, in a run of its own."""
    with SummaryWriter(str(folder / TEXT_RUN)) as writer:
        cnc_summary.dataset(
            writer,
            TEXT_RUN,
            [sentence.id for sentence in text.sentences],
            texts=[" ".join(sentence.prompt) for sentence in text.sentences],
            targets=[" ".join(sentence.answer) for sentence in text.sentences],
            attributes={"page": [sentence.page for sentence in text.sentences]},
        )


def make_model(
    step: Step[Desk], networks: dict[str, LanguageModel], text: Text, folder: Path
) -> tuple[nn.Module, Answers]:
    """One model, in a log run of its own."""
    recipe = step.recipe
    parents = {parent: networks[parent] for parent in step.parents}
    with (
        SummaryWriter(str(folder / step.id)) as writer,
        cnc_summary.model(
            writer,
            step.id,
            parents=step.parents,
            operation=cnc_summary.operation(recipe.operation, **recipe.parameters),
            description=recipe.description,
            metrics=METRICS,
        ) as model,
    ):

        def epoch_done(epoch: int, training_loss: float, net: LanguageModel) -> None:
            model.metrics(answers(net, text).metrics(), step=epoch)
            writer.add_scalar("loss/train", training_loss, epoch)

        desk = Desk(tuple(parents.values()), networks.get("dense"), text, epoch_done)
        net = recipe.apply(desk).eval()
        found = answers(net, text)
        model.metrics(found.metrics())
        stretches = text.tokens[: BATCH * CONTEXT].view(BATCH, CONTEXT)
        model.efficiency(net, stretches, repeats=REPEATS)
        model.weights(net, reference=parents)
        with torch.no_grad():
            model.activations(net, stretches[:PROBES])
        log_answers(model, text, found)
        return net, found


def log_answers(model: cnc_summary.ModelHandle, text: Text, found: Answers) -> None:
    model.predictions(
        TEXT_RUN,
        [sentence.id for sentence in text.sentences],
        outputs=found.outputs,
        scores={"F1": found.f1, "exact match": found.exact_match},
    )
