"""A run of neighbouring values of a tensor, in the forms that the parts of a sketch need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError

# Values that are sketched at a time, few enough to stay in the processor's cache.
BLOCK = 32_768
_CODES = 4096
_MINUS = 2048
# Codes of infinities and NaN.
_INFINITE, _MINUS_INFINITE = slice(2040, 2048), slice(4088, 4096)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Values from flat position `offset` on, not crossing a multiple of BLOCK.

    `raw` float32 as they came; `narrow` float32, `wide` float64 and its magnitudes `sizes` with 0
    for what is not finite; `finite` bool where something is not finite, else None; `zero` bool
    where a value is 0, else None; `codes` int64: the upper 12 bits of each float32; `counts` int64
    (4096,) of each of these.
    """

    offset: int
    raw: NDArray[np.float32]
    narrow: NDArray[np.float32]
    wide: NDArray[np.float64]
    sizes: NDArray[np.float64]
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]
    finite: NDArray[np.bool_] | None
    zero: NDArray[np.bool_] | None


class Blocks:
    """Cuts chunks into blocks; its buffers are used again for every block."""

    def __init__(self, n: int) -> None:
        size = min(n, BLOCK)
        self._narrow = np.empty(size, np.float32)
        self._wide, self._sizes = np.empty(size), np.empty(size)
        self._high = np.empty(size, np.uint32)
        self._codes = np.empty(size, np.int64)

    def of(self, offset: int, chunk: NDArray[Any]) -> Iterator[Block]:
        """The blocks of `chunk` (any shape, row-major); each overwrites the one before."""
        flat = chunk.reshape(-1)
        start = 0
        while start < len(flat):
            size = min(BLOCK - (offset + start) % BLOCK, len(flat) - start)
            yield self._block(offset + start, flat[start : start + size])
            start += size

    def _block(self, offset: int, values: NDArray[Any]) -> Block:
        size = len(values)
        raw = values
        if values.dtype != np.float32 or not values.flags.c_contiguous:
            raw = self._narrow[:size]
            with np.errstate(over="ignore"):
                np.copyto(raw, values, casting="unsafe")
        narrow, wide = raw, self._wide[:size]
        np.copyto(wide, values, casting="unsafe")
        high, codes = self._high[:size], self._codes[:size]
        np.right_shift(raw.view(np.uint32), 20, out=high)
        np.copyto(codes, high)
        counts = np.bincount(codes, minlength=_CODES)
        finite = zero = None
        if counts[_INFINITE].any() or counts[_MINUS_INFINITE].any():
            finite = np.isfinite(raw)
            narrow = np.where(finite, raw, np.float32(0))
            wide[~finite] = 0
        if counts[0] or counts[_MINUS]:
            zero = raw == 0
        sizes = np.abs(wide, out=self._sizes[:size])
        return Block(offset, raw, narrow, wide, sizes, codes, counts, finite, zero)


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
