from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.layers.histograms import (
    magnitude_quantiles,
    rebinned,
    row_histograms,
    stacked,
)
from tests.analysis.layers.sketches_of import tensor
from tests.sketches.tensors import sketch, weights

_LOWS = np.array([-2.0, -1.0, 0.0, 1.0])
_HIGHS = np.array([-1.0, -0.5, 0.0, 3.0])
_COUNTS = np.array([[10, 4, 7, 8], [0, 0, 5, 2]])
_ONES = np.ones(2)


def test_bins_of_several_tensors_are_joined() -> None:
    one = replace(tensor("a", 2), bins=np.array([3, 9], np.int32), counts=np.array([1, 2]))
    other = replace(tensor("b", 2), bins=np.array([4, 9], np.int32), counts=np.array([5, 6]))
    bins, counts = stacked([one, None, tensor("c", 1), other])
    assert bins.tolist() == [3, 4, 9]
    assert counts.tolist() == [[1, 0, 2], [0, 0, 0], [0, 0, 0], [0, 5, 6]]


def test_no_tensor_has_bins() -> None:
    bins, counts = stacked([None, tensor("c", 1)])
    assert bins.shape == (0,)
    assert counts.shape == (2, 0)


def test_bins_are_spread_evenly_and_nothing_is_lost() -> None:
    edges = np.array([-1.5, -0.75, 0.5, 2.0, 2.5])
    # −0.75 halves the second bin; 2 halves the last. What is below −1.5 counts in the first.
    found = rebinned(_LOWS, _HIGHS, _COUNTS, _ONES, edges)
    assert found.tolist() == [[12, 9, 4, 4], [0, 5, 1, 1]]


def test_each_row_has_its_own_scale() -> None:
    edges = np.array([-1.0, -0.2, 0.2, 1.0])
    found = rebinned(_LOWS, _HIGHS, _COUNTS, np.array([5.0, 10.0]), edges)
    assert found.tolist() == [[10, 11, 8], [0, 6, 1]]


def test_a_value_without_width_counts_where_it_lies_and_far_ones_at_the_ends() -> None:
    points = np.array([-9.0, 0.0, 1.5, 9.0])
    counts = np.array([[1, 2, 3, 4]])
    found = rebinned(points, points, counts, np.ones(1), np.array([-1.0, -0.5, 0.5, 1.0]))
    assert found.tolist() == [[1, 2, 7]]


def test_gaps_between_bins_stay_empty() -> None:
    lows, highs = np.array([0.0, 3.0]), np.array([1.0, 4.0])
    found = rebinned(lows, highs, np.array([[6, 2]]), np.ones(1), np.arange(5.0))
    assert found.tolist() == [[6, 0, 0, 2]]


def test_no_bins() -> None:
    none, counts = np.zeros(0), np.zeros((2, 0), np.int64)
    assert rebinned(none, none, counts, _ONES, np.arange(3.0)).tolist() == [[0, 0], [0, 0]]
    assert magnitude_quantiles(none, none, counts, 0.9).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.2, [0, 0]), (0.3, [1, 0]), (0.5, [2, 0]), (1.0, [3, 3])]
)
def test_magnitude_quantiles(share: float, expected: list[float]) -> None:
    assert magnitude_quantiles(_LOWS, _HIGHS, _COUNTS, share).tolist() == expected


def test_a_row_without_values_has_no_magnitude() -> None:
    assert magnitude_quantiles(_LOWS, _HIGHS, 0 * _COUNTS, 0.9).tolist() == [0, 0]


@given(
    st.dictionaries(st.integers(-50, 50), st.integers(0, 1000), max_size=30),
    st.lists(st.floats(-60, 60), min_size=2, max_size=12, unique=True),
    st.floats(1e-3, 1e3),
)
def test_the_sum_stays(bins: dict[int, int], edges: list[float], scale: float) -> None:
    lows = np.array(sorted(bins), float)
    counts = np.array([[bins[int(low)] for low in lows]], np.int64)
    found = rebinned(lows, lows + 1, counts, np.array([scale]), np.sort(np.array(edges)))
    assert found.sum() == pytest.approx(counts.sum())
    assert (found >= -1e-9).all()


def test_running_statistics_do_not_stretch_the_axis_of_their_module() -> None:
    weight, variance = sketch(weights(40, 50), "w"), sketch(100 + weights(40), "running_var")
    spans = np.array([[0, 2], [0, 1], [1, 2]])
    found = row_histograms([[weight, variance]], spans, np.linspace(-1, 1, 6), np.array([0, 1]) > 0)
    assert found.scales[0] == found.scales[1] < 1
    assert found.scales[2] > 90
    assert found.counts[0].sum(axis=1).tolist() == [2000, 2000, 40]
