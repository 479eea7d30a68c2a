"""Means, changes and ratios: of instances and of sampled groups, and what seeds add."""

from __future__ import annotations

from statistics import mean as exact_mean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from tensorboard_cnc.analysis.behaviors.estimates import (
    Seeds,
    change,
    mean,
    ratio,
    seeds_of,
    with_seeds,
)
from tensorboard_cnc.analysis.behaviors.proportions import mcnemar
from tensorboard_cnc.analysis.behaviors.sampled_units import sign_flip_p

RNG = np.random.default_rng(2)


def test_a_rate() -> None:
    found = mean(np.array([1, 1, 0, 1, np.nan], np.float32))
    expected = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert (found.n, found.value) == (4, 0.75)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_nothing_known() -> None:
    found = mean(np.full(3, np.nan))
    assert (found.n, np.isnan(found.value), np.isnan(found.low)) == (0, True, True)
    none = change(np.full(3, np.nan), np.zeros(3), rate=True)
    assert (none.n, none.p, none.test) == (0, None, None)
    assert none.reason == found.reason == ratio(np.empty(0), np.empty(0)).reason
    assert none.reason == "No instance has this value."


def test_a_change_of_numbers() -> None:
    base, model = RNG.normal(5, 1, 900), RNG.normal(5.1, 1, 900)
    found, difference = change(model, base), model - base
    expected = stats.ttest_1samp(difference, 0)
    assert found.test == "Student's and Hall's t"
    assert found.p == pytest.approx(expected.pvalue, rel=0.05)
    assert found.relative == pytest.approx(difference.mean() / base.mean())
    assert found.error == pytest.approx(stats.sem(difference))


def test_a_change_of_a_rate_of_scores_of_0_and_1() -> None:
    base = np.repeat([1.0, 1, 0, 0], [50, 12, 4, 34])
    model = np.repeat([1.0, 0, 1, 0], [50, 12, 4, 34])
    found = change(model, base)
    assert found.test == "exact McNemar"
    assert found.p == pytest.approx(stats.binomtest(4, 16).pvalue)
    assert found.value == pytest.approx(-0.08)
    assert found.low < -0.08 < found.high == 0


COLUMNS = arrays.arrays(float, 40, elements=st.floats(-1e3, 1e3) | st.just(np.nan))


@given(COLUMNS, COLUMNS)
def test_only_what_both_know_counts(model: Any, base: Any) -> None:
    found = change(model, base)
    both = np.isfinite(model) & np.isfinite(base)
    assert found.n == both.sum()
    if found.n:
        assert found.value == pytest.approx(exact_mean((model - base)[both].tolist()), abs=1e-9)
    assert (found.p is None) == (found.reason is not None) == np.isnan(found.low)
    if found.p is not None:
        assert found.low <= found.value <= found.high
    back = change(base, model)
    assert back.p == (None if found.p is None else pytest.approx(found.p))


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["right", "wrong", "rate", "score", "constant", "infinite"])
def test_few_instances_have_an_interval_or_a_reason(kind: str, n: int) -> None:
    columns = {
        "right": np.ones(n),
        "wrong": np.zeros(n),
        "rate": np.arange(n) % 2 * 1.0,
        "score": np.arange(n) / 7,
        "constant": np.full(n, 0.3),
        "infinite": np.full(n, np.inf),
    }
    for base in columns.values():
        found = change(columns[kind], base)
        assert np.isfinite(found.low) == (found.reason is None) == (found.p is not None)
        times = ratio(columns[kind], base)
        assert np.isfinite(times.low) == (times.reason is None)
    level = mean(columns[kind])
    assert np.isfinite(level.low) == (level.reason is None)


def test_a_ratio_of_means_is_fieller_s() -> None:
    base = RNG.gamma(4, 1, 4000)
    model = 1.2 * base + RNG.normal(0, 0.5, 4000)
    found, back = ratio(model, base), ratio(base, model)
    assert found.value == pytest.approx(model.mean() / base.mean())
    assert (1 / back.high, 1 / back.value, 1 / back.low) == pytest.approx(
        (found.low, found.value, found.high), rel=1e-6
    )
    # At each end the mean of model - ratio base is as far from 0 as the test allows.
    for end in (found.low, found.high):
        assert change(model, end * base).p == pytest.approx(0.05, abs=1e-4)


def test_ratios_that_are_read_wrongly_as_means_of_ratios() -> None:
    rng = np.random.default_rng(9)
    loss = rng.lognormal(-2, 0.8, 4000)
    one, other = (loss * rng.lognormal(0, 0.6, 4000) for _ in range(2))
    there, back = ratio(one, other, loss=True), ratio(other, one, loss=True)
    assert there.value * back.value == pytest.approx(1)
    assert there.low < 1 < there.high
    right = np.zeros(1000)
    right[:804] = 1
    better = np.zeros(1000)
    better[:946] = 1
    assert ratio(better, right).value == pytest.approx(946 / 804)


def test_a_ratio_without_an_end_says_so() -> None:
    rng = np.random.default_rng(4)
    found = ratio(rng.normal(size=400), rng.normal(size=400))
    assert found.reason == "Too few for a ratio: the base's mean is not known to differ from 0."
    assert ratio(np.ones(40), np.zeros(40)).reason == "The base's mean is 0."
    same = rng.gamma(2, size=300)
    assert "as before" in str(ratio(same, same).reason)


def test_ratios_of_means_cover() -> None:
    rng, covered = np.random.default_rng(5), []
    for _ in range(200):
        base = rng.exponential(1, 300)
        found = ratio(base * rng.gamma(4, 1.3 / 4, 300), base)
        if found.reason is None:
            covered.append(found.low <= 1.3 <= found.high)
    assert len(covered) > 150
    assert np.mean(covered) >= 0.9


def test_signs_of_groups_as_all_of_them() -> None:
    sums = np.array([-3, 2, 2, -1, 1, 1, -4, 0, 2])
    signs = 1 - 2 * (np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums)) & 1)
    totals = signs @ np.abs(sums)
    assert sign_flip_p(sums, two_sided=False) == pytest.approx(np.mean(totals <= sums.sum()))
    both = min(1.0, 2 * np.mean(totals <= -abs(sums.sum())))
    assert sign_flip_p(sums, two_sided=True) == pytest.approx(both)
    ones = np.repeat([-1.0, 1], [31, 17])
    assert sign_flip_p(ones, two_sided=True) == pytest.approx(float(mcnemar(31, 17)))
    assert sign_flip_p(np.zeros(4), two_sided=True) == 1


def grouped(rng: np.random.Generator, n: int, flips: float) -> tuple[Any, Any, Any]:
    """Four alike instances of each of n groups; whole groups flip, either way as often."""
    base = (rng.random(n) < 0.8).astype(float)
    out = rng.random(n) < np.where(base == 1, flips, 4 * flips)
    return (
        np.repeat(np.where(out, 1 - base, base), 4),
        np.repeat(base, 4),
        np.repeat(np.arange(n), 4),
    )


def test_groups_are_the_unit() -> None:
    rng, p, alone = np.random.default_rng(6), [], []
    covered = []
    for _ in range(120):
        model, base, groups = grouped(rng, 200, 0.05)
        found = change(model, base, groups=groups)
        assert (found.n, found.groups) == (800, 200)
        p.append(found.p)
        alone.append(change(model, base).p)
        level = mean(model, groups=groups)
        covered.append(level.low <= 0.8 <= level.high)
    known = np.array([each for each in p if each is not None])
    assert len(known) > 110
    assert np.mean(known < 0.05) <= 0.1
    assert np.mean(np.array(alone, float) < 0.05) > 0.2
    assert np.mean(covered) >= 0.9


def test_groups_of_one_are_no_groups() -> None:
    base, model = RNG.random(60), RNG.random(60)
    assert change(model, base, groups=np.arange(60)) == change(model, base)


def test_a_group_counts_once_however_many_it_holds() -> None:
    base, model = RNG.random(60), RNG.random(60)
    many = np.repeat(np.arange(60), 5)
    found = change(model[many], base[many], groups=many)
    once = change(model, base)
    assert (found.n, found.groups) == (300, 60)
    assert (found.low, found.high, found.p) == pytest.approx((once.low, once.high, once.p))
    times = ratio(model[many], base[many], groups=many)
    assert (times.low, times.high) == pytest.approx(
        (ratio(model, base).low, ratio(model, base).high)
    )


@pytest.mark.parametrize("count", [2, 3, 5])
def test_seeds_make_no_claims(count: int) -> None:
    rng, n, claims = np.random.default_rng(7), 1000, []
    for spread in np.repeat([0.0, 0.02, 0.05], 40):
        hard = rng.random(n) < 0.3
        shares = np.clip(0.9 + rng.normal(0, spread, count + 1), 0.5, 1)
        nets = [(rng.random(n) < share - 0.4 * hard).astype(float) for share in shares]
        seeds = seeds_of(nets[:count])
        assert seeds is not None
        found = with_seeds(change(nets[count], nets[0]), seeds)
        assert found.seeds == count
        assert found.p is not None
        assert (found.low <= 0 <= found.high) == (found.p >= 0.05)
        claims.append(found.p < 0.05)
    # Of 120 at 5 %, more than 12 once in a hundred times.
    assert np.sum(claims) <= 12


def test_no_change_of_a_rate_is_beyond_100_points() -> None:
    right = np.ones(400)
    found = change(np.zeros(400), right, rate=True)
    wide = with_seeds(found, Seeds(3, 0.2))
    assert wide.low < -1
    assert with_seeds(found, Seeds(3, 0.2), rate=True).low == -1


def test_one_model_tells_nothing_of_seeds() -> None:
    assert seeds_of([np.zeros(9)]) is None
    assert seeds_of([np.full(9, np.nan), np.zeros(9)]) is None
