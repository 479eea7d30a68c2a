"""The tests of a slice against SciPy, and against every way to choose it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tensorboard_cnc.analysis.behaviors.harm.flips import Flips
from tensorboard_cnc.analysis.behaviors.harm.net_loss import (
    discrete_q,
    net_loss,
    shift,
)
from tensorboard_cnc.analysis.behaviors.harm.welch import by_points, by_share
from tensorboard_cnc.analysis.behaviors.harm.worse import worse

Bools = NDArray[np.bool_]


def flips(n: int, broke: int, mended: int, right: int) -> Flips:
    return Flips(*(np.array([float(each)]) for each in (n, broke, mended, right)))


def flips_of(base: Bools, model: Bools, chosen: Bools) -> Flips:
    """In each of some slices (S, N)."""
    broke, mended = base & ~model, model & ~base
    kinds = (np.ones_like(base), broke, mended, base)
    return Flips(*((chosen & each).sum(axis=1).astype(float) for each in kinds))


@pytest.mark.parametrize("seed", range(60))
def test_the_chance_is_that_of_every_way_to_choose_the_slice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(6, 14))
    size = int(rng.integers(2, rows - 1))
    base = rng.random(rows) < rng.choice([0.5, 0.8, 1])
    # Slices break, so that there are low p to look at.
    breaks = np.where(np.arange(rows) < size, 0.9, 0.1)
    model = np.where(rng.random(rows) < breaks, ~base, base)
    places = np.array(list(combinations(range(rows), size)))
    ways = np.zeros((len(places), rows), bool)
    np.put_along_axis(ways, places, True, axis=1)
    inside = flips_of(base, model, ways)
    total = flips_of(base, model, np.ones_like(ways))
    points = by_points(inside.sums, total.without(inside).sums).t
    share = by_share(inside, total.without(inside)).t
    # The first way is the slice itself.
    found = worse(inside.at(np.array([0])), total.at(np.array([0])))
    if points[0] <= -1.3:
        assert found.points[0] == pytest.approx(np.mean(points <= points[0] + 1e-9), abs=1e-9)
    alike = inside.right == inside.right[0]
    if share[0] <= -1.3 and 0 < inside.right[0] < total.right[0]:
        expected = np.mean(share[alike] <= share[0] + 1e-9)
        assert found.share[0] == pytest.approx(expected, abs=1e-9)


def test_a_slice_that_broke_wholly_beside_one_that_did_not() -> None:
    inside, total = flips(10, 10, 0, 10), flips(50, 10, 0, 50)
    found = worse(inside, total)
    expected = stats.hypergeom.pmf(10, 50, 10, 10)
    assert found.points[0] == pytest.approx(expected, rel=2e-2)
    assert found.share[0] == pytest.approx(expected, rel=2e-2)


def test_with_many_flips_it_is_welchs_t() -> None:
    inside, total = flips(3000, 300, 150, 2700), flips(9000, 600, 400, 8000)
    rest = total.without(inside)
    samples = [
        np.repeat([-1.0, 1.0, 0.0], np.array([s.broke[0], s.mended[0], (s.n - s.churn)[0]], int))
        for s in (inside, rest)
    ]
    expected = stats.ttest_ind(*samples, equal_var=False, alternative="less")
    t, df = by_points(inside.sums, rest.sums)
    assert (t[0], df[0]) == pytest.approx((expected.statistic, expected.df), rel=1e-9)
    assert worse(inside, total).points[0] == pytest.approx(expected.pvalue, rel=1e-6)


def test_without_loss_elsewhere_the_net_loss_is_mcnemars() -> None:
    inside, rest = flips(100, 12, 3, 90), flips(900, 10, 10, 800)
    shifted = shift(inside, rest)
    # Something of the loss is shared, as far as the rest varies.
    share = 0.5 * (1 + shifted.explained / 15)
    expected = stats.binom.cdf(3, 15, 1 - share)
    assert net_loss(inside, shifted)[0] == pytest.approx(expected[0], rel=1e-9)
    alone = shift(inside, flips(10**9, 0, 0, 9 * 10**8))
    assert net_loss(inside, alone)[0] == pytest.approx(stats.binom.cdf(3, 15, 0.5), rel=1e-6)


def test_a_loss_that_the_rest_shares_is_none() -> None:
    inside, rest = flips(100, 10, 0, 90), flips(900, 90, 0, 810)
    assert net_loss(inside, shift(inside, rest))[0] == 1
    # As many points, but a larger share of what was right.
    hard, easy = flips(100, 10, 0, 50), flips(900, 90, 0, 900)
    assert net_loss(hard, shift(hard, easy))[0] == 1


def test_discrete_q_sums_what_each_p_can_be() -> None:
    rng = np.random.default_rng(4)
    churn = rng.integers(0, 12, 40).astype(float)
    mended = np.floor(rng.random(40) * (churn + 1))
    share = rng.uniform(0.5, 0.9, 40)
    p = np.where(churn > 0, stats.binom.cdf(mended, churn, 1 - share), 1.0)
    expected = []
    for each in p:
        reach = [
            max(
                (c for c in stats.binom.cdf(range(int(m) + 1), m, 1 - s) if c <= each + 1e-12),
                default=0,
            )
            for m, s in zip(churn, share, strict=True)
            if m
        ]
        expected.append(sum(reach))
    order = np.argsort(p)
    ranked = np.array(expected)[order] / np.arange(1, 41)
    q = np.empty(40)
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    as_it_is = np.zeros(40, bool)
    np.testing.assert_allclose(discrete_q(p, churn, share, as_it_is), q, rtol=1e-9)
    # It is never above that of Benjamini and Hochberg, to which many flips lead.
    assert (q <= stats.false_discovery_control(p) + 1e-9).all()
    many = discrete_q(p, np.full(40, 1e4), share, as_it_is)
    np.testing.assert_allclose(many, stats.false_discovery_control(p))


def test_of_p_that_seeds_spread_the_family_counts_those_that_it_can_reach() -> None:
    p, churn, share = np.array([0.03, 0.02]), np.array([9.0, 9.0, 3.0, 0.0]), np.full(4, 0.5)
    spread = np.ones(4, bool)
    np.testing.assert_allclose(discrete_q(p, churn, share, spread), [0.03, 0.03])
    few = discrete_q(np.array([0.2, 0.02]), churn, share, spread)
    np.testing.assert_allclose(few, [3 * 0.2 / 2, 2 * 0.02])
