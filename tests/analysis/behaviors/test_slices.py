"""Slices against scipy, slice by slice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.slices import (
    group_changes,
    group_means,
    loss,
    most_harmed_first,
    small_group_intervals,
)
from tensorboard_cnc.analysis.behaviors.statistics import bootstrap

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


def test_means_of_numbers() -> None:
    found = group_means(MODEL, GROUPS, rate=False)
    for group in range(3):
        values = in_group(MODEL, group)
        low, high = stats.norm.interval(0.95, values.mean(), stats.sem(values))
        assert (found.n[group], found.mean[group]) == (len(values), pytest.approx(values.mean()))
        assert (found.low[group], found.high[group]) == pytest.approx((low, high))
    assert np.isnan([found.low[3], found.mean[4], found.low[4]]).all()


def test_rates() -> None:
    found = group_means(RIGHT, GROUPS, rate=True)
    for group in range(4):
        values = in_group(RIGHT, group)
        expected = stats.binomtest(int(values.sum()), len(values)).proportion_ci(method="wilson")
        assert (found.low[group], found.high[group]) == pytest.approx(
            (expected.low, expected.high), abs=1e-9
        )


def test_changes_of_numbers() -> None:
    found = group_changes(MODEL, BASE, GROUPS, rate=False)
    for group in range(3):
        difference = in_group(MODEL - BASE, group)
        z = difference.mean() / stats.sem(difference)
        assert found.p[group] == pytest.approx(2 * stats.norm.sf(abs(z)))
        assert found.mean[group] == pytest.approx(difference.mean())
        signs = np.count_nonzero(difference < 0), np.count_nonzero(difference > 0)
        assert (found.below[group], found.above[group]) == signs


def test_few_instances_have_a_sign_test() -> None:
    groups = Grouping(np.arange(40), np.zeros(40, int), 1)
    found = group_changes(MODEL[30:70], BASE[30:70], groups, rate=False)
    above = int(np.count_nonzero(MODEL[30:70] > BASE[30:70]))
    assert found.p[0] == pytest.approx(stats.binomtest(above, 40).pvalue)


def test_changes_of_rates() -> None:
    found = group_changes(WRONG, RIGHT, GROUPS, rate=True)
    for group in range(3):
        before, after = in_group(RIGHT, group), in_group(WRONG, group)
        lost = np.count_nonzero((before == 1) & (after == 0))
        won = np.count_nonzero((before == 0) & (after == 1))
        assert found.p[group] == pytest.approx(stats.binomtest(lost, lost + won).pvalue)
        assert found.mean[group] == pytest.approx((won - lost) / len(before), abs=1e-6)
    assert np.isnan([found.p[4], found.low[4], found.high[4]]).all()


def test_small_groups_are_bootstrapped_as_alone() -> None:
    sizes = [150, 40, 40, 1, 300]
    codes = np.repeat(np.arange(5), sizes)
    values = RNG.gamma(2, size=len(codes))
    shuffled = RNG.permutation(len(codes))
    groups = Grouping(np.arange(len(codes)), codes[shuffled], 5)
    low, high = small_group_intervals(values[shuffled], groups, np.array([4, 2, 0, 1, 3]))
    assert np.isnan([low[0], high[0], low[4]]).all()
    for place, group in ((1, 2), (2, 0), (3, 1)):
        expected = bootstrap(values[codes == group])
        assert (low[place], high[place]) == pytest.approx(expected)


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
