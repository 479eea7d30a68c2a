"""64 bits that tell whether two tensors hold the same values at the same positions.

Σ bits(xᵢ) · wᵢ mod 2⁶⁴ with hashed odd weights: two different tensors agree with a probability of
about 2⁻³². Source: multilinear hashing, Carter & Wegman, "Universal classes of hash functions",
1979.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketches.block import Block
from tensorboard_cnc.sketches.count_sketch import BLOCK
from tensorboard_cnc.sketches.counter_hash import hashed

_WEIGHTS = 1 << 17
_PAGE = 1024
_MASK = 0xFFFFFFFFFFFFFFFF


class ContentDigest:
    """The digest of a tensor that arrives in blocks."""

    def __init__(self) -> None:
        self.value = 0
        self._products = np.empty(0, np.uint64)

    def add(self, block: Block) -> None:
        bits = block.raw.view(np.uint32)
        if len(self._products) < len(bits):
            self._products = np.empty(len(bits), np.uint64)
        number, start = divmod(block.offset, BLOCK)
        key = _keys(number // _PAGE)[number % _PAGE]
        first = key % _WEIGHTS + start
        products = self._products[: len(bits)]
        np.multiply(bits, _weights()[first : first + len(bits)], out=products)
        self.value = (self.value + int(products.sum()) * (key | 1)) & _MASK

    def __getstate__(self) -> dict[str, Any]:
        return {"value": self.value, "_products": np.empty(0, np.uint64)}

    def merge(self, other: ContentDigest) -> None:
        self.value = (self.value + other.value) & _MASK


@lru_cache(maxsize=64)
def _keys(page: int) -> list[int]:
    keys: list[int] = hashed(np.arange(page * _PAGE, (page + 1) * _PAGE), 22).tolist()
    return keys


@cache
def _weights() -> NDArray[np.uint64]:
    return hashed(np.arange(_WEIGHTS + BLOCK), 21) | np.uint64(1)
