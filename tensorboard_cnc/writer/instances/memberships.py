"""The classes of multi-label instances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.instances.arrays import array_of, class_codes, in_rows

# One byte each; far above what a page could ever compare.
_MOST_FLAGS = 1 << 31
_REMEDY = "Pass 0 and 1 for each instance and class, or a list of classes for each instance"


def checked_memberships(
    given: Any, classes: tuple[str, ...], what: str, width: int = 0
) -> NDArray[np.bool_]:
    """Flags (n, C), from such flags or from lists of classes.

    Args:
      given: 0 and 1 for each instance and class, or a list of classes for each instance.
      classes: the names of all classes, if they have any.
      what: what `given` is, for messages.
      width: the number of classes where they have no names, 0 where that is unknown.

    Raises:
      ArgumentError: it is neither, or a class is unknown.
    """
    width = len(classes) or width
    given = in_rows(given, what)
    if isinstance(given, np.ndarray):
        return _flags(array_of(given, what), width, what)
    rows = [_classes_of(row, number, what) for number, row in enumerate(given)]
    if rows and len(rows[0]) > 1 and all(_are_flags(row, width or len(rows[0])) for row in rows):
        return _flags(np.array(rows), width, what)
    flat = [label for row in rows for label in row]
    codes = class_codes(flat, classes, what, width) if flat else np.empty(0, np.int32)
    row_of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    _check_known(codes, row_of, what)
    width = width or int(codes.max(initial=-1)) + 1
    if len(rows) * width > _MOST_FLAGS:
        raise ArgumentError(
            f"The highest of the {what} of {len(rows):,} instances is {width - 1:,}",
            f"There are at most {_MOST_FLAGS:,} pairs of an instance and a class",
            "Number the classes that occur from 0 on",
        )
    found = np.zeros((len(rows), width), bool)
    found[row_of, codes] = True
    return found


def is_nested(labels: Any) -> bool:
    """Whether labels are several for each instance, rather than one."""
    if hasattr(labels, "ndim"):
        return bool(labels.ndim == 2 and labels.shape[1] != 1)
    return any(isinstance(each, list | tuple | set | frozenset) for each in labels)


def _classes_of(row: Any, number: int, what: str) -> list[Any]:
    if isinstance(row, list | tuple | set | frozenset):
        return list(row)
    if getattr(row, "ndim", 0) == 1:
        return list(array_of(row, what).tolist())
    raise ArgumentError(
        f"Row {number} of the {what} is {shown(row)}",
        "With several classes, each instance has a list, which may be empty",
        _REMEDY,
    )


def _check_known(codes: NDArray[np.int32], row_of: NDArray[np.int64], what: str) -> None:
    if np.any(unknown := codes < 0):
        raise ArgumentError(
            f"Row {row_of[int(np.argmax(unknown))]} of the {what} holds an unknown class",
            "With several classes, each instance lists those that are known",
            "Leave -1, None and NaN out of its list",
        )


def _are_flags(row: list[Any], width: int) -> bool:
    """Whether it is 0 or 1 for each class; with two classes, [0, 1] counts as flags."""
    return len(row) == width and all(each in (0, 1) and not isinstance(each, str) for each in row)


def _flags(found: NDArray[Any], width: int, what: str) -> NDArray[np.bool_]:
    if (
        found.ndim != 2
        or not found.shape[1]
        or (width and found.shape[1] != width)
        or not np.isin(found, (0, 1)).all()
    ):
        raise ArgumentError(
            f"The {what} have shape {found.shape}: {shown(found.tolist())}",
            "They must be 0 or 1 for each instance and class"
            + (f", with {width:,} classes" if width else ""),
            _REMEDY,
        )
    return found.astype(bool)
