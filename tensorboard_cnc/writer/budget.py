"""Budgets as they are given: a number, a text, or ready-made."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.limits.limit import FORMS, parse_limit
from tensorboard_cnc.records.models import Budget, Goal
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.array_values import plain


def checked_budget(given: Any, *, metric: str, goal: Goal | None, unit: str) -> Budget | None:
    """The budget that `given` means for a metric with this goal and unit.

    Raises:
      ArgumentError: it is not finite, cannot be read, has another unit than the metric, or is a
        number and the metric has no goal.
    """
    if given is None or isinstance(given, Budget):
        return given
    if isinstance(given, str):
        return parse_limit(given, metric=metric, unit=unit)
    return _from_number(plain(given), metric, goal)


def _from_number(number: Any, metric: str, goal: Goal | None) -> Budget:
    if not isinstance(number, Real) or isinstance(number, bool) or not math.isfinite(number):
        seen = f'The budget of "{metric}" is {shown(number)} of type {type_name(number)}'
        raise ArgumentError(seen, FORMS, "Pass a finite number or such a text")
    if goal is None:
        raise ArgumentError(
            f'The budget of "{metric}" is the number {shown(number)}, and the metric has no goal',
            "The goal says whether a number is the most or the least",
            f'Write goal="min" or goal="max", or the budget as a text: "<= {number}"',
        )
    return Budget("at_most" if goal == "min" else "at_least", float(number))
