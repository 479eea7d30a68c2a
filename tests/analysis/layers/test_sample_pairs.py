"""Intervals of shares against the exact distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.layers.sample_pairs import share_interval


@pytest.mark.parametrize("n", [30, 256, 1024, 2048])
def test_they_hold_every_share_as_often_as_promised(n: int) -> None:
    counts = np.arange(n + 1)
    low, high = share_interval(counts, n)
    shares = np.concatenate([np.geomspace(1e-5, 0.5, 300), 1 - np.geomspace(1e-5, 0.5, 300)])
    for share in shares:
        held = (low <= share) & (share <= high)
        assert stats.binom.pmf(counts[held], n, share).sum() >= 0.94


@pytest.mark.parametrize("n", [100, 1024])
def test_they_are_close_to_clopper_and_pearsons(n: int) -> None:
    counts = np.array([0, 1, 5, n // 3, n - 1, n])
    low, high = share_interval(counts, n)
    for k, start, end in zip(counts, low, high, strict=True):
        exact = stats.binomtest(int(k), n).proportion_ci(method="exact")
        assert start == pytest.approx(exact.low, abs=1.7 / n)
        assert end == pytest.approx(exact.high, abs=1.7 / n)


@given(st.integers(0, 500), st.integers(0, 500))
def test_they_hold_what_was_counted(k: int, more: int) -> None:
    low, high = share_interval(k, k + more)
    assert 0 <= low <= high <= 1
    if k + more:
        assert low <= k / (k + more) <= high
    else:
        assert low == 0
        assert high == 1
