"""How often the codes of a quantized tensor occur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.number_formats import unpacked

_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """`low` and `high` are the ends of the codes; `saturated`: how many values have one of them.

    `distinct` is how many different codes occur; None for more than 16 bits.
    """

    low: int
    high: int
    saturated: int
    distinct: int | None


def counted(
    codes: NDArray[Any], bits: int, low: int, high: int, n: int, *, zero: int | None = None
) -> CodeCounts:
    """Counts the codes of `n` values, which may be packed into bytes, the lowest bits first.

    A code that stands for `zero` is not saturated.
    """
    per_byte = 8 // bits if bits in (1, 2, 4) and len(codes) < n else 1
    ends = [end for end in (low, high) if end != zero]
    if bits > 16:
        saturated = sum(int((codes == end).sum()) for end in ends)
        return CodeCounts(low, high, saturated, None)
    counts = np.zeros(high - low + 1, np.int64)
    left = n
    for start in range(0, len(codes), _PIECE):
        piece = codes[start : start + _PIECE]
        fields = unpacked(piece.view(np.uint8), bits) if per_byte > 1 else piece
        fields = fields[:left].astype(np.int32) - low
        counts += np.bincount(fields, minlength=len(counts))
        left -= len(fields)
    saturated = int(sum(counts[end - low] for end in ends))
    return CodeCounts(low, high, saturated, int((counts > 0).sum()))
