"""Histograms on edges that all tensors share."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import BINS
from tensorboard_cnc.sketches.value_histogram import bins_of, edges_of
from tests.sketches.tensors import sketch, weights

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(arrays(np.float32, st.integers(0, 50), elements=FINITE))
def test_each_value_lies_in_its_bin(values: NDArray[np.float32]) -> None:
    values = values[values != 0]
    low, high = edges_of(bins_of(values))
    assert (low <= values).all()
    assert (values <= high).all()
    magnitudes = np.maximum(np.abs(low), np.abs(high))
    assert (np.abs(values) < magnitudes).all()


@given(arrays(np.float32, st.integers(0, 200), elements=FINITE))
def test_counts_are_those_of_numpy(values: NDArray[np.float32]) -> None:
    found = sketch(values)
    bins, counts = np.unique(bins_of(values[values != 0]), return_counts=True)
    assert_array_equal(found.bins, bins)
    assert_array_equal(found.counts, counts)


def test_bins_tile_the_line() -> None:
    low, high = edges_of(np.arange(-BINS, BINS))
    assert_array_equal(low[1:], high[:-1])
    assert (low[BINS], high[BINS - 1]) == (0, 0)
    assert high[-1] == 2.0**128 == -low[0]


def test_bins_are_at_most_an_eighth_wide() -> None:
    low, high = edges_of(bins_of(np.abs(weights(1000)) + np.float32(1e-6)))
    assert ((high - low) / low <= 0.125).all()


def test_values_beyond_the_range_of_another_model_are_counted() -> None:
    base = weights(300, 300)
    child = base.copy()
    child.reshape(-1)[::900] = 50.0
    found = sketch(child)
    assert found.bins is not None
    assert found.counts is not None
    top = sketch(base).totals.high
    assert top is not None
    assert found.counts[edges_of(found.bins)[0] > top].sum() == 100
