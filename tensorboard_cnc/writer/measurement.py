"""Checks and converts what is given to ``metrics``."""

from __future__ import annotations

import operator
import socket
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Measurement
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.array_values import plain
from tensorboard_cnc.writer.journal import now_us
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.policy import Report, tolerate, warn
from tensorboard_cnc.writer.uncertain_value import UncertainValue, checked_uncertainty

_HOST = socket.gethostname()
# What evaluation harnesses write for a standard error that they do not know.
_NOT_AVAILABLE = frozenset(("n/a", "na"))


def measurements(values: Any, step: Any, report: Report) -> dict[str, Measurement]:
    """`values` as measurements by name, all of the same moment and `step`.

    Raises:
      ArgumentError: `values` is no mapping; or something in it cannot be logged, or `step`,
        unless `report` is to be told instead.
    """
    if not isinstance(values, Mapping):
        raise ArgumentError(
            f"metrics was given {shown(values)} of type {type_name(values)}",
            "It takes a mapping of names to numbers",
            'Write m.metrics({"accuracy": 0.93})',
        )
    checked_step = None
    with tolerate(report):
        checked_step = _step(step)
    logged_us = now_us()
    found = {}
    for given, value in values.items():
        with tolerate(report):
            name = checked_name(given, "metric name")
            if value is None:
                found[name] = Measurement(name, (), None, logged_us, _HOST, withdrawn=True)
                continue
            if isinstance(value, str) and value.strip().lower() in _NOT_AVAILABLE:
                warn(_not_available(name, value), report)
                continue
            interval, bound = None, None
            if isinstance(value, UncertainValue):
                value, interval, bound = checked_uncertainty(value)
            found[name] = Measurement(
                name,
                _repeats(name, value),
                checked_step,
                logged_us,
                _HOST,
                interval=interval,
                bound=bound,
            )
    return found


def _not_available(name: str, value: str) -> ArgumentError:
    return ArgumentError(
        f'The metric "{name}" is {shown(value)}',
        "That is no number, so it counts as not logged",
        "Leave a metric that was not measured out of the call",
    )


def _step(step: Any) -> int | None:
    if step is None:
        return None
    try:
        if isinstance(step, bool):
            raise TypeError
        number = operator.index(step)
    except Exception:
        # Whatever a library raises for a tensor that has no value.
        number = None
    if number is None or not -(2**63) <= number < 2**63:
        raise ArgumentError(
            f"The step is {shown(step)} of type {type_name(step)}",
            "A step is a whole number of at most 64 bits",
            "Pass the epoch or the number of batches, for example step=int(epoch)",
        )
    return number


def _repeats(name: str, value: Any) -> tuple[float, ...]:
    if type(value) is float:
        return (value,)
    numbers = plain(value)
    if not isinstance(numbers, Sequence) or isinstance(numbers, str | bytes):
        return (_number(name, numbers, value),)
    if not numbers:
        raise ArgumentError(
            f'The metric "{name}" is an empty {type(value).__name__}',
            "A list holds one number per repetition",
            "Leave a metric that was not measured out of the call",
        )
    return tuple(_number(name, plain(number), value) for number in numbers)


def _number(name: str, number: Any, value: Any) -> float:
    """`number`, which is `value` or one of its repetitions."""
    if isinstance(number, Real) and not isinstance(number, bool):
        try:
            return float(number)
        except OverflowError:
            seen = f'The metric "{name}" is {shown(value)}'
            rule = "The greatest number that can be stored is 1.8e308"
            raise ArgumentError(seen, rule, "Log it in a larger unit, or its logarithm") from None
    raise ArgumentError(
        f'The metric "{name}" is {shown(value)} of type {type_name(value)}',
        "A metric is a number, or a list or one-dimensional array of repeated measurements",
        _remedy(number),
    )


def _remedy(number: Any) -> str:
    match number:
        case None:
            return "Leave a metric that was not measured out of the call"
        case bool():
            return "Pass int(...) if 1 and 0 are meant, or make it a parameter of the operation"
        case str():
            return "Convert it with float(...); text belongs in description="
        case list() | tuple():
            return 'Log one metric per row, for example "recall/class 0"'
        case UncertainValue():
            return "Log one value with its interval, or the list of bare numbers"
        case Mapping():
            return 'Log one metric per entry, for example "rouge/1"'
        case _:
            return "Convert it with float(...)"
