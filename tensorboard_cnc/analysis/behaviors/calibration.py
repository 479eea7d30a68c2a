"""Does a model's confidence say how often it is right?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Floats

BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """Equally wide bins (i/15, (i+1)/15] of confidence; NaN where a bin is empty."""

    n: int
    ece: float
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    right: NDArray[np.float64]


def reliability(confidence: Floats, correct: Floats) -> Reliability:
    """Of (n,) confidences in [0, 1] and (n,) 0/1; where either is NaN the row is left out.

    ECE = Σ n_bin / n · |share right - mean confidence| (Naeini et al. 2015; Guo et al. 2017).
    """
    known = ~(np.isnan(confidence) | np.isnan(correct))
    confidence, correct = confidence[known].astype(float), correct[known].astype(float)
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    confident = np.bincount(bins, confidence, BINS)
    right = np.bincount(bins, correct, BINS)
    n = int(counts.sum())
    ece = float(np.abs(right - confident).sum() / n) if n else float("nan")
    with np.errstate(invalid="ignore"):
        return Reliability(n, ece, counts, confident / counts, right / counts)
