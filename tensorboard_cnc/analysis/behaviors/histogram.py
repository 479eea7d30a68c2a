"""Histograms of several models in common bins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Floats, Ints

_BINS = 40
# A measure with few values has a bin for each.
_FEW = 12
# Below, floats have too few digits for bins.
_LEAST = 1e-300


def common_edges(columns: Sequence[Floats]) -> NDArray[np.float64]:
    """Ascending edges (bins + 1,) that hold all finite values of `columns`; empty without any.

    Whole numbers of a small range have a bin each, centred on them; else 40 bins are equally wide.
    """
    finite = [column[np.isfinite(column)] for column in columns]
    finite = [column for column in finite if len(column)]
    if not finite:
        return np.empty(0)
    low = float(min(column.min() for column in finite))
    high = float(max(column.max() for column in finite))
    whole = high - low < _FEW and all((column == np.rint(column)).all() for column in finite)
    largest = max(abs(low), abs(high))
    if whole and largest < 2**50:
        return np.arange(low - 0.5, high + 1)
    # Values that only rounding tells apart have one bin.
    if high / 2 - low / 2 <= max(1e-9 * largest, _LEAST):
        end = np.nextafter(high, np.inf)
        return np.array([low, end] if np.isfinite(end) else [np.nextafter(low, 0), high])
    # Halves cannot overflow where the whole range would.
    return 2 * np.linspace(low / 2, high / 2, _BINS + 1)


def counts_in(column: Floats, edges: NDArray[np.float64]) -> Ints:
    """How many finite values (n,) are in each of equally wide bins [low, high).

    The last bin includes its end. It agrees with comparing values with the edges, to the last bit.
    """
    bins = len(edges) - 1
    if bins < 1:
        return np.zeros(0, np.int64)
    values = column[np.isfinite(column)].astype(float)
    half = edges[-1] / 2 - edges[0] / 2
    at = ((values / 2 - edges[0] / 2) / half * bins).astype(int)
    np.clip(at, 0, bins - 1, out=at)
    at -= values < edges[at]
    at += (values >= edges[at + 1]) & (at < bins - 1)
    return np.bincount(at, minlength=bins)
