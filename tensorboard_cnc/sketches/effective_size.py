"""How few bytes a tensor takes when its zeros are not stored."""

from __future__ import annotations

import math


def effective_bytes(n: int, nonzero: int, bits: float, overhead_bytes: int = 0) -> float:
    """The smallest of three forms of `n` values, of which `nonzero`, with `bits` each.

    Dense; a bitmap of n bits and the values that are not zero; or those with an index of
    ⌈log₂ n⌉ bits each. Scales, zero points and codebooks, `overhead_bytes`, come on top.
    """
    dense = n * bits
    bitmap = n + nonzero * bits
    indexed = nonzero * (bits + math.ceil(math.log2(n))) if n else 0
    return min(dense, bitmap, indexed) / 8 + overhead_bytes
