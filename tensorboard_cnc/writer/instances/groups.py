"""What the instances were sampled in: the image of several scans, the document, the user."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.instances.arrays import Array, array_of, checked_rows, in_rows

# How libraries write that nothing is known of a row.
_UNKNOWN = ("None", "<NA>", "NaT")


def group_codes(values: Any, n: int) -> NDArray[np.int64]:
    """The group of each of n instances, numbered from 0; an instance without one is one of its own.

    Args:
      values: texts or whole numbers (n,); None, NaN: none.
      n: how many instances there are.

    Raises:
      ArgumentError: they are anything else, or not n of them.
    """
    rows = in_rows(values, "groups")
    checked_rows(rows, n, "groups")
    found = array_of(rows, "groups")
    if found.ndim == 2 and found.shape[1] == 1:
        rows = found = found[:, 0]
    if found.ndim != 1:
        raise ArgumentError(
            f"The groups have shape {found.shape}",
            "An instance is of one group",
            "Join what names a group into one text for each instance",
        )
    if found.dtype.kind in "iuf":
        return _codes_of_numbers(found)
    # NumPy would turn numbers beside texts into texts.
    return _codes_of_any(rows if isinstance(rows, list | tuple) else found.tolist())


def _codes_of_numbers(found: Array) -> NDArray[np.int64]:
    known = ~np.isnan(found)
    odd = known & ((np.rint(found) != found) | np.isinf(found))
    if np.any(odd):
        row = int(np.argmax(odd))
        raise _no_group(row, found[row].item())
    names, codes = np.unique(found[known], return_inverse=True)
    all_codes = np.empty(len(found), np.int64)
    all_codes[known] = codes
    all_codes[~known] = len(names) + np.arange(np.count_nonzero(~known))
    return all_codes


def _codes_of_any(values: Sequence[Any]) -> NDArray[np.int64]:
    # 7 and "7" are different groups, as they are different ids.
    numbers: dict[tuple[bool, Any] | int, int] = {}
    return np.array(
        [
            numbers.setdefault(row if (name := _name(row, value)) is None else name, len(numbers))
            for row, value in enumerate(values)
        ],
        np.int64,
    )


def _name(row: int, value: Any) -> tuple[bool, str | int] | None:
    """What tells the group of a row apart; None where it has none."""
    if isinstance(value, str):
        return True, value
    if isinstance(value, Integral) and not isinstance(value, bool):
        return False, int(value)
    if isinstance(value, Real) and not isinstance(value, bool):
        if math.isnan(float(value)):
            return None
        if float(value).is_integer():
            return False, int(float(value))
    elif str(value) in _UNKNOWN:
        return None
    raise _no_group(row, value)


def _no_group(row: int, value: Any) -> ArgumentError:
    return ArgumentError(
        f"The group of row {row} is {shown(value)} of type {type_name(value)}",
        "Groups are texts or whole numbers, or None for an instance that was sampled by itself",
        "Convert them with str(...)",
    )
