"""Metrics that are defined as a value of a scalar, and have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.records.models import MetricSpec, Scalars
from tensorboard_cnc.records.summaries import scalar_summary


def unmet_scalars(
    members: tuple[Member, ...], specs: Iterable[MetricSpec], scalars: Scalars, complete: bool
) -> Iterator[Problem]:
    """A problem for each metric whose scalar, or whose value of that, nobody has.

    Not before all is read (`complete`) and no model is running that may yet log it.
    """
    waiting = not members or any(member.card.status == "running" for member in members)
    present = {tag for _, tag in scalars}
    for spec in specs:
        if not spec.scalar:
            continue
        summary = scalar_summary(spec.summary)
        if summary and summary.kind == "best" and spec.goal is None:
            yield _directionless(spec)
        elif waiting or not complete:
            continue
        elif spec.scalar not in present:
            yield _absent(spec)
        elif summary and summary.kind == "at" and not _has_step(spec, summary.step, scalars):
            yield _without_step(spec, summary.step)


def _has_step(spec: MetricSpec, step: int, scalars: Scalars) -> bool:
    return any(
        point.step == step
        for (_, tag), points in scalars.items()
        if tag == spec.scalar
        for point in points
    )


def _directionless(spec: MetricSpec) -> Problem:
    return Problem(
        f'The metric "{spec.name}" is the best value of the scalar "{spec.scalar}", and nobody '
        "says which way is better; it counts as not logged.",
        'Give cnc_summary.metric(...) goal="max" or goal="min".',
    )


def _absent(spec: MetricSpec) -> Problem:
    which = "last" if spec.summary == "" else spec.summary.partition(":")[0]
    value = "a value" if which == "at" else f"the {which} value"
    return Problem(
        f'The metric "{spec.name}" is defined as {value} of the scalar "{spec.scalar}", '
        "which no run with a model has.",
        "Correct the tag in cnc_summary.metric(..., scalar=...), or log the scalar through a "
        "writer in the model's run.",
    )


def _without_step(spec: MetricSpec, step: int) -> Problem:
    return Problem(
        f'The metric "{spec.name}" is the value of the scalar "{spec.scalar}" at step {step:,}, '
        "and no run has one there.",
        "Correct the step in cnc_summary.metric(..., summary=...). TensorBoard keeps 1,000 points "
        "of a scalar, unless it is started with --samples_per_plugin scalars=0.",
    )
