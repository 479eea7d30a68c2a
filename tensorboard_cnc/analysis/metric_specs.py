"""How to read each metric: what runs defined, and a guess where none did."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from tensorboard_cnc.analysis.metric_goals import guess_goal
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.records import MetricSpec, MetricSpecs, Stored


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """A metric and how to read it; `guessed` where no run says which way is better."""

    spec: MetricSpec
    guessed: bool


def merge_specs(stored: Iterable[Stored]) -> tuple[dict[str, MetricSpec], list[Problem]]:
    """The newest spec of each metric, and a problem for each that runs define differently."""
    newest_of_run: dict[tuple[str, str], tuple[int, MetricSpec]] = {}
    for entry in stored:
        if isinstance(entry.record, MetricSpecs):
            for spec in entry.record.specs:
                place = (spec.name, entry.run)
                known = newest_of_run.get(place)
                if known is None or known[1].defined_us <= spec.defined_us:
                    newest_of_run[place] = (entry.order, spec)
    merged: dict[str, tuple[str, MetricSpec]] = {}
    conflicts: dict[str, Problem] = {}
    in_order = sorted(newest_of_run.items(), key=lambda item: (item[1][1].defined_us, item[1][0]))
    for (name, run), (_, spec) in in_order:
        if name in merged and _differ(merged[name][1], spec):
            conflicts[name] = _conflict(name, merged[name][0], run)
        # Not a plain update: a metric keeps the place of its first definition.
        merged[name] = (run, spec)
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


def _differ(one: MetricSpec, other: MetricSpec) -> bool:
    return dataclasses.replace(one, defined_us=other.defined_us) != other


def _conflict(name: str, one_run: str, other_run: str) -> Problem:
    return Problem(
        f'The runs "{one_run}" and "{other_run}" define the metric "{name}" differently; '
        "the newer definition is used.",
        "Give the same cnc_summary.metric(...) in both, or rename one of the two.",
        run=other_run,
    )
