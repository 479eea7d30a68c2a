"""Which models are worth their cost: the axes that trade-offs begin with, and their front.

The panel draws the same (``frontend/src/model/tradeoffs/pareto.ts``); tests/golden/front.json
holds both to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tensorboard_cnc.records.models import Goal, MetricSpec

# What a model costs: size, then parameters, computation, time.
_COSTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in ("size", "bytes", "param", "macs|flops", "latency|time")
)

# The finite values of models by key and metric name.
Values = Mapping[str, Mapping[str, float]]


class Candidate(NamedTuple):
    """A model with a finite value on both axes."""

    key: str
    x: float
    y: float


def quality_metric(specs: Sequence[MetricSpec]) -> MetricSpec | None:
    """A primary metric to be raised, else any primary metric, else any."""
    primary = [spec for spec in specs if spec.primary]
    raised = (spec for spec in primary if spec.goal == "max")
    return next(raised, next(iter([*primary, *specs]), None))


def cost_metric(specs: Sequence[MetricSpec], values: Values) -> MetricSpec | None:
    """What a model costs, where it tells models apart.

    Of the metrics by which costs are called, the first that has at least half as many different
    values as any of them; models without one count as one value.
    """
    costs = [
        spec
        for pattern in _COSTS
        for spec in specs
        if spec.goal != "max" and pattern.search(spec.name)
    ] or [*specs]
    different = [len({of.get(spec.name) for of in values.values()}) for spec in costs]
    most = max(different, default=0)
    return next((spec for spec, n in zip(costs, different, strict=True) if 2 * n >= most), None)


def pareto_front(candidates: Iterable[Candidate], x_goal: Goal, y_goal: Goal) -> list[str]:
    """Keys of those of which no other is at least as good on both axes and better on one.

    From the best x to the best y; models with the same two values stay together.
    """
    across, up = (-1.0 if goal == "max" else 1.0 for goal in (x_goal, y_goal))
    front: list[Candidate] = []
    for each in sorted(candidates, key=lambda one: (across * one.x, up * one.y, one.key)):
        last = front[-1] if front else None
        same = last is not None and (each.x, each.y) == (last.x, last.y)
        if last is None or same or up * each.y < up * last.y:
            front.append(each)
    return [each.key for each in front]
