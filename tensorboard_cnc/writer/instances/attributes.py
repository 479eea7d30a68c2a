"""Attributes of instances: numbers, or categories with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Attribute
from tensorboard_cnc.writer.instances.arrays import array_of, checked_rows
from tensorboard_cnc.writer.instances.truth import numbers_of
from tensorboard_cnc.writer.naming import MAX_LENGTH, checked_name
from tensorboard_cnc.writer.wording import shown, storable, type_name


def checked_attributes(given: Any, n: int) -> dict[str, Attribute]:
    """Each attribute as numbers, float64 (n,), or as codes, int32 (n,), and their texts.

    Texts, truth values and mixed values are categories; None is unknown.

    Raises:
      ArgumentError: `given` is no mapping, or an attribute has not one value for each instance.
    """
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"The attributes are {shown(given)} of type {type_name(given)}",
            "Attributes are values for all instances, by name",
            'Write attributes={"length": lengths}',
        )
    return {
        checked_name(name, "attribute's name"): _attribute(values, n, f'values of "{name}"')
        for name, values in given.items()
    }


def _attribute(values: Any, n: int, what: str) -> Attribute:
    found = array_of(values, what)
    plain = found.tolist() if found.dtype.kind == "O" else ()
    if found.dtype.kind in "iuf" or (len(plain) and all(_is_number(each) for each in plain)):
        return numbers_of(found, n, what, np.float64)
    if found.ndim != 1:
        raise ArgumentError(
            f"The {what} have shape {found.shape}",
            "An attribute is one number or text for each instance",
            "Pass each of its parts as an attribute of its own",
        )
    checked_rows(found, n, what)
    texts = [None if each is None else storable(str(each))[:MAX_LENGTH] for each in found.tolist()]
    levels = tuple(sorted({text for text in texts if text is not None}))
    code = {text: number for number, text in enumerate(levels)}
    codes = np.array([-1 if text is None else code[text] for text in texts], np.int32)
    return codes, levels


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
