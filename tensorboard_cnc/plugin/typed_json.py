"""Whether a JSON value of a request has a type of `wire`, and where it does not."""

from __future__ import annotations

import json
import math
from functools import cache
from types import UnionType
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints, is_typeddict

_SHOWN = 80
# What a person calls them.
_NAMES = {str: "a text", int: "a whole number", float: "a finite number", type(None): "null"}


class MalformedError(ValueError):
    """A value breaks a rule, which is the message."""


def parsed(text: str) -> Any:
    """The JSON value of a text; NaN and Infinity are not in the standard.

    Raises:
      ValueError: it is no JSON.
      RecursionError: it is nested too deeply.
    """
    return json.loads(text, parse_constant=_refuse)


def check(value: object, of: Any) -> None:
    """Refuses a JSON value that is not of the type `of`: plain, a typed dict, or several by `kind`.

    Raises:
      MalformedError: with the field in which it is not.
    """
    if not _holds_objects(of):
        if not _is(value, of):
            raise MalformedError(f"{shown(value)} is not {_name(of)}")
        return
    if not isinstance(value, dict):
        raise MalformedError(f"{shown(value)} is not an object")
    fields = _fields(_of_kind(value, of) if _is_union(of) else of)
    for name in value:
        if name not in fields:
            raise MalformedError(f"{shown(name)} is not one of the fields {', '.join(fields)}")
    for name, own in fields.items():
        if name not in value:
            raise MalformedError(f"{name} is missing from {shown(value)}: give {_name(own)}")
        if not _is(value[name], own):
            raise MalformedError(f"{name} is {shown(value[name])}, not {_name(own)}")


def shown(value: object) -> str:
    """The beginning of a value, as messages show it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not in it")


def _holds_objects(of: Any) -> bool:
    return all(map(is_typeddict, get_args(of) if _is_union(of) else (of,)))


def _of_kind(value: dict[str, Any], of: Any) -> Any:
    """The one of several types that a value says to be of."""
    kinds = {get_args(_fields(each)["kind"])[0]: each for each in get_args(of)}
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise MalformedError(f"kind is not one of {', '.join(kinds)} in {shown(value)}")
    return kinds[kind]


@cache
def _fields(typed: Any) -> dict[str, Any]:
    return get_type_hints(typed)


def _is_union(of: Any) -> bool:
    return get_origin(of) in (Union, UnionType)


def _is(value: object, of: Any) -> bool:
    if _is_union(of):
        return any(_is(value, each) for each in get_args(of))
    if get_origin(of) is Literal:
        return isinstance(value, str) and value in get_args(of)
    if of is float:
        return type(value) in (int, float) and _is_finite(value)
    return type(value) is of


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        # An integer greater than all floats.
        return False


def _name(of: Any) -> str:
    if _is_union(of):
        return " or ".join(map(_name, get_args(of)))
    if get_origin(of) is Literal:
        return f"one of {', '.join(map(str, get_args(of)))}"
    return _NAMES[of]
