"""N:M sparsity: groups of M neighbouring inputs with at most N that are not zero.

Inputs are what a matrix or a convolution sums over: axis 1 of a weight of the usual layout
(output, input, …). Source: Mishra et al., "Accelerating sparse deep neural networks", 2021.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import PATTERNS
from tensorboard_cnc.sketches.block import Block


class GroupCounter:
    """Counts the conforming groups of one pattern in a tensor that arrives in blocks."""

    def __init__(self, shape: tuple[int, ...], most: int, neighbours: int) -> None:
        self.most, self.neighbours = most, neighbours
        self._inner = math.prod(shape[2:])
        # Neighbouring values in which whole groups lie.
        self._unit = neighbours * self._inner
        self._groups = math.prod(shape) // neighbours
        self._conforming = 0
        # Units that have arrived in part: which values are not zero, and how many have arrived.
        self._parts: dict[int, tuple[NDArray[np.bool_], int]] = {}

    def add(self, block: Block) -> None:
        size = len(block.wide)
        head = min(-block.offset % self._unit, size)
        tail = head + (size - head) // self._unit * self._unit
        if block.zero is not None:
            self._conforming += self._count(~block.zero[head:tail])
        for start, end in ((0, head), (tail, size)):
            if start < end:
                present = np.ones(end - start, bool)
                if block.zero is not None:
                    present = ~block.zero[start:end]
                self._keep(block.offset + start, present)

    def merge(self, other: GroupCounter) -> None:
        self._conforming += other._conforming
        for unit, (part, arrived) in other._parts.items():
            self._join(unit, part, arrived)

    def found(self) -> tuple[int, int]:
        """Conforming groups, and all groups."""
        return self._conforming, self._groups

    def _count(self, present: NDArray[np.bool_]) -> int:
        groups = present.view(np.uint8).reshape(-1, self.neighbours, self._inner)
        counts = groups[:, 0, :].copy()
        for neighbour in range(1, self.neighbours):
            counts += groups[:, neighbour, :]
        return int(np.count_nonzero(counts <= self.most))

    def _keep(self, offset: int, present: NDArray[np.bool_]) -> None:
        unit, start = divmod(offset, self._unit)
        part = np.zeros(self._unit, bool)
        part[start : start + len(present)] = present
        self._join(unit, part, len(present))

    def _join(self, unit: int, part: NDArray[np.bool_], arrived: int) -> None:
        if unit in self._parts:
            known, before = self._parts.pop(unit)
            part, arrived = known | part, arrived + before
        if arrived == self._unit:
            self._conforming += self._count(part)
        else:
            self._parts[unit] = part, arrived


def group_counters(shape: tuple[int, ...]) -> list[GroupCounter]:
    """A counter for each pattern that divides the inputs of a tensor of `shape`."""
    if len(shape) < 2:
        return []
    return [GroupCounter(shape, n, m) for n, m in PATTERNS if shape[1] and shape[1] % m == 0]
