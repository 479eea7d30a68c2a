"""Finds slices in which compression broke more than its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.exact_tails import over_represented
from tensorboard_cnc.analysis.behaviors.multiplicity import benjamini_hochberg


@dataclass(frozen=True, slots=True)
class Harmed:
    """A level of a dimension with `flips` negative flips of a model among its n instances.

    `lift` is its flip rate over that of all instances; `p` of Fisher's exact test, one-sided;
    `q` corrected for every level × model looked at.
    """

    model: str
    dimension: Dimension
    level: int
    n: int
    flips: int
    lift: float
    p: float
    q: float


def harmed_slices(
    dimensions: Sequence[Dimension], base: Evaluation, models: Mapping[str, Evaluation]
) -> tuple[list[Harmed], int]:
    """Levels with a lift above 1, by p; and how many level × model were tested.

    Instances count whose correctness both the base and the model have.
    """
    found: list[tuple[str, Dimension, int, int, int, float]] = []
    p: list[float] = []
    for key, model in models.items():
        if base.correct is None or model.correct is None:
            continue
        known = np.isfinite(base.correct) & np.isfinite(model.correct)
        flipped = known & (base.correct == 1) & (model.correct == 0)
        n_all, flips_all = int(np.count_nonzero(known)), int(np.count_nonzero(flipped))
        for dimension in dimensions if flips_all else ():
            groups, flips = dimension.grouping(known), dimension.grouping(flipped)
            n = np.bincount(groups.codes, minlength=groups.n).tolist()
            k = np.bincount(flips.codes, minlength=groups.n).tolist()
            for level in range(groups.n):
                if n[level]:
                    lift = (k[level] / n[level]) / (flips_all / n_all)
                    found.append((key, dimension, level, n[level], k[level], lift))
                    p.append(over_represented(k[level], n[level], flips_all, n_all))
    q = benjamini_hochberg(np.array(p, float))
    every = [Harmed(*f, p[i], float(q[i])) for i, f in enumerate(found)]
    return sorted((h for h in every if h.lift > 1), key=lambda h: (h.p, -h.lift)), len(p)
