"""The grammar of limits: ``<= 10 ms``, ``>= base - 1 pt``; and what a limit asks of a model.

The panel reads the same (``frontend/src/model/format/limit_text.ts``); tests/golden/limits.json
holds both to it.
"""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.limits.amount import (
    Scale,
    number_and_unit,
    plain_text,
    read_amount,
    without_noise,
)
from tensorboard_cnc.records.models import Budget
from tensorboard_cnc.wording import shown

FORMS = (
    'A budget reads "<= 10", ">= 0.9", "≤ 20 kB", "<= base", ">= base - 1 %", ">= base - 1 pt" or '
    '"<= 50 % of base"'
)
# What a limit begins with.
BOUND = r"≤|<=?|=<|at\s+most|≥|>=?|=>|at\s+least"
_BOUND = re.compile(rf"({BOUND})\s*", re.IGNORECASE)
_SHARE_OF_BASE = re.compile(r"(\S+?)\s*(%|×|x|\*|times)\s*(?:of\s+)?(?:the\s+)?base", re.IGNORECASE)
_FROM_BASE = re.compile(r"base(?:\s*([-+])\s*(.+))?", re.IGNORECASE)
_UNIT = re.compile(r"%|[^\W\d]\S*")
_AT_MOST = re.compile(r"≤|<|most", re.IGNORECASE)


class _Amount(NamedTuple):
    value: float
    relation: Literal["absolute", "base_plus", "base_percent"]


def parse_limit(text: str, *, metric: str, scale: Scale) -> Budget:
    """The limit that `text` sets on a metric that is logged and written so.

    Raises:
      ArgumentError: it cannot be read, is not finite, or has another unit than the metric.
    """
    plain = plain_text(text)
    bound = _BOUND.match(plain)
    rest = plain[bound.end() :] if bound else ""
    amount = _amount(rest, scale)
    if bound is None or amount is None or not math.isfinite(amount.value):
        unit = _unit_of(rest) if bound else ""
        if unit:
            raise _other_unit(metric, scale, unit)
        raise ArgumentError(
            f'The budget of "{metric}" is {shown(text)}', FORMS, "Use one of these forms"
        )
    return Budget("at_most" if _AT_MOST.search(bound[1]) else "at_least", *amount)


def _amount(text: str, scale: Scale) -> _Amount | None:
    share = _SHARE_OF_BASE.fullmatch(text)
    if share:
        return _share_of_base(share[1], 1 if share[2] == "%" else 100)
    from_base = _FROM_BASE.fullmatch(text)
    if from_base:
        return _offset(-1 if from_base[1] == "-" else 1, from_base[2] or "0", scale)
    value = read_amount(text, scale)
    return None if value is None else _Amount(value, "absolute")


def _share_of_base(text: str, percent: int) -> _Amount | None:
    read = number_and_unit(text)
    if read is None or read.unit:
        return None
    return _Amount(without_noise(read.number * percent - 100, 12), "base_percent")


def _offset(sign: int, text: str, scale: Scale) -> _Amount | None:
    read = number_and_unit(text)
    if read is not None and read.unit == "%":
        return _Amount(sign * read.number, "base_percent")
    value = read_amount(text, scale)
    return None if value is None else _Amount(sign * value, "base_plus")


def _unit_of(text: str) -> str:
    """The unit behind a number that is no unit of the metric's."""
    offset = _FROM_BASE.fullmatch(text)
    read = number_and_unit(offset[2] or "" if offset else text)
    return read.unit if read and _UNIT.fullmatch(read.unit) else ""


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


def _written(number: float) -> str:
    return repr(number).removesuffix(".0")


def _other_unit(metric: str, scale: Scale, found: str) -> ArgumentError:
    own, seen = scale.unit.strip(), shown(found)[1:-1]
    logged = f"if the metric is logged in {seen}"
    if found in ("%", "pt"):
        remedy = (
            f'Write unit="%" {logged}, format=".1%" if it is a share of one, '
            'else ">= 0.9" instead of ">= 90 %"'
        )
    else:
        remedy = (
            f'Write unit="{seen}" if the metric is logged in {seen}, else the budget without it'
        )
    return ArgumentError(
        f'The budget of "{metric}" is in {seen}, and the metric '
        + (f"in {own}" if own else "has no unit"),
        "A budget has the unit of its metric",
        remedy,
    )
