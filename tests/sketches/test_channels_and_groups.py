"""Channels, N:M groups and distinct values against direct computation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tensorboard_cnc.records.sketches import Channels
from tests.sketches.tensors import pruned, sketch, sketched_in_parts, weights


def channels(found: Channels | None) -> Channels:
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shape", "axis"),
    [((64, 32, 3, 3), 0), ((64, 32, 3, 3), 1), ((8, 700, 5, 5), 1), ((40, 50, 60), 2), ((999,), 0)],
)
def test_squares_and_zeros_of_each_channel(shape: tuple[int, ...], axis: int) -> None:
    values = pruned(weights(*shape), 0.4)
    found = channels(sketch(values, channel_axis=axis).channels)
    count = shape[axis]
    rows = np.moveaxis(values, axis, 0).reshape(count, -1).astype(float)
    groups = np.arange(count) * min(count, 256) // count
    assert (found.axis, found.channels, found.size) == (axis, count, rows.shape[1])
    assert_allclose(found.squares, np.bincount(groups, (rows**2).sum(axis=1)), rtol=1e-12)
    assert_array_equal(found.zeros, np.bincount(groups, (rows == 0).sum(axis=1)))


def test_dead_channels() -> None:
    values = weights(512, 40, 3, 3)
    values[[0, 100, 511]] = 0
    found = channels(sketch(values).channels)
    assert found.dead == 3
    assert found.saturated is None
    assert len(found.zeros) == 256


def test_stuck_units_have_one_value_in_all_positions() -> None:
    outputs = np.clip(weights(32, 20, 7, 7, scale=4), 0, 6)
    outputs[:, 3], outputs[:, 4], outputs[:, 5] = 6, 0, -1
    found = channels(sketch(outputs, channel_axis=1, units=True).channels)
    assert (found.dead, found.saturated) == (1, 2)


def test_a_missing_axis_has_no_channels() -> None:
    assert sketch(np.ones((), np.float32)).channels is None
    assert sketch(weights(5, 5), channel_axis=None).channels is None


@pytest.mark.parametrize("shape", [(300, 256), (60, 48, 3, 3), (10, 4096, 2)])
def test_groups_of_neighbouring_inputs(shape: tuple[int, ...]) -> None:
    values = pruned(weights(*shape), 0.5)
    present = np.moveaxis(values != 0, 1, -1)
    expected = {}
    for most, neighbours in ((2, 4), (4, 8)):
        counts = present.reshape(-1, neighbours).sum(axis=1)
        expected[most, neighbours] = (int((counts <= most).sum()), len(counts))
    assert sketch(values).conforming == expected


def test_a_2_4_sparse_matrix_conforms_entirely() -> None:
    values = weights(512, 1024)
    groups = values.reshape(-1, 4)
    np.put_along_axis(groups, np.argsort(np.abs(groups), axis=1)[:, :2], 0, axis=1)
    found = sketch(values).conforming
    assert found[2, 4] == (512 * 256, 512 * 256)
    assert found[4, 8][0] == found[4, 8][1]


@pytest.mark.parametrize("shape", [(4096,), (10, 3), (64, 3, 7, 7)])
def test_shapes_without_groups(shape: tuple[int, ...]) -> None:
    assert sketch(weights(*shape)).conforming == {}


@pytest.mark.parametrize(("levels", "expected"), [(2, 2), (255, 255), (1024, 1024), (1025, None)])
def test_distinct_values(levels: int, expected: int | None) -> None:
    rng = np.random.default_rng(0)
    codes = np.concatenate([np.arange(levels), rng.integers(0, levels, 100_000)])
    values = ((codes - levels // 2) * 0.013).astype(np.float32)
    assert sketch(values).distinct == expected


def test_minus_zero_and_nan_are_no_further_values() -> None:
    assert sketch(np.array([0.0, -0.0, np.nan, np.inf, 1.0], np.float32)).distinct == 2


@pytest.mark.parametrize("levels", [3, 1000])
def test_levels_are_counted_once_wherever_they_appear(levels: int) -> None:
    values = np.random.default_rng(0).integers(-levels // 2, levels // 2, 9000) * np.float32(0.1)
    values[::7] *= np.float32(-0.0)
    values[3::1000] = np.nan
    flat = values.astype(np.float32)
    expected = len(np.unique(flat[np.isfinite(flat)]))
    assert sketch(flat).distinct == expected
    assert sketched_in_parts(flat, [1, 2048, 2049, 5000]).distinct == expected
