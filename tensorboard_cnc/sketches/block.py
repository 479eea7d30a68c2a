"""A run of neighbouring values of a tensor, in the forms that the parts of a sketch need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError

# Values that share keys of hashes: part of the format of sketches.
BLOCK = 32_768
# Values that are sketched at a time: few enough to stay in the processor's cache, and so many that
# threads seldom wait for the interpreter.
_SPAN = 4 * BLOCK
_CODES = 4096
_MINUS = 2048
# Codes of infinities and NaN.
_NOT_FINITE = np.r_[2040:2048, 4088:4096]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Values from flat position `offset` on, not crossing a multiple of _SPAN.

    `raw` float32 as they came; `narrow` float32 and `wide` float64 with 0 for what is not finite;
    `low` and `high` of what is, infinite where nothing is; `counts` int64 (4096,) of the upper 12
    bits of each float32; `finite` bool where something is not finite, else None; `zero` bool where
    a value is 0, else None; `scratch` float64, of the same length, for whoever works on the block:
    one buffer for all stays in the cache.
    """

    offset: int
    raw: NDArray[np.float32]
    narrow: NDArray[np.float32]
    wide: NDArray[np.float64]
    scratch: NDArray[np.float64]
    low: float
    high: float
    counts: NDArray[np.int64]
    finite: NDArray[np.bool_] | None
    zero: NDArray[np.bool_] | None


class Blocks:
    """Cuts chunks into blocks; its buffers are used again for every block."""

    def __init__(self, n: int) -> None:
        size = min(n, _SPAN)
        self._narrow = np.empty(size, np.float32)
        self._wide, self._scratch = np.empty(size), np.empty(size)

    def of(self, offset: int, chunk: NDArray[Any]) -> Iterator[Block]:
        """The blocks of `chunk` (any shape, row-major); each overwrites the one before."""
        flat = chunk.reshape(-1)
        start = 0
        while start < len(flat):
            size = min(_SPAN - (offset + start) % _SPAN, len(flat) - start)
            yield self._block(offset + start, flat[start : start + size])
            start += size

    def _block(self, offset: int, values: NDArray[Any]) -> Block:
        size = len(values)
        raw = values
        if values.dtype != np.float32 or not values.flags.c_contiguous:
            raw = self._narrow[:size]
            with np.errstate(over="ignore"):
                np.copyto(raw, values, casting="unsafe")
        narrow, wide, scratch = raw, self._wide[:size], self._scratch[:size]
        np.copyto(wide, values, casting="unsafe")
        # Of any other type bincount makes an array of its own.
        codes = scratch.view(np.int64)
        np.right_shift(raw.view(np.uint32), 20, out=codes, dtype=np.uint32, casting="unsafe")
        counts = np.bincount(codes, minlength=_CODES)
        finite = zero = None
        # Where nothing is rounded, float32 takes half the time.
        known = raw if raw is values else wide
        if counts[_NOT_FINITE].any():
            finite = np.isfinite(raw)
            narrow = np.where(finite, raw, np.float32(0))
            known = known[finite]
            wide[~finite] = 0
        if counts[0] or counts[_MINUS]:
            zero = raw == 0
        low, high = float(known.min(initial=np.inf)), float(known.max(initial=-np.inf))
        return Block(offset, raw, narrow, wide, scratch, low, high, counts, finite, zero)


def keyed_parts(offset: int, size: int) -> Iterator[tuple[int, int, slice]]:
    """The parts of a run of `size` values that share keys.

    Of each the number of its BLOCK, where in that it begins, and where in the run it lies.
    """
    start = 0
    while start < size:
        number, first = divmod(offset + start, BLOCK)
        end = min(start + BLOCK - first, size)
        yield number, first, slice(start, end)
        start = end


def numbers_of(name: str, chunk: Any) -> NDArray[Any]:
    """`chunk` as an array of real numbers.

    Raises:
      ArgumentError: it holds something else, such as complex numbers or texts.
    """
    array = np.asarray(chunk)
    if array.dtype.kind not in "fiub":
        raise ArgumentError(
            f'The tensor "{name}" has the type {array.dtype}',
            "Real numbers, integers and booleans can be compared",
            "Log its real and imaginary parts as two tensors, or leave it out",
        )
    return array
