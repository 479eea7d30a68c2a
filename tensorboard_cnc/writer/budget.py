"""Budgets: limits that a metric should keep, given as a number or as a text."""

from __future__ import annotations

import math
import re
from numbers import Real
from typing import Any, Literal

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Budget, Goal
from tensorboard_cnc.writer.array_values import plain
from tensorboard_cnc.writer.wording import shown, type_name

_FORMS = 'A budget reads "<= 10", ">= 0.9", "≤ 10 ms", "<= base", ">= base - 1 %" or "<= base + 5"'
_NUMBER = r"(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_TEXT = re.compile(
    rf"""\s* (?P<bound><=|>=|≤|≥) \s*
    (?: (?P<base>base) (?: \s* (?P<sign>[-−+]) \s* (?P<offset>{_NUMBER}) )?
      | (?P<value>[-−+]?{_NUMBER}) )
    \s* (?P<unit>%|[^\W\d][^\d\s]*)? \s*""",
    re.VERBOSE | re.IGNORECASE,
)
_BOUNDS: dict[str, Literal["at_most", "at_least"]] = {
    "<=": "at_most",
    "≤": "at_most",
    ">=": "at_least",
    "≥": "at_least",
}


def checked_budget(given: Any, *, metric: str, goal: Goal | None, unit: str) -> Budget | None:
    """The budget that `given` means for a metric with this goal and unit.

    Raises:
      ArgumentError: it is not finite, cannot be read, has another unit than the metric, or is a
        number and the metric has no goal.
    """
    if given is None or isinstance(given, Budget):
        return given
    if isinstance(given, str):
        return _from_text(given, metric, unit)
    return _from_number(plain(given), metric, goal)


def _from_number(number: Any, metric: str, goal: Goal | None) -> Budget:
    if not isinstance(number, Real) or isinstance(number, bool) or not math.isfinite(number):
        seen = f'The budget of "{metric}" is {shown(number)} of type {type_name(number)}'
        raise ArgumentError(seen, _FORMS, "Pass a finite number or such a text")
    if goal is None:
        raise ArgumentError(
            f'The budget of "{metric}" is the number {shown(number)}, and the metric has no goal',
            "The goal says whether a number is the most or the least",
            f'Write goal="min" or goal="max", or the budget as a text: "<= {number}"',
        )
    return Budget("at_most" if goal == "min" else "at_least", float(number))


def _from_text(text: str, metric: str, unit: str) -> Budget:
    found = _TEXT.fullmatch(text)
    number = _number(found) if found else math.nan
    if found is None or not math.isfinite(number):
        raise ArgumentError(f'The budget of "{metric}" is {shown(text)}', _FORMS, "Write it so")
    bound = _BOUNDS[found["bound"]]
    percent_of_base = bool(found["offset"]) and found["unit"] == "%"
    if found["unit"] and found["unit"] != unit and not percent_of_base:
        raise _other_unit(metric, unit, found["unit"])
    if found["value"]:
        return Budget(bound, number)
    return Budget(bound, number, "base_percent" if percent_of_base else "base_plus")


def _number(found: re.Match[str]) -> float:
    text = (found["sign"] or "") + (found["value"] or found["offset"] or "0")
    return float(text.replace("−", "-"))


def _other_unit(metric: str, unit: str, found: str) -> ArgumentError:
    plainly = '">= 0.9" instead of ">= 90 %"' if found == "%" else "the budget without it"
    return ArgumentError(
        f'The budget of "{metric}" is in {found}, and the metric '
        + (f"in {unit}" if unit else "has no unit"),
        "A budget has the unit of its metric",
        f'Write unit="{found}" if the metric is logged in {found}, else {plainly}',
    )
