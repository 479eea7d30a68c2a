"""All that is asked of some models, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_cnc.checks.harm import HarmQuestion, judged_harm, typed_harm
from tensorboard_cnc.checks.outcome import Outcome, Verdict
from tensorboard_cnc.checks.requirement import judged, logged_requirements, typed_requirement
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.runs import Runs


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: models by name, limits and the harm to be seen as they were typed."""

    models: Sequence[str]
    base: str | None = None
    requirements: Sequence[str] = ()
    no_harm: bool = False
    see: str | None = None
    data: str | None = None
    measure: str | None = None


def check(runs: Runs, question: Question) -> list[Outcome]:
    """Holds the models to the budgets that were logged, to the requirements, and to no harm.

    Raises:
      ReadError: no model or data set is called so, or several are.
      ArgumentError: a requirement cannot be read, or nothing is asked.
    """
    models = list(dict.fromkeys(runs.models[name] for name in question.models))
    base = runs.models[question.base] if question.base is not None else None
    see = None if question.see is None else typed_harm(question.see)
    requirements = [
        *logged_requirements(runs),
        *(typed_requirement(text, runs) for text in question.requirements),
    ]
    if not requirements and not question.no_harm:
        raise ArgumentError(
            "Nothing is asked of the models",
            "No budget was logged with the metrics, so requirements are to be named",
            'Add --require "accuracy >= base - 1 pt" or --no-harm',
        )
    bases = {model.key: base or runs.models.base_of(model) for model in models}
    outcomes: list[Outcome] = []
    for model in models:
        outcomes += _unfinished(model)
        outcomes += [judged(each, model, bases[model.key]) for each in requirements]
    if question.no_harm:
        harm = HarmQuestion(see, question.data, question.measure)
        for own in dict.fromkeys(bases.values()):
            of_base = [model for model in models if bases[model.key] is own]
            outcomes += judged_harm(runs, own, of_base, harm)
    return outcomes


def _unfinished(model: Model) -> list[Outcome]:
    """A model that failed keeps nothing, whatever it had logged by then."""
    if model.status != "failed":
        return []
    why = model.said.get("reason", "")
    return [Outcome(model.id, "has finished", Verdict.FAILS, "it was logged as failed", why=why)]
