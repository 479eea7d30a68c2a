"""How few bytes a tensor takes when its zeros are not stored."""

from __future__ import annotations


def effective_bytes(n: int, nonzero: int, bits: float, overhead_bytes: int = 0) -> float:
    """The smallest of three forms of `n` values, of which `nonzero`, with `bits` each.

    Dense; a bitmap of n bits and the values that are not zero; or those with an index of 16 bits
    each (the distance from the one before, as in Deep Compression, Han et al., 2016). Scales, zero
    points and codebooks, `overhead_bytes`, come on top.
    """
    dense = n * bits
    bitmap = n + nonzero * bits
    indexed = nonzero * (bits + 16)
    return min(dense, bitmap, indexed) / 8 + overhead_bytes
