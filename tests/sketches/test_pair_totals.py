"""Exact comparisons, streamed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tensorboard_cnc.sketches.change_classes import CHANGE_CLASSES, change_class
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tests.sketches.tensors import pruned, weights


def test_sums_of_a_large_float16_pair() -> None:
    """The published system shows 0 here: it sums in float16."""
    rng = np.random.default_rng(0)
    before = rng.standard_normal((4096, 1024)).astype(np.float16)
    after = before + (rng.standard_normal(before.shape) * 0.0597).astype(np.float16)
    pair = PairSketcher()
    pair.update(0, after, before)
    found = pair.finish()
    exact = after.astype(float) - before.astype(float)
    assert found.sum_abs == pytest.approx(199_823, rel=1e-2)
    assert found.sum_abs == pytest.approx(np.abs(exact).sum(), rel=1e-12)
    assert found.sum_squares == pytest.approx(np.square(exact).sum(), rel=1e-12)
    assert found.max_abs == np.abs(exact).max()
    assert exact.reshape(-1)[found.max_at] in (found.max_abs, -found.max_abs)
    order = np.argsort(-np.abs(exact.reshape(-1)), kind="stable")[:64]
    assert_array_equal(found.largest_at, order)
    assert_array_equal(found.largest, exact.reshape(-1)[order])


def test_zeros_and_classes_against_numpy() -> None:
    before = pruned(weights(200, 333), 0.3)
    after = pruned(before + weights(200, 333, seed=2, scale=0.01), 0.5)
    pair = PairSketcher()
    for start in range(0, 200, 30):
        pair.update(start * 333, after[start : start + 30], before[start : start + 30])
    found = pair.finish()
    assert found.n == before.size
    assert found.zero_both == ((before == 0) & (after == 0)).sum()
    assert found.zero_before == ((before == 0) & (after != 0)).sum()
    assert found.zero_after == ((before != 0) & (after == 0)).sum()
    change = np.abs(after.astype(float) - before) / np.where(before == 0, np.nan, np.abs(before))
    kept = change[(before != 0) & (after != 0)]
    expected = np.histogram(kept, [0, 0.2, 0.4, 0.6, 0.8, 1, np.inf])[0]
    assert_array_equal(found.bins[:6], expected)
    assert found.bins.sum() == before.size


def test_positions_where_one_is_not_finite_are_left_out() -> None:
    before, after = np.arange(5.0), np.array([0, 2, np.nan, np.inf, 5])
    before[0] = np.nan
    pair = PairSketcher()
    pair.update(0, after, before)
    found = pair.finish()
    assert (found.n, found.sum_abs, found.max_at) == (2, 2.0, 1)


def test_shards_merge() -> None:
    before, after = weights(100_000), weights(100_000, seed=1)
    whole, first, second = PairSketcher(), PairSketcher(), PairSketcher()
    whole.update(0, after, before)
    first.update(0, after[:30_001], before[:30_001])
    second.update(30_001, after[30_001:], before[30_001:])
    second.merge(first)
    one, other = whole.finish(), second.finish()
    assert one.sum_squares == pytest.approx(other.sum_squares, rel=1e-12)
    assert_array_equal(one.largest_at, other.largest_at)
    assert_array_equal(one.bins, other.bins)


def test_an_empty_pair() -> None:
    found = PairSketcher().finish()
    assert (found.n, found.max_abs, len(found.largest)) == (0, 0.0, 0)


def test_arrays_of_different_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 values compared with 2"):
        PairSketcher().update(0, np.zeros(3), np.zeros(2))


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (1.0, 1.0, "under 20 %"),
        (1.0, 1.25, "20–40 %"),
        (-1.0, -0.5, "40–60 %"),
        (4.0, 7.0, "60–80 %"),
        (4.0, 0.5, "80–100 %"),
        (1.0, -0.01, "100 % and more"),
        (1.0, 2.0, "100 % and more"),
        (0.0, 1e-30, "zero before"),
        (1e-30, 0.0, "zero after"),
        (-0.0, 0.0, "zero in both"),
    ],
)
def test_classes_of_change(before: float, after: float, name: str) -> None:
    (found,) = change_class(np.array([before]), np.array([after]))
    assert CHANGE_CLASSES[found] == name
