"""The grammar of limits: ``<= 10 ms``, ``>= base - 1 %``; and what a limit asks of a model."""

from __future__ import annotations

import math
import re
from typing import Literal

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Budget
from tensorboard_cnc.wording import shown

FORMS = 'A budget reads "<= 10", ">= 0.9", "≤ 10 ms", "<= base", ">= base - 1 %" or "<= base + 5"'
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


def parse_limit(text: str, *, metric: str, unit: str) -> Budget:
    """The limit that `text` sets on a metric with this unit.

    Raises:
      ArgumentError: it cannot be read, is not finite, or has another unit than the metric.
    """
    found = _TEXT.fullmatch(text)
    number = _number(found) if found else math.nan
    if found is None or not math.isfinite(number):
        raise ArgumentError(
            f'The budget of "{metric}" is {shown(text)}', FORMS, "Use one of these forms"
        )
    bound = _BOUNDS[found["bound"]]
    percent_of_base = bool(found["offset"]) and found["unit"] == "%"
    if found["unit"] and found["unit"] != unit and not percent_of_base:
        raise _other_unit(metric, unit, found["unit"])
    if found["value"]:
        return Budget(bound, number)
    return Budget(bound, number, "base_percent" if percent_of_base else "base_plus")


def limit_text(limit: Budget, unit: str = "") -> str:
    """What `parse_limit` reads as `limit`, such as ``>= base - 1 %``."""
    sign = "<=" if limit.bound == "at_most" else ">="
    if limit.relation == "absolute":
        return f"{sign} {_written(limit.value)} {unit}".rstrip()
    if limit.relation == "base_plus" and limit.value == 0:
        return f"{sign} base"
    # Behind "base" a per cent sign means a share of the base's value, whatever the metric's unit.
    end = "" if unit == "%" else unit
    if limit.relation == "base_percent":
        end = "%"
    change = f"{'-' if limit.value < 0 else '+'} {_written(abs(limit.value))}"
    return f"{sign} base {change} {end}".rstrip()


def limit_value(limit: Budget, base: float | None) -> float | None:
    """The value that `limit` stands for; None where it needs the base's, which nobody logged."""
    if limit.relation == "absolute":
        return limit.value
    if base is None or math.isnan(base):
        return None
    return base + limit.value if limit.relation == "base_plus" else base * (1 + limit.value / 100)


def keeps(value: float | None, limit: Budget, base: float | None = None) -> bool | None:
    """Whether `value` keeps `limit`; None where it or what the limit stands for is not known."""
    bound = limit_value(limit, base)
    if value is None or math.isnan(value) or bound is None:
        return None
    return value <= bound if limit.bound == "at_most" else value >= bound


def _number(found: re.Match[str]) -> float:
    text = (found["sign"] or "") + (found["value"] or found["offset"] or "0")
    return float(text.replace("−", "-"))


def _written(number: float) -> str:
    return repr(number).removesuffix(".0")


def _other_unit(metric: str, unit: str, found: str) -> ArgumentError:
    plainly = '">= 0.9" instead of ">= 90 %"' if found == "%" else "the budget without it"
    return ArgumentError(
        f'The budget of "{metric}" is in {found}, and the metric '
        + (f"in {unit}" if unit else "has no unit"),
        "A budget has the unit of its metric",
        f'Write unit="{found}" if the metric is logged in {found}, else {plainly}',
    )
