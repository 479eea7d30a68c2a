"""Slices against scipy, slice by slice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.estimates import change, mean
from tensorboard_cnc.analysis.behaviors.slices import (
    loss,
    most_harmed_first,
    slice_changes,
    slice_means,
)

RNG = np.random.default_rng(7)
N = 3000
# The last group is empty, the one before has a single instance.
CODES = np.append(RNG.integers(0, 3, N - 1), 3)
GROUPS = Grouping(np.arange(N), CODES, 5)
BASE, MODEL = RNG.gamma(2, size=N), RNG.gamma(2.2, size=N)
MODEL[:30] = np.nan
RIGHT, WRONG = (RNG.random(N) < 0.9).astype(np.float32), (RNG.random(N) < 0.8).astype(np.float32)


def in_group(values: Any, group: int) -> Any:
    kept = values[group == CODES]
    return kept[np.isfinite(kept)]


EVERY = np.arange(5)


def test_means_of_numbers_are_those_of_each_slice_alone() -> None:
    found = slice_means(MODEL, GROUPS)
    low, high = found.interval(EVERY)
    for group in range(3):
        values = in_group(MODEL, group)
        alone = mean(values)
        assert (found.n[group], found.mean[group]) == (len(values), pytest.approx(values.mean()))
        assert (low[group], high[group]) == pytest.approx((alone.low, alone.high))
    assert np.isnan([low[3], found.mean[4], low[4]]).all()
    assert (found.reason or "").startswith("Too few decide in slices of fewer than ")


def test_rates() -> None:
    low, high = slice_means(RIGHT, GROUPS, rate=True).interval(EVERY)
    for group in range(4):
        values = in_group(RIGHT, group)
        expected = stats.binomtest(int(values.sum()), len(values)).proportion_ci(method="wilson")
        assert (low[group], high[group]) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_changes_of_numbers_are_those_of_each_slice_alone() -> None:
    found = slice_changes(MODEL, BASE, GROUPS)
    low, high = found.interval(EVERY)
    for group in range(3):
        alone = change(MODEL[group == CODES], BASE[group == CODES])
        assert found.p[group] == pytest.approx(alone.p)
        assert (low[group], high[group]) == pytest.approx((alone.low, alone.high))
        assert found.mean[group] == pytest.approx(alone.value)
    assert np.isnan(found.p[3:]).all()


def test_changes_of_rates_are_recognised_and_exact() -> None:
    found = slice_changes(WRONG, RIGHT, GROUPS)
    low, high = found.interval(EVERY)
    for group in range(3):
        before, after = in_group(RIGHT, group), in_group(WRONG, group)
        lost = np.count_nonzero((before == 1) & (after == 0))
        won = np.count_nonzero((before == 0) & (after == 1))
        assert found.p[group] == pytest.approx(stats.binomtest(lost, lost + won).pvalue)
        assert found.mean[group] == pytest.approx((won - lost) / len(before), abs=1e-6)
        assert low[group] < found.mean[group] < high[group]
    assert np.isnan([found.p[4], low[4], high[4]]).all()


def test_slices_of_sampled_units_are_those_of_each_slice_alone() -> None:
    sampled = np.arange(N) // 3
    for model, base in ((MODEL, BASE), (WRONG, RIGHT)):
        found = slice_changes(model, base, GROUPS, sampled=sampled)
        of = slice_means(model, GROUPS, sampled=sampled)
        changes, means = found.interval(EVERY), of.interval(EVERY)
        for group in range(3):
            here = group == CODES
            alone = change(model[here], base[here], groups=sampled[here])
            level = mean(model[here], groups=sampled[here])
            assert found.n[group] == alone.n
            assert found.mean[group] == pytest.approx(alone.value, abs=1e-6)
            assert (means[0][group], means[1][group]) == pytest.approx((level.low, level.high))
            if model is MODEL:
                assert found.p[group] == pytest.approx(alone.p)
                assert changes[0][group] == pytest.approx(alone.low)


def test_small_slices_of_a_whole_where_few_decide_have_no_interval() -> None:
    values = np.where(RNG.random(N) < 0.004, 50.0, RNG.random(N))
    groups = Grouping(np.arange(N), np.repeat([0, 1, 2], [100, 400, 2500]), 3)
    found = slice_changes(values, np.zeros(N), groups)
    assert np.isnan(found.p).tolist() == [True, True, False]
    assert np.isnan(found.interval(np.arange(3))[0]).tolist() == [True, True, False]
    assert "rare and large in one slice alone would be missed" in (found.reason or "")
    bounded = slice_changes(values / 100, np.zeros(N), groups)
    assert "alone would be missed" not in (bounded.reason or "")


@pytest.mark.parametrize(
    "column", [np.full(N, np.inf), np.full(N, np.nan), np.zeros(N), BASE - BASE]
)
def test_columns_without_a_spread_have_no_p_and_no_warning(column: Any) -> None:
    found = slice_changes(column, np.zeros(N) + 0.5, GROUPS)
    assert np.isnan(found.p).all()
    assert found.reason


def test_the_largest_loss_that_counts_comes_first() -> None:
    change = np.array([-0.3, -0.5, 0.4, np.nan, -0.1])
    assert loss(change, "max").tolist() == [0.3, 0.5, -0.4, -np.inf, 0.1]
    assert loss(change, "min").tolist() == [-0.3, -0.5, 0.4, -np.inf, -0.1]
    assert loss(change, None).tolist() == [0.3, 0.5, 0.4, -np.inf, 0.1]
    size, counts = loss(change, "max"), np.array([True, False, False, False, True])
    assert most_harmed_first([(size, counts)], 5).tolist() == [0, 4, 1, 2, 3]
    other = np.array([0.0, 0.0, 0.2, 0.0, 0.0]), np.array([False, False, True, False, False])
    assert most_harmed_first([(size, counts), other], 5).tolist() == [0, 2, 4, 1, 3]
    assert most_harmed_first([], 2).tolist() == [0, 1]
