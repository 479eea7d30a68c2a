"""By how much values changed, in nine classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# By |after − before| / |before|; values that are zero before or after have classes of their own.
CHANGE_CLASSES = (
    "under 20 %",
    "20–40 %",
    "40–60 %",
    "60–80 %",
    "80–100 %",
    "100 % and more",
    "zero before",
    "zero after",
    "zero in both",
)
ZERO_BEFORE, ZERO_AFTER, ZERO_BOTH = 6, 7, 8
_ENDS = np.array([0.2, 0.4, 0.6, 0.8, 1.0])


def change_class(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.int64]:
    """The class of each pair of finite values: an index into CHANGE_CLASSES."""
    before, after = np.asarray(before, np.float64), np.asarray(after, np.float64)
    change = np.abs(after - before)
    size = np.abs(before)
    classes = np.zeros(before.shape, np.uint8)
    for end in _ENDS:
        classes += change >= end * size
    gone, new = after == 0, before == 0
    np.copyto(classes, ZERO_AFTER, where=gone)
    np.copyto(classes, ZERO_BEFORE, where=new)
    np.copyto(classes, ZERO_BOTH, where=gone & new)
    return classes.astype(np.int64)
