"""Histograms in common bins: as numpy counts, and as comparing with the edges counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tensorboard_cnc.analysis.behaviors.histogram import common_edges, counts_in


def test_as_numpy() -> None:
    values = np.random.default_rng(1).normal(size=5000)
    edges = common_edges([values])
    counts, expected = np.histogram(values, bins=40)
    assert edges == pytest.approx(expected)
    assert counts_in(values, edges).tolist() == counts.tolist()


def test_right_and_wrong_have_a_bin_each() -> None:
    right = np.array([0, 1, 1, np.nan], np.float32)
    edges = common_edges([right, np.ones(3)])
    assert edges.tolist() == [-0.5, 0.5, 1.5]
    assert counts_in(right, edges).tolist() == [1, 2]


def test_one_value_has_one_bin() -> None:
    edges = common_edges([np.full(3, 0.25)])
    assert counts_in(np.full(3, 0.25), edges).tolist() == [3]


def test_nothing_known_has_no_bins() -> None:
    assert common_edges([np.full(3, np.nan), np.empty(0)]).tolist() == []
    assert counts_in(np.full(3, np.nan), np.empty(0)).tolist() == []


COLUMNS = arrays.arrays(
    float,
    st.integers(1, 60),
    elements=st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.1, 0.2, 0.3, 1.0]),
)


@settings(deadline=None)
@given(COLUMNS, COLUMNS)
def test_bins_are_what_filtering_by_their_edges_keeps(one: np.ndarray, two: np.ndarray) -> None:
    edges = common_edges([one, two])
    finite = one[np.isfinite(one)]
    counts = counts_in(one, edges)
    assert counts.sum() == len(finite)
    assert np.isfinite(edges).all()
    for bin, count in enumerate(counts.tolist()):
        low, high = edges[bin], edges[bin + 1]
        last = bin == len(counts) - 1
        kept = (finite >= low) & ((finite < high) | last)
        assert count == np.count_nonzero(kept)
