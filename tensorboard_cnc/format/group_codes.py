"""Means of groups in 8 bits each: a sign and a logarithm, relative to the largest of a row.

A code of 0 is 0, ±127 the largest of the row, and each step less is 2^(1/8) smaller, so that a
value is off by at most 4.5 %; what is 57,000 times smaller than the largest is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST = 127
_STEPS_PER_OCTAVE = 8


def encoded(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Codes and the largest magnitude of each row of finite values (n, groups)."""
    sizes = np.abs(values)
    largest = sizes.max(1, initial=0.0).astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = _STEPS_PER_OCTAVE * np.log2(sizes / largest[:, None].astype(float))
    level = np.nan_to_num(np.rint(MOST + steps), nan=0.0, neginf=0.0)
    level = np.clip(level, 0, MOST).astype(np.int64)
    return np.where(values < 0, -level, level), largest


def decoded(codes: NDArray[np.int64], largest: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, groups) of codes and the largest of each row (n,)."""
    level = np.abs(codes)
    sizes = np.exp2((level - MOST) / _STEPS_PER_OCTAVE) * largest[:, None].astype(float)
    found: NDArray[np.float64] = np.where(level == 0, 0.0, np.sign(codes) * sizes)
    return found
