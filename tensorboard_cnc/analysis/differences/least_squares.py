"""Least squares of several metrics on blocks of columns, some of which may tell the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
# What only rounding leaves, as a share.
ROUNDING = 1e-9


class Fit(NamedTuple):
    """Coefficients (k, metrics), their covariance at unit variance, and what nothing tells.

    `unknown` (k, d) are the changes of the coefficients that change no fitted value. `squares` is
    what the fit explains of each metric's sum of squares.
    """

    beta: Floats
    covariance: Floats
    unknown: Floats
    squares: Floats
    rank: int


def fitted(blocks: Sequence[Floats], y: Floats) -> Fit:
    """Fits centred metrics `y` (n, metrics) by centred columns (n, k) in blocks."""
    x = np.concatenate([np.empty((len(y), 0)), *blocks], axis=1)
    swept, kept = _swept(x.T @ x)
    covariance = np.where(np.outer(kept, kept), swept, 0.0)
    unknown = -np.where(kept[:, None], swept, 0.0)[:, ~kept]
    unknown[~kept] = np.eye(int((~kept).sum()))
    beta = covariance @ (x.T @ y)
    return Fit(beta, covariance, unknown, ((x @ beta) ** 2).sum(axis=0), int(kept.sum()))


def _swept(gram: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The sweep operator on each column of which those before leave something.

    Among the kept columns it leaves the inverse, in a left out column how they tell it.
    Source: Goodnight (1979), https://doi.org/10.1080/00031305.1979.10482685
    """
    swept = gram.copy()
    kept = np.zeros(len(gram), bool)
    for k, whole in enumerate(np.diag(gram)):
        pivot = swept[k, k]
        if pivot <= ROUNDING * whole:
            continue
        kept[k] = True
        row, column = swept[k] / pivot, swept[:, k].copy()
        swept -= np.outer(column, row)
        swept[k], swept[:, k] = row, -column / pivot
        swept[k, k] = 1 / pivot
    return swept, kept


def added(fit: Fit, own: slice) -> tuple[Floats, int]:
    """Sum of squares, by metric, that a block adds to all others, and its degrees of freedom."""
    told = _told(fit.unknown[own])
    estimate = fit.beta[own]
    covariance = fit.covariance[own, own]
    if told is not None:
        estimate, covariance = told.T @ estimate, told.T @ covariance @ told
    if not len(estimate):
        return np.zeros(fit.beta.shape[1]), 0
    return (estimate * np.linalg.solve(covariance, estimate)).sum(axis=0), len(estimate)


def _told(unknown: Floats) -> Floats | None:
    """Orthonormal combinations of a block's coefficients that no other tells too; None: all."""
    if not unknown.size or np.abs(unknown).max() < ROUNDING:
        return None
    sizes, directions = np.linalg.eigh(unknown @ unknown.T)
    told: Floats = directions[:, sizes < ROUNDING * sizes[-1]]
    return told


def contrast_of(fit: Fit, own: slice, contrast: Floats) -> tuple[Floats, float] | None:
    """A contrast of a block, by metric, and its variance at unit variance.

    None where the other blocks tell some of it too.
    """
    if (np.abs(contrast @ fit.unknown[own]) > math.sqrt(ROUNDING)).any():
        return None
    variance = float(contrast @ fit.covariance[own, own] @ contrast)
    return contrast @ fit.beta[own], max(variance, 0.0)
