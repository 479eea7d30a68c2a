"""How much of a tensor a sketch keeps, and the bytes of both."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tensorboard_cnc.records.sketches import (
    BUCKETS,
    MOST_GROUPS,
    MOST_LARGEST,
    MOST_SAMPLED,
    MOST_WHOLE,
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Limits of one sketch.

    Tensors of at most max(`whole`, `sample`) values are kept whole; of others `sample` values
    (a power of 2) and `buckets` of the CountSketch (512 or 256). `channels`: groups at most;
    `largest`: values of the largest magnitude.
    """

    whole: int = MOST_WHOLE
    sample: int = MOST_SAMPLED
    buckets: int = BUCKETS[0]
    channels: int = MOST_GROUPS
    largest: int = MOST_LARGEST

    def keeps_whole(self, n: int) -> bool:
        """Whether all values of a tensor of `n` are kept."""
        return n <= max(self.whole, self.sample)

    def bytes_of(self, n: int, value_bytes: int = 3) -> float:
        """What a sketch of `n` values takes in a record, compressed, within about a tenth.

        `value_bytes` of each value of the sample: 2 for 16-bit floats, else 3. Measured of normal
        weights; zeros and quantized values take less.
        """
        short = value_bytes == 2
        histogram = max(52 * math.log2(n) - 430, 100) if n else 0
        rows = min(self.channels, n) * 3.3 + min(self.largest, n) * 5.5
        if self.keeps_whole(n):
            return _HEAD_BYTES + histogram + rows + n * (1.9 if short else 3.7)
        sampled = self.sample * (1.9 if short else 2.6) + self.buckets * 3.6
        return _HEAD_BYTES + histogram + rows + sampled


# From the richest to the poorest; intervals hold what they promise from 1,024 values on.
_STEPS = (
    Sizes(),
    Sizes(sample=1024),
    Sizes(whole=2048, sample=1024, channels=128),
    Sizes(whole=1024, sample=1024, buckets=256, channels=64, largest=32),
    Sizes(whole=512, sample=512, buckets=256, channels=32, largest=32),
    Sizes(whole=256, sample=256, buckets=256, channels=16, largest=16),
    Sizes(whole=128, sample=128, buckets=256, channels=8, largest=8),
)
_HEAD_BYTES = 100


def default_bytes(tensors: int) -> int:
    """Bytes for the sketches of a model: 1 MB, or 3 kB for each tensor where that is more."""
    return max(1_000_000, 3_000 * tensors)


def sizes_within(max_bytes: int, tensors: Iterable[tuple[int, int]]) -> Sizes:
    """The richest sizes with which the sketches of all `tensors` take at most `max_bytes`.

    `tensors`: number of values and bytes per sampled value (see `Sizes.bytes_of`) of each. Where
    nothing fits, the poorest sizes.
    """
    known = tuple(tensors)
    for sizes in _STEPS:
        if sum(sizes.bytes_of(n, value_bytes) for n, value_bytes in known) <= max_bytes:
            return sizes
    return _STEPS[-1]


def effective_bytes(n: int, nonzero: int, bits: float, overhead_bytes: int = 0) -> float:
    """The smallest of three forms of `n` values of `bits` each, `nonzero` of them not 0.

    Dense; a bitmap of n bits and the values that are not zero; or those with an index of
    ⌈log₂ n⌉ bits each. Scales, zero points and codebooks, `overhead_bytes`, come on top.
    """
    dense = n * bits
    bitmap = n + nonzero * bits
    indexed = nonzero * (bits + math.ceil(math.log2(n))) if n else 0
    return min(dense, bitmap, indexed) / 8 + overhead_bytes
