"""What is known of each layer and candidate so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sensitivity import Floats


@dataclass
class Cells:
    """Damages (layers, candidates) and (layers, candidates, groups), NaN until they are known."""

    mean: Floats
    groups: Floats
    bytes: NDArray[np.int64]
    reasons: dict[tuple[int, int], str] = field(default_factory=dict)

    @classmethod
    def empty(cls, layers: int, candidates: int, groups: int) -> Cells:
        return cls(
            np.full((layers, candidates), np.nan),
            np.full((layers, candidates, groups), np.nan),
            np.full((layers, candidates), -1, np.int64),
        )

    def known(self, layer: int, candidate: int) -> bool:
        """Whether there is an answer: a damage, or why there is none."""
        return bool((layer, candidate) in self.reasons or not np.isnan(self.mean[layer, candidate]))

    def measured(self, layer: int, candidate: int, mean: float, groups: Floats) -> None:
        self.mean[layer, candidate], self.groups[layer, candidate] = mean, groups

    def refuse(self, layer: int, candidate: int, reason: str) -> None:
        """There is no number, because of `reason`."""
        self.reasons[layer, candidate] = reason

    def broken(self, layer: int, candidate: int, reason: str) -> None:
        """The outputs were not finite: worse than any number."""
        self.mean[layer, candidate] = np.inf
        self.reasons[layer, candidate] = reason

    def take(self, other: Cells, layer: int) -> None:
        """Takes what `other` knows of a layer."""
        self.mean[layer], self.groups[layer] = other.mean[layer], other.groups[layer]
        self.bytes[layer] = other.bytes[layer]
        self.reasons |= {cell: why for cell, why in other.reasons.items() if cell[0] == layer}
