"""Hashes of counters: the same on every machine, in any order, for any part of a tensor.

Source: the finalizer of SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def hashed(counters: NDArray[Any], seed: int) -> NDArray[np.uint64]:
    """64 mixed bits of each counter (any integers ≥ 0), uint64."""
    start = (seed + 1) * int(_GOLDEN) & 0xFFFFFFFFFFFFFFFF
    x = np.atleast_1d(counters).astype(np.uint64) * _GOLDEN + np.uint64(start)
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))
