"""Histograms of several models in common bins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Floats, Ints

_BINS = 40
# A measure with few values has a bin for each.
_FEW = 12


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
    if whole:
        return np.arange(low - 0.5, high + 1)
    if low == high:
        return np.array([low, np.nextafter(high, np.inf)])
    return np.linspace(low, high, _BINS + 1)


def counts_in(column: Floats, edges: NDArray[np.float64]) -> Ints:
    """How many finite values (n,) are in each of equally wide bins; the last includes its end."""
    bins = len(edges) - 1
    if bins < 1:
        return np.zeros(0, np.int64)
    values = column[np.isfinite(column)].astype(float)
    at = ((values - edges[0]) * (bins / (edges[-1] - edges[0]))).astype(int)
    return np.bincount(np.clip(at, 0, bins - 1), minlength=bins)
