"""The classes of multi-label instances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.instance_arrays import array_of, class_codes
from tensorboard_cnc.writer.wording import shown

_REMEDY = "Pass 0 and 1 for each instance and class, or a list of classes for each instance"


def checked_memberships(
    given: Any, classes: tuple[str, ...], what: str
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Flags (n, C) and the classes, from such flags or from lists of classes.

    Raises:
      ArgumentError: it is neither, or a class is unknown.
    """
    if hasattr(given, "ndim"):
        return _flags(array_of(given, what), classes, what), classes
    rows = [list(row) for row in given]
    if rows and classes and all(len(row) == len(classes) and set(row) <= {0, 1} for row in rows):
        return _flags(np.array(rows), classes, what), classes
    flat = [label for row in rows for label in row]
    codes, classes = class_codes(flat, classes, what) if flat else (np.empty(0, int), classes)
    width = len(classes) or int(codes.max(initial=-1)) + 1
    found = np.zeros((len(rows), width), bool)
    found[np.repeat(np.arange(len(rows)), [len(row) for row in rows]), codes] = True
    return found, classes


def is_nested(labels: Any) -> bool:
    """Whether labels are several for each instance, rather than one."""
    if hasattr(labels, "ndim"):
        return bool(labels.ndim == 2)
    return any(isinstance(each, list | tuple | set | frozenset) for each in labels)


def _flags(found: NDArray[Any], classes: tuple[str, ...], what: str) -> NDArray[np.bool_]:
    wrong = found.ndim != 2 or (bool(classes) and found.shape[1] != len(classes))
    if wrong or not np.isin(found, (0, 1)).all():
        raise ArgumentError(
            f"The {what} have shape {found.shape}: {shown(found.tolist())}",
            "An instance has or has not each of the classes",
            _REMEDY,
        )
    return found.astype(bool)
