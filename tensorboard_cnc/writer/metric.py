"""Metric specs and measured values, as calls in a script."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records import Budget, Goal, MetricSpec
from tensorboard_cnc.writer.names import checked_name

_BUDGET = re.compile(
    r"(?P<bound><=|≤|>=|≥)\s*(?P<base>base\b)?\s*(?P<sign>[-+−]?)\s*"
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)?\s*(?P<percent>%)?[^\d%]*",
    re.IGNORECASE,
)


def metric(
    name: str,
    *,
    goal: Goal | None = None,
    unit: str = "",
    format: str = "",
    low: float | None = None,
    high: float | None = None,
    primary: bool = True,
    budget: float | str | None = None,
    scalar: str | None = None,
) -> MetricSpec:
    """How to read a metric.

    Args:
      name: its name in `metrics(...)`.
      goal: "max" or "min" is better; None leaves it to a guess from the name, shown as one.
      unit: shown once in heads and legends, for example "ms".
      format: a d3-format specifier, for example ".1%"; "" is three significant digits.
      low: the least possible value.
      high: the greatest possible value.
      primary: whether tooltips and summaries show it.
      budget: the limit for an acceptable model: a number (at most where the goal is "min", at
        least where it is "max") or text such as "<= 10", ">= 0.9", ">= base - 1 %".
      scalar: the tag of an ordinary TensorBoard scalar whose last value it is.

    Raises:
      ArgumentError: one of these is not as said.
    """
    checked_name(name, "metric's name")
    if goal not in ("max", "min", None):
        raise ArgumentError(
            f"The goal of {name} is {goal!r}", 'A goal is "max", "min" or None', "Pass one of these"
        )
    for end in (low, high):
        if end is not None and not math.isfinite(end):
            raise ArgumentError(
                f"The scale of {name} ends at {end}", "Ends are finite", "Leave an open end out"
            )
    return MetricSpec(
        name,
        goal,
        unit,
        format,
        None if low is None else float(low),
        None if high is None else float(high),
        bool(primary),
        None if budget is None else _budget(name, budget, goal),
        scalar or "",
    )


def as_specs(metrics: Mapping[str, Goal] | Iterable[MetricSpec]) -> list[MetricSpec]:
    """Specs from ``{"accuracy": "max"}`` or from specs.

    Raises:
      ArgumentError: they are neither.
    """
    if isinstance(metrics, Mapping):
        return [metric(name, goal=goal) for name, goal in metrics.items()]
    specs = list(metrics)
    for spec in specs:
        if not isinstance(spec, MetricSpec):
            raise ArgumentError(
                f"A metric spec is {spec!r:.80}",
                "Specs are made by cnc_summary.metric",
                f'Pass cnc_summary.metric({str(spec)!r:.40}, goal="max")',
            )
    return specs


def repeats_of(name: object, value: Any) -> tuple[float, ...]:
    """The repetitions in a measured value: a number, or a list or 1-d array of numbers.

    Raises:
      ArgumentError: it is neither.
    """
    checked_name(name, "metric's name")
    if hasattr(value, "tolist"):
        value = value.tolist()
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not values:
        raise ArgumentError(
            f"The metric {name} is an empty list",
            "A list holds the repetitions of a measurement",
            "Leave the metric out where it was not measured",
        )
    return tuple(_number(name, item) for item in values)


def _number(name: object, value: Any) -> float:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    remedy = "Pass float(…)"
    if value is None:
        remedy = "Leave the metric out where it was not measured"
    raise ArgumentError(
        f"The metric {name} is {value!r:.80} of type {type(value).__name__}",
        "A metric is a number, or a list of numbers where it was measured repeatedly",
        remedy,
    )


def _budget(name: str, budget: float | str, goal: Goal | None) -> Budget:
    if isinstance(budget, int | float):
        if goal is None or not math.isfinite(budget):
            raise _refused_budget(name, budget)
        return Budget("at_least" if goal == "max" else "at_most", float(budget))
    found = _BUDGET.fullmatch(budget.strip())
    if found is None or not (found["number"] or found["base"]):
        raise _refused_budget(name, budget)
    bound: Literal["at_most", "at_least"] = "at_most" if found["bound"] in "<=≤" else "at_least"
    value = float(found["number"] or 0)
    value = -value if found["sign"] in ("-", "−") else value
    if found["base"]:
        return Budget(bound, value, "base_percent" if found["percent"] else "base_plus")
    return Budget(bound, value / 100 if found["percent"] else value)


def _refused_budget(name: str, budget: object) -> ArgumentError:
    return ArgumentError(
        f"The budget of {name} is {budget!r:.80}",
        "A budget is a finite number beside a goal, or text",
        'Pass text such as "<= 10", ">= 0.9" or ">= base - 1 %"',
    )
