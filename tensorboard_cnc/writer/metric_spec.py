"""Checks metric specs, and stores them once per run."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from numbers import Real
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.tags import metric_specs_tag
from tensorboard_cnc.limits.amount import Scale
from tensorboard_cnc.limits.limit import FORMS, parse_limit
from tensorboard_cnc.records.models import Budget, Goal, MetricSpec, MetricSpecs
from tensorboard_cnc.records.summaries import scalar_summary
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.array_values import plain
from tensorboard_cnc.writer.journal import Journal, now_us
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.policy import Report, tolerate

# https://d3js.org/d3-format#locale_format
_D3_FORMAT = re.compile(r"(?:.?[<>=^])?[-+( ]?[$#]?0?\d*,?(?:\.\d+)?~?[%bcdefgnoprsXx]?")


def write_specs(journal: Journal, specs: tuple[MetricSpec, ...]) -> None:
    """Stores `specs` as one record.

    Its tag is made from its content, so that a script which logs a thousand models with the same
    specs into one run leaves one record.
    """
    if specs:
        content = hashlib.sha256(envelope.encode(MetricSpecs(specs))).hexdigest()
        now = now_us()
        dated = tuple(dataclasses.replace(spec, defined_us=now) for spec in specs)
        journal.write(metric_specs_tag(content[:8]), MetricSpecs(dated))


def checked_specs(given: Any, report: Report) -> tuple[MetricSpec, ...]:
    """The specs in `given`: a mapping of names to goals, or specs; bad ones are reported.

    Raises:
      ArgumentError: it is neither.
    """
    if isinstance(given, MetricSpec):
        given = [given]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise _no_specs(given)
    found: dict[str, MetricSpec] = {}
    for item in given:
        with tolerate(report):
            spec = _spec_of(given, item)
            if spec.name in found:
                raise _defined_twice(spec.name)
            found[spec.name] = spec
    return tuple(found.values())


def checked_spec(given: MetricSpec) -> MetricSpec:
    """`given` with everything checked and converted.

    Raises:
      ArgumentError: it breaks a rule of `metric`.
    """
    name = checked_name(given.name, "metric name")
    unit = _checked_text(given.unit, name, "unit")
    low, high = _checked_scale(given, name)
    goal = _checked_goal(given.goal, name)
    specifier = _checked_format(given.format, name)
    return dataclasses.replace(
        given,
        name=name,
        goal=goal,
        unit=unit,
        format=specifier,
        low=low,
        high=high,
        primary=bool(given.primary),
        budget=_checked_budget(given.budget, name, goal, Scale(unit, specifier, low, high)),
        scalar=checked_name(given.scalar, "scalar's tag") if given.scalar != "" else "",
        summary=_checked_summary(given, name, goal),
        description=_checked_text(given.description, name, "description"),
    )


def _spec_of(given: Any, item: Any) -> MetricSpec:
    if isinstance(given, Mapping):
        item = MetricSpec(item, given[item])
    if not isinstance(item, MetricSpec):
        raise _no_specs(item)
    return checked_spec(item)


def _checked_goal(goal: Any, name: str) -> Goal | None:
    if goal is None or goal in ("max", "min"):
        return goal  # type: ignore[no-any-return]
    raise ArgumentError(
        f'The goal of "{name}" is {shown(goal)}',
        'A goal is "max" (more is better), "min" (less is better) or None',
        "Choose one of them; values are logged with m.metrics({...})",
    )


def _checked_summary(given: MetricSpec, name: str, goal: Goal | None) -> str:
    if given.summary == "":
        return ""
    if not isinstance(given.summary, str) or (parsed := scalar_summary(given.summary)) is None:
        raise ArgumentError(
            f'The summary of "{name}" is {shown(given.summary)}',
            'A summary is "last", "best", "max", "min", or a training step such as "at:400"',
            "Choose one of them",
        )
    if not given.scalar:
        raise ArgumentError(
            f'The metric "{name}" has summary={shown(given.summary)} and no scalar=',
            "A summary says which value of a TensorBoard scalar counts",
            'Name it, as in scalar="val/acc"; of m.metrics the last call counts',
        )
    if parsed.kind == "best" and goal is None:
        raise ArgumentError(
            f'The metric "{name}" is the best value of its scalar, and has no goal',
            "The goal says whether the highest or the lowest is best",
            'Write goal="max" or goal="min"; or say summary="max" or summary="min"',
        )
    return str(given.summary)


def _checked_text(text: Any, name: str, what: str) -> str:
    if isinstance(text, str) and text.isprintable():
        return str(text)
    raise ArgumentError(
        f'The {what} of "{name}" is {shown(text)} of type {type_name(text)}',
        "Units, formats and descriptions are texts of printable characters, on one line",
        f"Pass a text, or leave {what} out if there is none",
    )


def _checked_format(specifier: Any, name: str) -> str:
    if _D3_FORMAT.fullmatch(_checked_text(specifier, name, "format")):
        return str(specifier)
    raise ArgumentError(
        f'The format of "{name}" is {shown(specifier)}',
        "A format is a d3-format specifier",
        'Write ".1%" for 93.4%, ".3f" for 0.934, ",d" for 1,234 or ".3s" for 1.23M',
    )


def _checked_scale(given: MetricSpec, name: str) -> tuple[float | None, float | None]:
    low = _checked_end(given.low, name, "low")
    high = _checked_end(given.high, name, "high")
    if low is not None and high is not None and low >= high:
        raise ArgumentError(
            f'The scale of "{name}" goes from low={low:g} to high={high:g}',
            "low must be less than high",
            'Swap them; to say that less is better, use goal="min"',
        )
    return low, high


def _checked_end(end: Any, name: str, what: str) -> float | None:
    number = plain(end)
    if number is None:
        return None
    if isinstance(number, Real) and not isinstance(number, bool):
        # An integer may be greater than all floats.
        with suppress(OverflowError):
            if math.isfinite(finite := float(number)):
                return finite
    raise ArgumentError(
        f'The scale of "{name}" has {what}={shown(end)} of type {type_name(end)}',
        "The ends of a scale are finite numbers",
        f"Leave {what} out if the scale is open there",
    )


def _defined_twice(name: str) -> ArgumentError:
    return ArgumentError(
        f'The metric "{name}" is defined twice in one call',
        "A metric has one definition",
        "Keep one of the two",
    )


def _no_specs(given: Any) -> ArgumentError:
    return ArgumentError(
        f"Metrics are defined by {shown(given)} of type {type_name(given)}",
        "A metric is defined by its name and goal, or by a spec",
        'Write metrics={"accuracy": "max"} or metrics=[cnc_summary.metric("accuracy", goal="max")]',
    )


def _checked_budget(given: Any, metric: str, goal: Goal | None, scale: Scale) -> Budget | None:
    """The budget that `given` means for a metric with this goal and scale.

    Raises:
      ArgumentError: it is not finite, cannot be read, has another unit than the metric, or is a
        number and the metric has no goal.
    """
    if given is None or isinstance(given, Budget):
        return given
    if isinstance(given, str):
        return parse_limit(given, metric=metric, scale=scale)
    return _budget_of_number(plain(given), metric, goal)


def _budget_of_number(number: Any, metric: str, goal: Goal | None) -> Budget:
    if not isinstance(number, Real) or isinstance(number, bool) or not math.isfinite(number):
        seen = f'The budget of "{metric}" is {shown(number)} of type {type_name(number)}'
        raise ArgumentError(seen, FORMS, "Pass a finite number, or text of this form")
    if goal is None:
        raise ArgumentError(
            f'The budget of "{metric}" is the number {shown(number)}, and the metric has no goal',
            "The goal says whether a number is a maximum or a minimum",
            f'Write goal="min" or goal="max", or the budget as a text: "<= {number}"',
        )
    return Budget("at_most" if goal == "min" else "at_least", float(number))
