"""Data sets with known harm, drawn by lot: right and wrong answers before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints

Shares = NDArray[np.float64]


def dimensions(*codes: Ints) -> list[Dimension]:
    """Attributes, one of each list of codes (N,)."""
    return [
        Dimension(f"attribute/{at}", str(at), [str(level) for level in range(each.max() + 1)], each)
        for at, each in enumerate(codes)
    ]


def attributes(rng: np.random.Generator, n: int, levels: Sequence[int]) -> list[Ints]:
    """Codes (n,) of attributes with so many levels, of unequal sizes."""
    return [rng.choice(k, n, p=rng.dirichlet(np.full(k, 5.0))) for k in levels]


def base_of(rng: np.random.Generator, accuracy: Shares) -> Floats:
    """Correctness (N,)."""
    return (rng.random(len(accuracy)) < accuracy).astype(np.float32)


def changed(rng: np.random.Generator, base: Floats, breaks: Shares, mends: Shares) -> Floats:
    """Correctness (N,) where these shares of right and wrong answers flip."""
    flips = rng.random(len(base)) < np.where(base == 1, breaks, mends)
    return np.where(flips, 1 - base, base).astype(np.float32)
