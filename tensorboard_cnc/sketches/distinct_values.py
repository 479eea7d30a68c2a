"""The number of distinct values, where it is small: the levels of a quantized tensor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketches.block import Block

MOST = 1024
_FIRST = 2048
_LONGER = 4
_SLOTS = 1 << 16
# Bits of a NaN, which is not counted.
_NONE = 0xFFFFFFFF
_EXPONENT = np.uint32(0x7F800000)
_MINUS_ZERO = np.uint32(0x80000000)


class DistinctValues:
    """Collects values until they are more than MOST."""

    def __init__(self) -> None:
        self._known: set[int] | None = set()
        # A known value (its bits) per slot, so that most values are looked up by one comparison;
        # made when a second part arrives.
        self._slots: NDArray[np.uint32] | None = None

    def add(self, block: Block) -> None:
        bits = block.raw.view(np.uint32)
        start, end = 0, _FIRST
        # Ever longer parts, as most tensors soon show that they have many.
        while start < len(bits) and self._known is not None:
            self._collect(bits[start:end])
            start, end = end, _LONGER * end

    def merge(self, other: DistinctValues) -> None:
        if self._known is None or other._known is None:
            self._known = None
        else:
            self._remember(np.array(sorted(other._known), np.uint32))

    def found(self) -> int | None:
        """How many finite values there are, 0 and −0 being one; None above MOST."""
        return None if self._known is None else len(self._known)

    def _collect(self, bits: NDArray[np.uint32]) -> None:
        if self._known is None:
            return
        if self._known and self._slots is None:
            self._slots = _filled(self._known)
        if self._slots is not None:
            bits = bits[self._slots[_slot(bits)] != bits]
        if len(bits):
            self._remember(_each_once(bits))

    def _remember(self, bits: NDArray[np.uint32]) -> None:
        finite = bits[(bits & _EXPONENT) != _EXPONENT]
        if self._known is None:
            return
        # 0 and −0 are two of them.
        if len(finite) <= MOST + 1:
            self._known.update(np.where(finite == _MINUS_ZERO, 0, finite).tolist())
        if len(finite) > MOST + 1 or len(self._known) > MOST:
            self._known = self._slots = None
            return
        if self._slots is not None:
            self._slots[_slot(bits)] = bits


def _filled(known: set[int]) -> NDArray[np.uint32]:
    slots = np.full(_SLOTS, _NONE, np.uint32)
    bits = np.array(list(known), np.uint32)
    slots[_slot(bits)] = bits
    return slots


def _each_once(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    # np.unique takes three times as long for few values.
    ordered = np.sort(bits)
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _slot(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (bits * np.uint32(0x9E3779B1)) >> np.uint32(16)
