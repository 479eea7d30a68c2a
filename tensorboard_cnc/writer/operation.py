"""The step that made a model, as a call in a script."""

from __future__ import annotations

import enum
import os
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records import Operation, ParameterValue
from tensorboard_cnc.writer.names import checked_name

_INT64 = range(-(2**63), 2**63)


def operation(name: str, /, **parameters: object) -> Operation:
    """A compression step and its parameters.

    Args:
      name: what was done, for example "magnitude prune".
      **parameters: how: text, numbers, booleans, None, or lists of these. Scalars of numpy and
        torch, enumeration members, paths, dtypes and types are understood.

    Raises:
      ArgumentError: the name or a parameter cannot be stored.
    """
    checked_name(name, "operation's name")
    return Operation(name, {key: _value(key, value) for key, value in parameters.items()})


def _value(name: str, value: Any) -> ParameterValue:
    if isinstance(value, list | tuple):
        return tuple(_value(name, item) for item in value)
    value = _plain(value)
    if isinstance(value, int) and value not in _INT64:
        raise ArgumentError(
            f"The parameter {name} is {value}",
            "Whole numbers have at most 64 bits",
            "Pass it as text",
        )
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise ArgumentError(
        f"The parameter {name} is a {type(value).__name__}",
        "A parameter is text, a number, a boolean, None or a list of these",
        "Pass what identifies it, for example its name",
    )


def _plain(value: Any) -> Any:
    """Python's own kind of a value that stands for one."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, type):
        return value.__name__
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    if type(value).__module__ in ("torch", "numpy") and type(value).__name__ == "dtype":
        return str(value)
    return value
