"""How to read each metric: what runs defined, and a guess where none did."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tensorboard_cnc.analysis.metric_goals import guess_goal
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.records import MetricSpec, MetricSpecs, Stored


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """A metric and how to read it; `guessed` where no run says which way is better."""

    spec: MetricSpec
    guessed: bool


def merge_specs(stored: Iterable[Stored]) -> tuple[dict[str, MetricSpec], list[Problem]]:
    """What runs say of each metric, the newest last, and a problem where they contradict."""
    newest_of_run: dict[tuple[str, str], MetricSpec] = {}
    for entry in stored:
        if isinstance(entry.record, MetricSpecs):
            for spec in entry.record.specs:
                place = (spec.name, entry.run)
                known = newest_of_run.get(place)
                if known is None or known.defined_us <= spec.defined_us:
                    newest_of_run[place] = spec
    merged: dict[str, tuple[str, MetricSpec]] = {}
    conflicts: dict[str, Problem] = {}
    in_order = sorted(newest_of_run.items(), key=lambda item: item[1].defined_us)
    for (name, run), spec in in_order:
        before_run, before = merged.get(name, (run, spec))
        if _contradict(before, spec):
            conflicts[name] = _conflict(name, before_run, run)
        merged[name] = (run, dataclasses.replace(before, **_stated(spec)))
    return {name: spec for name, (_, spec) in merged.items()}, list(conflicts.values())


def known_metrics(specs: dict[str, MetricSpec], logged: Iterable[str]) -> list[KnownMetric]:
    """All defined metrics, then the logged ones nobody defined; guesses a goal where none is."""
    undefined = {name: MetricSpec(name) for name in logged if name not in specs}
    return [_guess(spec) for spec in (specs | undefined).values()]


def _guess(spec: MetricSpec) -> KnownMetric:
    goal = None if spec.goal else guess_goal(spec.name)
    if goal is None:
        return KnownMetric(spec, guessed=False)
    return KnownMetric(dataclasses.replace(spec, goal=goal), guessed=True)


def _stated(spec: MetricSpec) -> dict[str, Any]:
    """The fields of `spec` that say something; what is at its default nobody said."""
    silent = dataclasses.asdict(MetricSpec(spec.name))
    fields = {field.name: getattr(spec, field.name) for field in dataclasses.fields(spec)}
    return {name: value for name, value in fields.items() if value != silent[name]}


def _contradict(one: MetricSpec, other: MetricSpec) -> bool:
    known, new = _stated(one), _stated(other)
    return any(known[name] != new[name] for name in known.keys() & new.keys() - {"defined_us"})


def _conflict(name: str, one_run: str, other_run: str) -> Problem:
    return Problem(
        f'The runs "{one_run}" and "{other_run}" define the metric "{name}" differently; '
        "the newer definition is used.",
        "Give the same cnc_summary.metric(...) in both, or rename one of the two.",
        run=other_run,
    )
