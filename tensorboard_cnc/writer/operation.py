"""Operations and the values that their parameters may have."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from numbers import Real
from types import BuiltinFunctionType, FunctionType
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import LIST_DEPTH
from tensorboard_cnc.records.models import Operation, ParameterValue
from tensorboard_cnc.wording import shown, storable, type_name
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.array_values import plain
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.policy import Report, tolerate

# Of torch, NumPy or TensorFlow, by the end of their type's name.
_NAMED_KINDS = ("dtype", "device", "qscheme", "memory_format", "layout")


def operation(name: str, /, **parameters: Any) -> Operation:
    """A compression step and its parameters, for ``model(..., operation=...)``.

    Args:
      name: what is done, such as "magnitude prune": 1 to 1,000 printable characters. Models
        with the same operation stand in one column of the map.
      **parameters: how it is done, in the order to be shown. Texts, integers of up to 64 bits,
        floats, booleans, None, and lists or tuples of these, at most 8 deep. Scalars and
        arrays of NumPy, torch and others become numbers and lists; of a dtype, device, enum
        member, path, class or function the name is kept.

    Returns:
      The step, for as many models as were made by it.

    Raises:
      ArgumentError: a name or a value that cannot be logged. With ``on_error("warn")`` this is
        left to `model`, which keeps the problem with the model.
    """
    given = Operation(name, parameters)
    return given if policy.is_lenient() else checked_operation(given, policy.unreported)


def checked_operation(given: Any, report: Report) -> Operation:
    """`given` with all values as they are stored; what cannot be is reported and left out.

    Raises:
      ArgumentError: it is neither an Operation nor its name.
    """
    if isinstance(given, str):
        given = Operation(given)
    if not isinstance(given, Operation):
        raise ArgumentError(
            f"The operation is {shown(given)} of type {type_name(given)}",
            "An operation has a name and parameters",
            'Write operation=cnc_summary.operation("magnitude prune", amount=0.5)',
        )
    name = checked_name(given.name, "operation name")
    parameters: dict[str, ParameterValue] = {}
    for parameter, value in given.parameters.items():
        with tolerate(report):
            checked = checked_name(parameter, "parameter name")
            parameters[checked] = _stored_value(checked, value)
    return Operation(name, parameters)


def _stored_value(name: str, value: Any, depth: int = 0) -> ParameterValue:
    match _natural(value):
        case None:
            return None
        case bool(flag):
            return flag
        case str(text):
            return storable(text)
        case int(integer):
            return _checked_integer(name, integer)
        case Real() as number:
            return float(number)
        case bytes() | bytearray():
            raise _refused(name, value)
        case Sequence() as items:
            if depth == LIST_DEPTH:
                raise _too_deep(name, value)
            return tuple(_stored_value(name, item, depth + 1) for item in items)
        case _:
            raise _refused(name, value)


def _natural(value: Any) -> Any:
    """What one would write down for `value`: the name of a thing that has one."""
    match value:
        case Enum():
            return value.value if isinstance(value, str) else value.name
        case os.PathLike():
            return os.fspath(value)
        case type() | FunctionType() | BuiltinFunctionType():
            # A lambda has no name of its own.
            return value if value.__name__ == "<lambda>" else value.__name__
    if type(value).__name__.lower().endswith(_NAMED_KINDS):
        return getattr(value, "name", None) or str(value)
    return plain(value)


def _checked_integer(name: str, integer: int) -> int:
    if -(2**63) <= integer < 2**63:
        return int(integer)
    raise ArgumentError(
        f"The parameter {name} is {shown(integer)}",
        "An integer has at most 64 bits",
        "Pass it as a text, with str(...)",
    )


def _too_deep(name: str, value: Any) -> ArgumentError:
    return ArgumentError(
        f"The parameter {name} nests {shown(value)} inside {LIST_DEPTH} lists",
        f"Lists are at most {LIST_DEPTH} deep",
        "Pass what distinguishes models as separate parameters",
    )


def _refused(name: str, value: Any) -> ArgumentError:
    match value:
        case dict():
            remedy = "Pass its entries as separate parameters"
        case set() | frozenset():
            remedy = "Pass it in a fixed order, with sorted(...)"
        case _:
            remedy = "Pass a text that names it, such as type(...).__name__"
    return ArgumentError(
        f"The parameter {name} is {shown(value)} of type {type_name(value)}",
        "A parameter is a text, a number, a boolean, None, or a list of these",
        remedy,
    )
