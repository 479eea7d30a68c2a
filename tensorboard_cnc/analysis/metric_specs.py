"""How to read each metric: what runs defined, and a guess where none did."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tensorboard_cnc.analysis.metric_goals import guess_goal
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.analysis.scalar_values import needs_history
from tensorboard_cnc.records.models import MetricSpec, MetricSpecs, Stored
from tensorboard_cnc.wording import shown

# What each field but the name holds where nobody said anything.
_SILENT = {field.name: field.default for field in dataclasses.fields(MetricSpec)[1:]}
_CONTESTED = _SILENT.keys() - {"defined_us", "suggested"}


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """A metric and how to read it; `guessed` where no run says which way is better.

    `mixed` names the units where models seem to have logged it in two; "" otherwise.
    """

    spec: MetricSpec
    guessed: bool
    mixed: str = ""


def merge_specs(stored: Iterable[Stored]) -> tuple[dict[str, MetricSpec], list[Problem]]:
    """What runs say of each metric, the newest last, and a problem where they contradict.

    What they leave open is as suggested, if anything is.
    """
    newest_of_run: dict[tuple[str, str], MetricSpec] = {}
    suggested: dict[str, MetricSpec] = {}
    for run, spec in _all_specs(stored):
        if spec.suggested:
            suggested[spec.name] = spec
            continue
        known = newest_of_run.get((spec.name, run))
        if known is None or known.defined_us <= spec.defined_us:
            newest_of_run[spec.name, run] = spec
    merged: dict[str, tuple[str, dict[str, Any]]] = {}
    conflicts: dict[str, Problem] = {}
    in_order = sorted(newest_of_run.items(), key=lambda item: item[1].defined_us)
    for (name, run), spec in in_order:
        stated = _stated(spec)
        before_run, before = merged.get(name, (run, stated))
        both = [field for field in _SILENT if field in _CONTESTED & before.keys() & stated.keys()]
        contested = [
            f"{field} {shown(before[field])}, then {shown(stated[field])}"
            for field in both
            if before[field] != stated[field]
        ]
        if contested:
            conflicts[name] = _conflict(name, before_run, run, "; ".join(contested))
        merged[name] = (run, before | stated)
    specs = {
        name: MetricSpec(name, **_suggestions(suggested.get(name)) | stated)
        for name, (_, stated) in merged.items()
    }
    return specs | {n: s for n, s in suggested.items() if n not in specs}, [*conflicts.values()]


def scalar_tags(stored: Iterable[Stored]) -> set[str]:
    """The ordinary scalars that any run names for a metric."""
    return {spec.scalar for _, spec in _all_specs(stored) if spec.scalar}


def whole_scalars(stored: Iterable[Stored]) -> set[str]:
    """Those of which more than the last value matters."""
    return {spec.scalar for spec in merge_specs(stored)[0].values() if needs_history(spec)}


def known_metrics(specs: dict[str, MetricSpec], logged: Iterable[str]) -> list[KnownMetric]:
    """All defined metrics, then the logged ones nobody defined, then what was only suggested.

    Guesses a goal where none is.
    """
    undefined = {name: MetricSpec(name) for name in logged if name not in specs}
    in_order = sorted((specs | undefined).values(), key=lambda spec: spec.suggested)
    return [_guess(spec) for spec in in_order]


def _guess(spec: MetricSpec) -> KnownMetric:
    goal = None if spec.goal else guess_goal(spec.name)
    if goal is None:
        return KnownMetric(spec, guessed=False)
    return KnownMetric(dataclasses.replace(spec, goal=goal), guessed=True)


def _all_specs(stored: Iterable[Stored]) -> Iterator[tuple[str, MetricSpec]]:
    """Every spec with the run that holds it."""
    for entry in stored:
        if isinstance(entry.record, MetricSpecs):
            for spec in entry.record.specs:
                yield entry.run, spec


def _suggestions(spec: MetricSpec | None) -> dict[str, Any]:
    """What a suggestion adds to a definition; whether it is primary the definition has said."""
    stated = _stated(spec) if spec else {}
    return {field: value for field, value in stated.items() if field in _CONTESTED - {"primary"}}


def _stated(spec: MetricSpec) -> dict[str, Any]:
    """The fields of `spec` that say something; what is at its default nobody said."""
    return {
        field: value
        for field, silent in _SILENT.items()
        if (value := getattr(spec, field)) != silent
    }


def _conflict(name: str, one_run: str, other_run: str, contested: str) -> Problem:
    return Problem(
        f'The runs "{one_run}" and "{other_run}" define the metric "{name}" differently '
        f"({contested}); the newer definition is used.",
        "Give the same cnc_summary.metric(...) in both, or rename one of the two.",
        run=other_run,
    )
