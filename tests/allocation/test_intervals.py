"""Intervals of damages hold the mean, however skewed damages are, or there are none."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.allocation.intervals import mean_of

SETS = 2000


@pytest.mark.parametrize("instances", [32, 64, 256, 1024])
@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.5, 2.0])
def test_intervals_hold_the_mean_of_skewed_damages(sigma: float, instances: int) -> None:
    rng = np.random.default_rng(instances)
    damages = np.exp(sigma * rng.normal(size=(SETS, instances)))
    found = mean_of(damages.reshape(SETS, 32, -1).mean(-1), np.full(32, instances // 32))
    truth = np.exp(sigma**2 / 2)
    assert ((found.low <= truth) & (found.high >= truth)).mean() >= 0.93


def test_those_of_differences_hold_on_both_sides() -> None:
    rng = np.random.default_rng(7)
    one, other = (np.exp(1.5 * rng.normal(size=(SETS, 32, 4))).mean(-1) for _ in range(2))
    found = mean_of(one - other, np.full(32, 4), least=-np.inf)
    assert ((found.low <= 0) & (found.high >= 0)).mean() >= 0.93


def test_they_are_not_much_wider_where_nothing_is_skewed() -> None:
    groups = 1 + 0.1 * np.random.default_rng(3).normal(size=(SETS, 32))
    found = mean_of(groups, np.ones(32, int))
    half = (found.high - found.low) / 2
    assert np.median(half) < 1.25 * 2.04 * 0.1 / np.sqrt(32)


def test_intervals_of_groups_of_other_sizes() -> None:
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 12, 32)
    groups = np.stack([rng.gamma(sizes) / sizes for _ in range(SETS)])
    found = mean_of(groups, sizes)
    assert np.allclose(found.value, groups @ sizes / sizes.sum())
    assert ((found.low <= 1) & (found.high >= 1)).mean() > 0.93


def test_few_groups_and_equal_ones_have_no_interval() -> None:
    few = mean_of(np.array([[1.0, 2.0]]), np.array([1, 1]))
    assert np.isnan(mean_of(np.arange(31.0), np.ones(31, int)).low)
    assert (few.value[0], np.isnan(few.low[0]), np.isnan(few.high[0])) == (1.5, True, True)
    equal = mean_of(np.full((1, 32), 0.25), np.ones(32, int))
    assert (equal.value[0], np.isnan(equal.low[0])) == (0.25, True)
