"""The classes of multi-label instances."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.instances.arrays import array_of, in_rows
from tensorboard_cnc.writer.instances.class_labels import IGNORED, class_codes

# One byte each; far above what a page could ever compare.
_MOST_FLAGS = 1 << 31
_REMEDY = "Pass 0 and 1 for each instance and class, or a list of classes for each instance"
# What marks an unknown flag, besides NaN and None.
_UNKNOWN = (-1, IGNORED)


class Memberships(NamedTuple):
    """Flags (n, C), and which of them are known; None where all are."""

    flags: NDArray[np.bool_]
    known: NDArray[np.bool_] | None = None


def checked_memberships(
    given: Any, classes: tuple[str, ...], what: str, width: int = 0
) -> NDArray[np.bool_]:
    """Flags (n, C) as `known_memberships` has them, none of them unknown.

    Raises:
      ArgumentError: they are malformed, or one is unknown.
    """
    found = known_memberships(given, classes, what, width)
    if found.known is not None:
        row = int(np.argmin(found.known.all(axis=1)))
        raise ArgumentError(
            f"Row {row} of the {what} holds an unknown class",
            "A model says of each class whether it is one of the instance's",
            _REMEDY,
        )
    return found.flags


def known_memberships(
    given: Any, classes: tuple[str, ...], what: str, width: int = 0
) -> Memberships:
    """Flags (n, C), from such flags or from lists of classes.

    Args:
      given: 0 and 1 for each instance and class, NaN, None, -1 or -100 where that is unknown; or
        a list of classes for each instance.
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
        return _flags(np.array(rows, float), width, what)
    flat = [label for row in rows for label in row]
    row_of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    _check_known(flat, row_of, what)
    codes = class_codes(flat, classes, what, width) if flat else np.empty(0, np.int32)
    width = width or int(codes.max(initial=-1)) + 1
    if len(rows) * width > _MOST_FLAGS:
        raise ArgumentError(
            f"The highest of the {what} of {len(rows):,} instances is {width - 1:,}",
            f"There are at most {_MOST_FLAGS:,} pairs of an instance and a class",
            "Number the classes that occur from 0 on",
        )
    found = np.zeros((len(rows), width), bool)
    found[row_of, codes] = True
    return Memberships(found)


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


def _check_known(labels: list[Any], row_of: NDArray[np.int64], what: str) -> None:
    unknown = [_is_flag(each) and each not in (0, 1) for each in labels]
    if any(unknown):
        raise ArgumentError(
            f"Row {row_of[unknown.index(True)]} of the {what} holds an unknown class",
            "With several classes, each instance lists those that are known",
            "Leave -1, None and NaN out of its list",
        )


def _are_flags(row: list[Any], width: int) -> bool:
    """Whether it is 0, 1 or unknown for each class; with two classes, [0, 1] counts as flags."""
    return len(row) == width and all(map(_is_flag, row))


def _is_flag(each: Any) -> bool:
    if each is None:
        return True
    return isinstance(each, int | float | np.number) and (each in (0, 1, *_UNKNOWN) or each != each)


def _flags(found: NDArray[Any], width: int, what: str) -> Memberships:
    if found.dtype == object and all(map(_is_flag, found.flat)):
        found = found.astype(float)
    numbers = found.dtype.kind in "biuf"
    unknown = np.isin(found, _UNKNOWN) if numbers else np.zeros(found.shape, bool)
    if found.dtype.kind == "f":
        unknown |= np.isnan(found)
    if (
        found.ndim != 2
        or not found.shape[1]
        or (width and found.shape[1] != width)
        or not (np.isin(found, (0, 1)) | unknown).all()
    ):
        raise ArgumentError(
            f"The {what} have shape {found.shape}: {shown(found.tolist())}",
            "They must be 0 or 1 for each instance and class"
            + (f", with {width:,} classes" if width else ""),
            _REMEDY,
        )
    if np.any(found == -1) and not np.any(found == 0):
        raise ArgumentError(
            f"The {what} hold -1 and no 0",
            "They are 0 or 1 for each instance and class, and -1 is unknown",
            "Pass 0 where a class is none of the instance's, and NaN where that is unknown",
        )
    return Memberships(found == 1, None if not unknown.any() else ~unknown)
