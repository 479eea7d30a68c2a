"""Makes the language models one by one and logs each while it is made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from demo.language.completion import Answers, answers
from demo.language.operations import Desk
from demo.language.sweep import language_sweep
from demo.language.text import Text, documentation
from demo.language.transformer import CONTEXT, Attention, Block, FeedForward, LanguageModel
from demo.logbook import model_run
from demo.planning import BESIDE, CANDIDATES, DAMAGE, PACKED, PREDICTED, log_plan, plans_of
from demo.recipe import Step
from demo.story import Made, Story
from tensorboard_cnc import cnc_summary

METRICS = (
    cnc_summary.metric(
        "F1",
        goal="max",
        format=".3f",
        low=0,
        high=1,
        description="Harmonic mean of the precision and recall of words.",
    ),
    cnc_summary.metric(
        "exact_match",
        goal="max",
        format=".1%",
        description="Share of sentences completed word for word.",
    ),
    cnc_summary.metric("effective_bytes", goal="min", unit="B"),
    cnc_summary.metric(
        "loss",
        goal="min",
        unit="nats",
        format=".3f",
        description="Mean cross-entropy of the right words.",
    ),
    DAMAGE,
    BESIDE,
    PREDICTED,
    PACKED,
)
# The run that holds the sentences, and the name under which models are evaluated on them.
TEXT_RUN = "sentences"
BATCH = 16
REPEATS = 10
# On what the layers of all models are compared.
PROBES = 8
# Stretches of words on which formats of layers are chosen, and tried afterwards.
PLANNED_WITH, TRIED_ON = 32, 96


_MODULES = (
    LanguageModel,
    Block,
    Attention,
    FeedForward,
    nn.ModuleList,
    nn.Embedding,
    nn.LayerNorm,
    nn.Linear,
    nn.GELU,
)


def language_story(*, epochs: int = 40, tuning_epochs: int = 4) -> Story[Desk]:
    """One small layer broke the model: a small transformer, and what brought it back."""
    text = documentation()
    return Story(
        language_sweep(epochs=epochs, tuning_epochs=tuning_epochs),
        TEXT_RUN,
        partial(log_sentences, text),
        partial(make_model, text),
        _MODULES,
    )


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
    text: Text, step: Step[Desk], networks: Mapping[str, nn.Module], folder: Path
) -> Made:
    """One model, in a log run of its own."""
    parents = {parent: cast(LanguageModel, networks[parent]) for parent in step.parents}
    dense = cast(LanguageModel | None, networks.get("dense"))
    with model_run(step, folder, METRICS) as (writer, model):

        def epoch_done(epoch: int, training_loss: float, net: LanguageModel) -> None:
            model.metrics(answers(net, text).metrics(), step=epoch)
            writer.add_scalar("loss/train", training_loss, epoch)

        plans = plans_of(step.recipe, folder)
        desk = Desk(tuple(parents.values()), dense, text, epoch_done, plans and plans.own)
        net = step.recipe.apply(desk).eval()
        found = answers(net, text)
        model.metrics(found.metrics())
        stretches = text.tokens[: BATCH * CONTEXT].view(BATCH, CONTEXT)
        probe, held_out = stretches_to_plan_with(text)
        if plans is None or dense is None:
            model.efficiency(net, stretches, repeats=REPEATS)
        else:
            # Its weights hold what their formats can, in float32: sizes would be those of float32.
            log_plan(model, plans, dense, net, held_out)
        model.weights(net, reference=parents)
        with torch.no_grad():
            model.activations(net, stretches[:PROBES])
        if step.id == "dense":
            model.sensitivity(net, probe, candidates=CANDIDATES)
        log_answers(model, text, found)
        return Made(found.summary(), net)


def stretches_to_plan_with(text: Text) -> tuple[Tensor, Tensor]:
    """Stretches of all pages, int64 (n, CONTEXT): those of the plan, and others to try it on."""
    stretches = text.tokens[: len(text.tokens) // CONTEXT * CONTEXT].view(-1, CONTEXT)
    order = torch.randperm(len(stretches), generator=torch.Generator().manual_seed(0))
    chosen = stretches[order[: PLANNED_WITH + TRIED_ON]]
    return chosen[:PLANNED_WITH], chosen[PLANNED_WITH:]


def log_answers(model: cnc_summary.ModelHandle, text: Text, found: Answers) -> None:
    model.predictions(
        TEXT_RUN,
        [sentence.id for sentence in text.sentences],
        outputs=found.outputs,
        scores={"F1": found.f1, "exact match": found.exact_match},
    )
