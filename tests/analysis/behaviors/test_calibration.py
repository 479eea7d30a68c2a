"""Expected calibration error by hand and against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from tensorboard_cnc.analysis.behaviors.calibration import BINS, reliability


def test_by_hand() -> None:
    # Two bins: 0.9 and 0.9 (one right), 0.5 (right). ECE = 2/3 · |0.5 − 0.9| + 1/3 · |1 − 0.5|.
    found = reliability(np.array([0.9, 0.9, 0.5]), np.array([1.0, 0.0, 1.0]))
    assert found.ece == pytest.approx(2 / 3 * 0.4 + 1 / 3 * 0.5)
    assert found.n == 3
    assert found.counts.sum() == 3


def test_bins_as_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.1, 1, 3000)
    correct = (rng.random(3000) < confidence**2).astype(float)
    right, mean = calibration_curve(correct, confidence, n_bins=BINS)
    found = reliability(confidence, correct)
    held = found.counts > 0
    assert found.right[held] == pytest.approx(right)
    assert found.confidence[held] == pytest.approx(mean)
    assert found.ece == pytest.approx((found.counts[held] / 3000 * abs(right - mean)).sum())


def test_the_ends_and_what_is_not_known() -> None:
    found = reliability(np.array([0.0, 1.0, np.nan, 0.5]), np.array([0.0, 1.0, 1.0, np.nan]))
    assert (found.n, found.counts[0], found.counts[-1], found.ece) == (2, 1, 1, 0)
    assert np.isnan(reliability(np.empty(0), np.empty(0)).ece)
