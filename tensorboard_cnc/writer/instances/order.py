"""A pseudo-random order of instances that depends on their ids alone."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def random_ranks(ids: NDArray[Any]) -> NDArray[np.uint64]:
    """One number for each id (n,), the same for every model, run and machine.

    The instances with the smallest numbers keep their full vectors, so that the subsets of all
    models are nested however they are ordered or cut. Source: splitmix64 (Steele et al., 2014),
    of texts after CRC-32.
    """
    if ids.dtype.kind == "i":
        x = ids.astype(np.uint64)
    else:
        codes = (zlib.crc32(each.encode("utf-8", "surrogatepass")) for each in ids.tolist())
        x = np.fromiter(codes, np.uint64, len(ids))
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def first_rows(ids: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Rows of the `count` ids that come first in this order, ascending."""
    if count >= len(ids):
        return np.arange(len(ids))
    if count <= 0:
        return np.empty(0, np.int64)
    return np.sort(np.argpartition(random_ranks(ids), count - 1)[:count])
