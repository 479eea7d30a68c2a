"""Hashes of counters, and 64 bits that tell whether two tensors hold the same values.

Both are the same on every machine, in any order, for any part of a tensor.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketches.block import BLOCK, Block, keyed_parts

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_WEIGHTS = 1 << 17
_PAGE = 1024
_MASK = 0xFFFFFFFFFFFFFFFF


def hashed(counters: NDArray[Any], seed: int) -> NDArray[np.uint64]:
    """64 mixed bits of each counter (any integers ≥ 0), uint64."""
    start = (seed + 1) * int(GOLDEN) & 0xFFFFFFFFFFFFFFFF
    return mixed(np.atleast_1d(counters).astype(np.uint64) * GOLDEN + np.uint64(start))


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of SplitMix64.

    Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))


class ContentDigest:
    """The digest of a tensor that arrives in blocks.

    Σ bits(xᵢ) · wᵢ mod 2⁶⁴ with hashed odd weights: two different tensors agree with a probability
    of about 2⁻³². Source: multilinear hashing, Carter & Wegman, "Universal classes of hash
    functions", 1979.
    """

    def __init__(self) -> None:
        self.value = 0

    def add(self, block: Block) -> None:
        bits = block.raw.view(np.uint32)
        for number, start, part in keyed_parts(block.offset, len(bits)):
            key = _keys(number // _PAGE)[number % _PAGE]
            first = key % _WEIGHTS + start
            weights = _weights()[first : first + part.stop - part.start]
            self.value = (
                self.value + int(np.einsum("i,i", bits[part], weights)) * (key | 1)
            ) & _MASK

    def merge(self, other: ContentDigest) -> None:
        self.value = (self.value + other.value) & _MASK


@lru_cache(maxsize=64)
def _keys(page: int) -> list[int]:
    keys: list[int] = hashed(np.arange(page * _PAGE, (page + 1) * _PAGE), 22).tolist()
    return keys


@cache
def _weights() -> NDArray[np.uint64]:
    return hashed(np.arange(_WEIGHTS + BLOCK), 21) | np.uint64(1)
