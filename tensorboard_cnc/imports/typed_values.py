"""Values of parameters, from how they are typed."""

from __future__ import annotations

import json
import math

from tensorboard_cnc.records.models import ParameterValue

_WORDS: dict[str, ParameterValue] = {"True": True, "False": False, "None": None}
_LARGEST = 2**63


def typed(value: str | int | float | bool | None) -> ParameterValue:
    """A number, truth value, null or list as in JSON or Python; else the text itself."""
    if not isinstance(value, str):
        return value if not isinstance(value, int) or abs(value) < _LARGEST else str(value)
    if value in _WORDS:
        return _WORDS[value]
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return value if not _is_parameter(found) else _frozen(found)


def _is_parameter(value: object) -> bool:
    """Whether it is what a parameter can be: no object, nothing beyond JSON or 64 bits."""
    if isinstance(value, list):
        return all(_is_parameter(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -_LARGEST <= value < _LARGEST
    return isinstance(value, str) or value is None


def _frozen(value: ParameterValue | list[ParameterValue]) -> ParameterValue:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
