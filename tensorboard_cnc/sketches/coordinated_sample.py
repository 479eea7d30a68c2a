"""Positions at which all tensors of one shape are sampled.

The first k = 2^m points of a van der Corput sequence with nested uniform (Owen) scrambling,
over the flat index. Each of k equal parts of the tensor holds one of the first k positions, at a
random place; the first k of 2k positions are the positions for k.

Sources: van der Corput, "Verteilungsfunktionen", 1935; Owen, "Randomly permuted (t,m,s)-nets",
1995; Burley, "Practical hash-based Owen scrambling", JCGT 9(4), 2020, with the hash of Vegdahl,
"Building a better LK hash", 2021: with Burley's own, neighbouring places are correlated.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketches.hashing import hashed

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@lru_cache(maxsize=1024)
def sample_positions(shape: tuple[int, ...], k: int) -> NDArray[np.int64]:
    """The k positions (row-major), int64 (k,), read-only; k is a power of 2.

    Raises:
      ValueError: k is not a power of 2, or the tensor is empty.
    """
    n = math.prod(shape)
    if k < 1 or k & (k - 1) or n < 1:
        raise ValueError(
            f"{k} positions in a tensor of {n}: a power of 2, in one that is not empty"
        )
    seed = int.from_bytes(hashlib.sha256(_words_of(shape)).digest()[:8], "little")
    counters = np.arange(k, dtype=np.uint32)
    high = _reversed_bits(_owen_hash(counters, seed & 0xFFFFFFFF)).astype(np.uint64)
    low = hashed(counters, seed >> 32) & _LOW
    positions = _scaled(high, low, n).astype(np.int64)
    positions.flags.writeable = False
    return positions


@lru_cache(maxsize=256)
def ordered_positions(
    shape: tuple[int, ...], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order that sorts the k positions, and the sorted positions, both int64 (k,)."""
    positions = sample_positions(shape, k)
    order = np.argsort(positions, kind="stable")
    return order, positions[order]


def in_24_bits(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rounded to a 16-bit significand: error at most 2⁻¹⁶ of the value; 0 and only 0 becomes 0."""
    bits = np.asarray(values, np.float32).view(np.uint32)
    rounded = (bits + np.uint32(0x7F) + ((bits >> np.uint32(8)) & np.uint32(1))) & _TOP
    # Neither rounded up to infinity, nor NaN's payload rounded away, nor a subnormal to 0.
    sizes = rounded & ~_SIGN
    if (special := sizes >= _EXPONENT).any():
        rounded = np.where(special, np.where(np.isnan(values), _QUIET, bits & _TOP), rounded)
    if (vanished := sizes == 0).any():
        rounded[vanished & ((bits & ~_SIGN) != 0)] |= np.uint32(0x100)
    return rounded.view(np.float32)


_TOP = np.uint32(0xFFFFFF00)
_SIGN = np.uint32(0x80000000)
_EXPONENT = np.uint32(0x7F800000)
_QUIET = np.uint32(0x7FC00000)


def _words_of(shape: Sequence[int]) -> bytes:
    return ",".join(map(str, shape)).encode()


def _owen_hash(x: NDArray[np.uint32], seed: int) -> NDArray[np.uint32]:
    """Each bit is flipped by a hash of the bits below it: Owen's scrambling, on reversed bits."""
    x = x ^ (x * np.uint32(0x3D20ADEA))
    x = (x + np.uint32(seed)) * np.uint32(seed >> 16 | 1)
    for factor in (0x05526C56, 0x53A22864):
        x = x ^ (x * np.uint32(factor))
    return x


def _reversed_bits(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F)):
        x = ((x >> np.uint32(shift)) & np.uint32(mask)) | (
            (x & np.uint32(mask)) << np.uint32(shift)
        )
    return x.byteswap()


def _scaled(high: NDArray[np.uint64], low: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """floor(u · n) for u = (high · 2³² + low) / 2⁶⁴."""
    n_high, n_low = np.uint64(n >> 32), np.uint64(n & 0xFFFFFFFF)
    carry = (low * n_low) >> _HALF
    middle = high * n_low
    cross = low * n_high + (middle & _LOW) + carry
    scaled: NDArray[np.uint64] = high * n_high + (middle >> _HALF) + (cross >> _HALF)
    return scaled
