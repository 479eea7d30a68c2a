"""Which point of a scalar stands for a model, as ``metric(summary=)`` says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_cnc.records.models import Bound, Goal, MetricSpec, ScalarPoint
from tensorboard_cnc.records.summaries import scalar_summary


@dataclass(frozen=True, slots=True)
class ChosenPoint:
    """A point, and whether it is only a bound; `note` says why."""

    point: ScalarPoint
    bound: Bound | None = None
    note: str = ""


def needs_history(spec: MetricSpec) -> bool:
    """Whether another point than the last may stand for a model."""
    return bool(spec.scalar) and spec.summary not in ("", "last")


def chosen_point(
    points: Sequence[ScalarPoint], spec: MetricSpec, thinned_to: int | None = None
) -> ChosenPoint | None:
    """The point of a model's `points`, in order of time, that `spec` asks for; None: there is none.

    Of equal values the first counts, and NaN only where there is nothing else. `thinned_to`: how
    many points TensorBoard keeps of the scalar, where it may have left out some; else None.
    """
    summary = scalar_summary(spec.summary)
    if not points or summary is None:
        return None
    if summary.kind == "last":
        return ChosenPoint(points[-1])
    if summary.kind == "at":
        found = next((p for p in reversed(points) if p.step == summary.step), None)
        return found and ChosenPoint(found)
    direction = spec.goal if summary.kind == "best" else summary.kind
    if direction is None:
        return None
    best = _extreme(points, direction)
    if thinned_to is None:
        return ChosenPoint(best)
    return ChosenPoint(
        best,
        "≥" if direction == "max" else "≤",
        f"TensorBoard keeps {thinned_to:,} points of a scalar; one that it left out may be beyond.",
    )


def _extreme(points: Sequence[ScalarPoint], direction: Goal) -> ScalarPoint:
    numbers = [point for point in points if not math.isnan(point.value)]
    if not numbers:
        return points[-1]
    pick = max if direction == "max" else min
    return pick(numbers, key=lambda point: point.value)
