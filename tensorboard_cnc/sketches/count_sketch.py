"""CountSketch: a tensor as m sums of its values with random signs, linear in the values.

S(a) − S(b) = S(a − b), and E ‖S(x)‖² = ‖x‖² with relative variance at most 2/m, whatever x is.
Sign and bucket are hashes of the flat index, so that parts of a tensor can be sketched apart and
added. 512 neighbours share no bucket, and which bucket each gets is drawn anew for every 512, so
that a change of few rows or columns is spread over all buckets.

Source: Charikar, Chen & Farach-Colton, "Finding frequent items in data streams", 2002; variance:
Thorup & Zhang, "Tabulation-based 5-independent hashing", SIAM J. Comput. 41(2), 2012.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketches.block import BLOCK, keyed_parts
from tensorboard_cnc.sketches.hashing import hashed

BUCKETS = 512
_ROWS = BLOCK // BUCKETS
_SIGNS = 1 << 18
_PAGE = 1024
_SEED = {"signs": 11, "turns": 12, "first sign": 13, "block turn": 14, "pairs": 15}


class CountSketch:
    """The sums of values that arrive in any order; `sums` float64 (512,)."""

    def __init__(self) -> None:
        self.sums = np.zeros(BUCKETS)

    def add(
        self,
        offset: int,
        values: NDArray[np.float64],
        scratch: NDArray[np.float64] | None = None,
    ) -> None:
        """Adds finite `values` of the flat positions from `offset` on.

        `scratch`: a buffer of as many values.
        """
        for block, start, part in keyed_parts(offset, len(values)):
            self._add(block, start, values[part], scratch if scratch is None else scratch[part])

    def _add(
        self,
        block: int,
        start: int,
        values: NDArray[np.float64],
        scratch: NDArray[np.float64] | None,
    ) -> None:
        # The rows that the values lie in, filled up with zeros.
        first = start // BUCKETS * BUCKETS
        end = -(-(start + len(values)) // BUCKETS) * BUCKETS
        order = _order()[first:end] - first if first else _order()[:end]
        if len(values) < len(order):
            padded = np.zeros(len(order))
            padded[start - first : start - first + len(values)] = values
            values, scratch = padded, None
        turned = np.take(values, order, out=scratch, mode="clip")
        first_sign, turn = _keys(block // _PAGE)[block % _PAGE]
        sign = first_sign + first
        signs = _signs()[sign : sign + len(turned)].reshape(-1, BUCKETS)
        sums = np.einsum("rb,rb->b", turned.reshape(-1, BUCKETS), signs)
        self.sums[turn:] += sums[: BUCKETS - turn]
        self.sums[:turn] += sums[BUCKETS - turn :]

    def merge(self, other: CountSketch) -> None:
        self.sums += other.sums


def sketched(values: NDArray[Any]) -> NDArray[np.float64]:
    """The sums of a whole tensor, float64 (512,); what is not finite counts as 0."""
    flat = np.asarray(values, np.float64).reshape(-1)
    flat = np.where(np.isfinite(flat), flat, 0)
    sketch = CountSketch()
    for offset in range(0, len(flat), BLOCK):
        sketch.add(offset, flat[offset : offset + BLOCK])
    return sketch.sums


def folded(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums in 256 buckets of sums in 512, each two hashed ones added; (…, 512) → (…, 256)."""
    pairs = _pairs()
    found: NDArray[np.float64] = sums[..., pairs[0]] + sums[..., pairs[1]]
    return found


@cache
def _turns() -> NDArray[np.int64]:
    """By how many buckets each row of 512 in a block is turned; no two alike."""
    return np.argsort(hashed(np.arange(BUCKETS), _SEED["turns"]), kind="stable")[:_ROWS]


@cache
def _order() -> NDArray[np.int64]:
    """Index in the block of what comes to (row, bucket), flat (BLOCK,)."""
    buckets = (np.arange(BUCKETS) - _turns()[:, None]) % BUCKETS
    return (buckets + np.arange(_ROWS)[:, None] * BUCKETS).reshape(-1)


@cache
def _signs() -> NDArray[np.float64]:
    """A long row of random signs; each block uses the part from its `_first_sign` on."""
    bits = hashed(np.arange(_SIGNS + BLOCK), _SEED["signs"]) >> np.uint64(63)
    return np.where(bits == 1, 1.0, -1.0)


@lru_cache(maxsize=64)
def _keys(page: int) -> list[tuple[int, int]]:
    """Of each block of a page: its first sign, and by how many buckets all of it is turned."""
    blocks = np.arange(page * _PAGE, (page + 1) * _PAGE)
    first = hashed(blocks, _SEED["first sign"]) % np.uint64(_SIGNS)
    turns = hashed(blocks, _SEED["block turn"]) % np.uint64(BUCKETS)
    return list(zip(first.tolist(), turns.tolist(), strict=True))


@cache
def _pairs() -> NDArray[np.int64]:
    order = np.argsort(hashed(np.arange(BUCKETS), _SEED["pairs"]), kind="stable")
    return order.reshape(2, BUCKETS // 2)
