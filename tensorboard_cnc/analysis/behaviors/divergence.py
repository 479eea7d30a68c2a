"""How far two models' full probability vectors are apart, row by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Floats, Ints, Vectors

# A probability stored as 0 was below what its format can hold.
SMALLEST = 1e-12
# Rows at a time, so that intermediate results stay in the processor's cache.
_CHUNK_VALUES = 1 << 15


def shared_rows(base: Vectors, model: Vectors) -> tuple[Ints, Floats, Floats]:
    """The rows (k,) of which both have vectors, and those of each (k, C)."""
    if np.array_equal(base.rows, model.rows):
        return base.rows, base.probabilities, model.probabilities
    rows, in_base, in_model = np.intersect1d(
        base.rows, model.rows, assume_unique=True, return_indices=True
    )
    return rows, base.probabilities[in_base], model.probabilities[in_model]


def kl_divergence(base: Floats, model: Floats) -> NDArray[np.float64]:
    """KL(base ‖ model) = Σ p ln(p / q) in nats of each pair of rows of (n, C); (n,), ≥ 0.

    Rows are scaled to sum to 1; p and q are at least 1e-12 in the logarithm, terms with p = 0 are
    0 (Kullback & Leibler 1951). In the precision of the arguments: to 1e-6 for float32.
    """
    n, width = base.shape
    found = np.empty(n)
    step = max(1, _CHUNK_VALUES // max(width, 1))
    for start in range(0, n, step):
        p, q = base[start : start + step], model[start : start + step]
        logs = np.log(np.maximum(p, SMALLEST))
        logs -= np.log(np.maximum(q, SMALLEST))
        of_p, of_q = _sums(p), _sums(q)
        # What scaling both rows would change.
        found[start : start + step] = np.einsum("ij,ij->i", p, logs) / of_p + np.log(of_q / of_p)
    return np.maximum(found, 0)


def binary_kl(base: Floats, model: Floats) -> NDArray[np.float64]:
    """KL summed over independent yes/no probabilities (n, C), as of multi-label models; (n,)."""
    yes, said = base.astype(float), model.astype(float)
    found = np.zeros(len(base))
    for p, q in ((yes, said), (1 - yes, 1 - said)):
        found += (p * np.log(np.maximum(p, SMALLEST) / np.maximum(q, SMALLEST))).sum(axis=1)
    return np.maximum(found, 0)


def _sums(rows: Floats) -> NDArray[np.float64]:
    total = np.asarray(rows @ np.ones(rows.shape[1], rows.dtype), float)
    return np.where(total > 0, total, 1)
