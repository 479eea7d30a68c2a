"""How much models differ that nothing but chance tells apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import Bools, Evaluation
from tensorboard_cnc.analysis.behaviors.flips import both_answered, changed, outcomes


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """Means over the pairs of replicates: rates of other answers and of right that became wrong.

    `negative` is the mean over both directions, None where right and wrong are not known.
    """

    changed: float
    negative: float | None


def noise_floor(replicates: Sequence[Evaluation], chosen: Bools) -> NoiseFloor | None:
    """Over the rows `chosen` (N,) that both of a pair answered; None without such a pair."""
    changes, negatives = [], []
    for one, other in combinations(replicates, 2):
        n = np.count_nonzero(both_answered(one, other) & chosen)
        if n:
            changes.append(np.count_nonzero(changed(one, other) & chosen) / n)
        table = outcomes(one, other, chosen)
        if table and table.n:
            negatives.append((table.negative + table.positive) / (2 * table.n))
    if not changes:
        return None
    return NoiseFloor(float(np.mean(changes)), float(np.mean(negatives)) if negatives else None)
