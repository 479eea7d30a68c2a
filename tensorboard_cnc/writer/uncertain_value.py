"""A measured number with what is known of its error: an interval, or that it is only a bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Bound, Interval
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.array_values import plain

_BOUNDS: dict[str, Bound] = {"≥": "≥", ">=": "≥", "≤": "≤", "<=": "≤"}


@dataclass(frozen=True, slots=True)
class UncertainValue:
    """A number for ``m.metrics``, made by `value`.

    Attributes:
      number: the value itself.
      interval: the ends (low, high) of its interval, or None.
      level: how often such an interval holds the truth, between 0 and 1.
      bound: "≥" or "≤" where the true value is this or more, or less; else None.
    """

    number: Any
    interval: Any = None
    level: Any = 0.95
    bound: Any = None


def value(
    number: float,
    *,
    interval: tuple[float, float] | None = None,
    level: float = 0.95,
    bound: Literal["≥", "≤", ">=", "<="] | None = None,
) -> UncertainValue:
    """A number with its interval, or of which only a bound is known, for ``m.metrics``.

    ::

        m.metrics({"accuracy": cnc_summary.value(0.71, interval=(0.69, 0.73))})
        m.metrics({"flops": cnc_summary.value(2.1e9, bound="≥")})

    Args:
      number: the value itself. Repeated measurements tell their spread by themselves: pass these
        to ``m.metrics`` as a list.
      interval: the ends (low, high) of its interval, such as value ± 1.96 standard errors.
      level: how often such an interval holds the truth, between 0 and 1.
      bound: "≥" where the true value is this or more, "≤" where it is this or less.

    Returns:
      What ``m.metrics`` takes in place of a number.

    Raises:
      ArgumentError: an argument breaks a rule. With ``on_error("warn")`` this is left to
        ``m.metrics``, which keeps the problem with the model.
    """
    given = UncertainValue(number, interval, level, bound)
    if not policy.is_lenient():
        checked_uncertainty(given)
    return given


def checked_uncertainty(given: UncertainValue) -> tuple[float, Interval | None, Bound | None]:
    """The number, its interval and bound.

    Raises:
      ArgumentError: one of them breaks a rule.
    """
    number = _number(given.number)
    bound = _BOUNDS.get(given.bound) if isinstance(given.bound, str) else None
    if given.bound is not None and bound is None:
        raise ArgumentError(
            f"bound= is {shown(given.bound)}",
            'A bound is "≥" where the true value is the number or more, "≤" where it is less',
            "Pass one of these, or leave it out",
        )
    if given.interval is None:
        return number, None, bound
    low, high = _ends(given.interval)
    if not low <= number <= high:
        raise ArgumentError(
            f"The interval is ({low:g}, {high:g}), and the value {number:g}",
            "An interval is (low, high) around the value",
            "Pass its two ends, not its half width: (value - width, value + width)",
        )
    return number, Interval(low, high, _level(given.level)), bound


def _number(number: Any) -> float:
    found = plain(number)
    if isinstance(found, Sequence) and not isinstance(found, str | bytes):
        raise ArgumentError(
            f"cnc_summary.value was given {shown(number)} of type {type_name(number)}",
            "It takes one number; repeated measurements tell their spread by themselves",
            "Pass the list itself to m.metrics, or its mean with an interval",
        )
    if isinstance(found, Real) and not isinstance(found, bool):
        try:
            return float(found)
        except OverflowError:
            found = math.inf
    raise ArgumentError(
        f"cnc_summary.value was given {shown(number)} of type {type_name(number)}",
        "It takes one number, of at most 1.8e308",
        "Convert it with float(...)",
    )


def _ends(interval: Any) -> tuple[float, float]:
    ends = plain(interval)
    if isinstance(ends, list | tuple) and len(ends) == 2:
        low, high = (plain(end) for end in ends)
        if _is_finite(low) and _is_finite(high):
            return float(low), float(high)
    raise ArgumentError(
        f"interval= is {shown(interval)} of type {type_name(interval)}",
        "An interval is two finite numbers, (low, high)",
        'Pass both; where one side is open, bound="≥" or bound="≤" says so',
    )


def _level(level: Any) -> float:
    found = plain(level)
    if _is_finite(found) and 0 < found < 1:
        return float(found)
    raise ArgumentError(
        f"level= is {shown(level)}",
        "A level is a share between 0 and 1",
        "Write 0.95 for 95 %",
    )


def _is_finite(number: Any) -> bool:
    if not isinstance(number, Real) or isinstance(number, bool):
        return False
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False
