"""Measures between two full vectors of one instance: those of the published system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.divergence import binary_kl, kl_divergence, shared_rows
from tensorboard_cnc.analysis.behaviors.evaluation import Floats, Kind, Vectors

# From the rows (n, C) of base and model to (n,).
_Between: TypeAlias = Callable[[Floats, Floats], NDArray[Any]]


def _at_argmax(of: Callable[[Floats, Floats], NDArray[Any]]) -> _Between:
    def between(base: Floats, model: Floats) -> NDArray[Any]:
        top = base.argmax(axis=1)[:, None]
        x, y = (np.take_along_axis(side, top, 1)[:, 0].astype(float) for side in (base, model))
        return of(x, y)

    return between


def ratio(before: Floats, after: Floats) -> NDArray[Any]:
    """After / before (n,); NaN where before is 0."""
    known = before != 0
    found: NDArray[Any] = np.full(len(before), np.nan)
    np.divide(after, before, out=found, where=known)
    return found


def _mean_square(rows: Floats) -> NDArray[Any]:
    return np.asarray(np.einsum("ij,ij->i", rows, rows) / max(rows.shape[1], 1))


_BETWEEN: dict[str, _Between] = {
    "mse": lambda x, y: _mean_square(y - x),
    "abs_difference": lambda x, y: np.abs(y - x).mean(axis=1, dtype=float),
    "difference_argmax": _at_argmax(lambda x, y: y - x),
    "abs_difference_argmax": _at_argmax(lambda x, y: np.abs(y - x)),
    "ratio_argmax": _at_argmax(ratio),
}


def between_vectors(
    measure: str, kind: Kind, base: Vectors, model: Vectors, n: int
) -> NDArray[Any]:
    """The measure of each of n rows, float32 (n,); NaN where not both have a full vector.

    Raises:
        KeyError: there is no such measure.
    """
    rows, x, y = shared_rows(base, model)
    column: NDArray[Any] = np.full(n, np.nan, np.float32)
    if measure == "kl":
        column[rows] = binary_kl(x, y) if kind == "multi-label" else kl_divergence(x, y)
    else:
        column[rows] = _BETWEEN[measure](x, y)
    return column
