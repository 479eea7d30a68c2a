"""Where tensors of one shape are sampled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

from tensorboard_cnc.sketches.coordinated_sample import (
    in_24_bits,
    ordered_positions,
    sample_positions,
)

SHAPES = st.lists(st.integers(1, 300), min_size=1, max_size=4).map(tuple)


@given(SHAPES)
def test_positions_are_a_nested_function_of_the_shape(shape: tuple[int, ...]) -> None:
    many = sample_positions(shape, 512)
    assert_array_equal(sample_positions(shape, 128), many[:128])
    assert many.min() >= 0
    assert many.max() < np.prod(shape)


@pytest.mark.parametrize("shape", [(512 * 99,), (1 << 16, 1 << 17), (70_000, 70_001)])
def test_each_of_k_equal_parts_holds_one(shape: tuple[int, ...]) -> None:
    n = int(np.prod(shape))
    part = sample_positions(shape, 512) * 512 // n if n < 1 << 50 else np.array([])
    assert_array_equal(np.sort(part), np.arange(512))


def test_other_shapes_are_sampled_elsewhere() -> None:
    one, other = sample_positions((640, 480), 1024), sample_positions((480, 640), 1024)
    assert np.mean(one == other) < 0.02


@pytest.mark.parametrize("shape", [(1 << 30,), (1 << 20, 1 << 10), (1 << 15, 1 << 15)])
def test_places_within_the_parts_are_uniform_and_independent(shape: tuple[int, ...]) -> None:
    n, k = 1 << 30, 4096
    places = np.sort(sample_positions(shape, k)) / (n // k) - np.arange(k)
    assert stats.kstest(places, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(places[1:], places[:-1])[0, 1]) < 4 / np.sqrt(k)


def test_sorted_positions_come_with_their_order() -> None:
    order, positions = ordered_positions((321, 77), 256)
    assert_array_equal(sample_positions((321, 77), 256)[order], positions)
    assert (np.diff(positions) >= 0).all()


@pytest.mark.parametrize(("shape", "k"), [((100,), 3), ((100,), 0), ((0, 5), 4)])
def test_what_cannot_be_sampled(shape: tuple[int, ...], k: int) -> None:
    with pytest.raises(ValueError, match="a power of 2"):
        sample_positions(shape, k)


@given(st.floats(width=32))
def test_24_bits_keep_zeros_signs_and_17_bits(value: float) -> None:
    given_value = np.array([value], np.float32)
    (found,) = in_24_bits(given_value)
    assert np.array([found]).view(np.uint32)[0] & 0xFF == 0
    if np.isnan(value):
        assert np.isnan(found)
        return
    assert (found == 0) == (value == 0)
    assert np.signbit(found) == np.signbit(value)
    assert np.isinf(found) == np.isinf(given_value[0])
    if np.isfinite(value):
        assert abs(float(found) - value) <= max(abs(value) * 2.0**-16, 2.0**-141)
    assert in_24_bits(np.array([found]))[0] == found
