"""Allocations of the least total damage for their bytes, one after the other.

Damages are taken to add up over layers, so that an allocation which minimises damage + λ · bytes
for some λ does so in each layer alone (Everett 1963; Shoham & Gersho 1988). As λ grows, each layer
moves along the lower convex hull of its own choices, and all these moves, in order of what a byte
saved costs, are the breakpoints: each is the least damage of all allocations with as few bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sensitivity import KEPT


class Choice(NamedTuple):
    """What a layer may become: the bytes it then takes, and the damage that is done."""

    bytes: int
    damage: float
    candidate: int


class Step(NamedTuple):
    """A move of one layer, and what all layers together take and cost after it."""

    layer: int
    candidate: int
    bytes: int
    damage: float


class Front(NamedTuple):
    """`start` (layers): candidates of the least damage of all; then `steps`, each on the last."""

    start: NDArray[np.int64]
    start_bytes: int
    start_damage: float
    steps: tuple[Step, ...]

    def after(self, count: int) -> NDArray[np.int64]:
        """The candidate of each layer (layers,) after the first `count` steps."""
        chosen = self.start.copy()
        for step in self.steps[:count]:
            chosen[step.layer] = step.candidate
        return chosen

    def bytes_after(self, count: int) -> int:
        return self.steps[count - 1].bytes if count else self.start_bytes

    def damage_after(self, count: int) -> float:
        return self.steps[count - 1].damage if count else self.start_damage


def choices_of(
    dense: NDArray[np.int64], sizes: NDArray[np.int64], damage: NDArray[np.float64]
) -> list[list[Choice]]:
    """What each layer may become: as it is, or any candidate that was measured and finite.

    Args:
      dense: (layers,) bytes as they are.
      sizes: (layers, candidates) bytes; negative: unknown.
      damage: (layers, candidates); not finite: no choice.
    """
    found = []
    usable = np.isfinite(damage) & (sizes >= 0)
    for layer, own in enumerate(dense.tolist()):
        choices = [Choice(own, 0.0, KEPT)]
        for candidate in np.flatnonzero(usable[layer]).tolist():
            size, cost = int(sizes[layer, candidate]), float(damage[layer, candidate])
            choices.append(Choice(size, cost, candidate))
        found.append(choices)
    return found


def front_of(layers: Sequence[Sequence[Choice]]) -> Front:
    """The breakpoints from the least damage to the fewest bytes.

    Where moves cost the same, those to a candidate that more layers get come first, so that an
    allocation has few kinds.
    """
    hulls = [lower_hull(choices) for choices in layers]
    popular: dict[int, int] = {}
    for hull in hulls:
        for choice in hull[1:]:
            popular[choice.candidate] = popular.get(choice.candidate, 0) + 1
    moves = sorted(
        (slope, -popular[choice.candidate], choice.candidate, layer, place, choice)
        for layer, hull in enumerate(hulls)
        for place, (slope, choice) in enumerate(_slopes(hull))
    )
    start = np.array([hull[0].candidate for hull in hulls], np.int64)
    size = sum(hull[0].bytes for hull in hulls)
    damages = [hull[0].damage for hull in hulls]
    start_bytes, total = size, float(np.sum(damages))
    steps = []
    damage = total
    current = [hull[0] for hull in hulls]
    for *_, layer, _, choice in moves:
        size += choice.bytes - current[layer].bytes
        damage += choice.damage - current[layer].damage
        current[layer] = choice
        steps.append(Step(layer, choice.candidate, size, damage))
    return Front(start, start_bytes, total, tuple(steps))


def lower_hull(choices: Sequence[Choice]) -> list[Choice]:
    """Those that are best for some price of a byte, from the least damage to the fewest bytes."""
    hull: list[Choice] = []
    # Of equal damage the smaller first; of equal choices the first candidate.
    for choice in sorted(choices, key=lambda each: (each.damage, each.bytes, each.candidate)):
        if hull and choice.bytes >= hull[-1].bytes:
            continue
        while len(hull) > 1 and _price(hull[-2], hull[-1]) >= _price(hull[-2], choice):
            hull.pop()
        hull.append(choice)
    return hull


def _price(one: Choice, other: Choice) -> float:
    """What each byte that is saved costs from one to the other."""
    return (other.damage - one.damage) / (one.bytes - other.bytes)


def _slopes(hull: Sequence[Choice]) -> Iterator[tuple[float, Choice]]:
    for one, other in pairwise(hull):
        yield _price(one, other), other
