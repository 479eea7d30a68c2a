"""Parameters of an operation as they are typed on a command line: name=value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tensorboard_cnc.errors import ArgumentError

_WORDS = {"True": True, "False": False, "None": None}


def typed_parameters(texts: Sequence[str]) -> dict[str, Any]:
    """Values by name: numbers, truth values, null and lists as in JSON or Python, else texts.

    Raises:
      ArgumentError: a text holds no "=", or a name comes twice.
    """
    parameters: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ArgumentError(
                f'The parameter "{text}" is no name=value',
                "After the name of an operation stand its parameters",
                "Write --operation prune amount=0.5 scope=global, and the checkpoint before it",
            )
        if name in parameters:
            raise ArgumentError(
                f'The parameter "{name}" comes twice', "It has one value", "Leave one out"
            )
        parameters[name] = _typed(value)
    return parameters


def _typed(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    try:
        value = json.loads(text)
    except ValueError:
        return text
    # Numbers beyond JSON, such as NaN, and objects stay what was typed.
    plain = isinstance(value, str | bool | int | float | list) or value is None
    return value if plain and text not in ("NaN", "Infinity", "-Infinity") else text
