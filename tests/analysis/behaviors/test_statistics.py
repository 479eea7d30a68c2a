"""Intervals, exact tails, paired tests and corrections against scipy and by hand."""

from __future__ import annotations

from itertools import pairwise
from statistics import mean as exact_mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from tensorboard_cnc.analysis.behaviors.statistics import (
    benjamini_hochberg,
    bootstrap,
    change,
    fair_coin_two_sided,
    mcnemar,
    mean,
    mean_interval,
    normal,
    of_differences,
    over_represented,
    paired,
    rate_change,
    wilson,
)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 50), (3, 7), (913, 1000), (10**6, 10**6)])
def test_wilson_as_scipy(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    low, high = wilson(k, n)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_rate_and_stays_within_0_and_1(kn: tuple[int, int]) -> None:
    k, n = kn
    low, high = (float(end) for end in wilson(k, n))
    assert 0 <= low <= k / n <= high <= 1
    assert low < high


def test_no_instances_have_no_interval() -> None:
    assert all(np.isnan(end) for end in wilson(0, 0))
    assert all(np.isnan(bootstrap(np.array([1.0]))))


def test_rate_change_by_hand() -> None:
    # Bonett & Price 2012: p12 = (b + 1) / (n + 2), p21 = (c + 1) / (n + 2).
    low, high = rate_change(negative=8, positive=2, n=98)
    down, up = 0.09, 0.03
    half = 1.959963984540054 * np.sqrt((down + up - (up - down) ** 2) / 100)
    assert (float(low), float(high)) == pytest.approx((-0.06 - half, -0.06 + half))


def test_rate_change_without_any_flip_still_has_a_width() -> None:
    low, high = rate_change(0, 0, 40)
    assert float(low) == pytest.approx(-float(high))
    assert 0 < float(high) < 0.1


def test_normal_as_scipy() -> None:
    values = np.random.default_rng(1).gamma(2, 3, 500)
    expected = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    assert mean_interval(values) == pytest.approx(expected)
    assert np.isnan(normal(1.0, np.nan, 1)[0])


def test_bootstrap_near_scipy() -> None:
    values = np.random.default_rng(2).exponential(size=80)
    expected = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20_000, rng=3
    ).confidence_interval
    assert bootstrap(values) == pytest.approx((expected.low, expected.high), rel=0.05)


def test_the_bootstrap_is_fixed_and_blind_to_order() -> None:
    values = np.random.default_rng(4).normal(size=100)
    assert bootstrap(values) == bootstrap(values[::-1]) == mean_interval(values)


def test_intervals_cover() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        low, high = mean_interval(rng.normal(size=60))
        covered += low <= 0 <= high
    assert covered / 400 > 0.92


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_fair_coin_as_scipy(heads: int, tails: int) -> None:
    expected = stats.binomtest(heads, heads + tails).pvalue if heads + tails else 1.0
    assert fair_coin_two_sided(heads, tails) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("heads", "tails"), [(500_000, 502_000), (10**6, 10**6 - 1), (0, 900)])
def test_a_fair_coin_thrown_often(heads: int, tails: int) -> None:
    expected = stats.binomtest(heads, heads + tails).pvalue
    assert fair_coin_two_sided(heads, tails) == pytest.approx(expected, rel=1e-6)


@given(st.data())
def test_over_representation_as_scipy(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 5000))
    marked = data.draw(st.integers(0, population))
    drawn = data.draw(st.integers(0, population))
    both = data.draw(st.integers(max(0, drawn + marked - population), min(drawn, marked)))
    expected = stats.hypergeom.sf(both - 1, population, marked, drawn)
    assert over_represented(both, drawn, marked, population) == pytest.approx(expected, rel=1e-7)


def test_over_representation_among_a_million() -> None:
    expected = stats.hypergeom.sf(1299, 10**6, 12_000, 100_000)
    assert over_represented(1300, 100_000, 12_000, 10**6) == pytest.approx(expected, rel=1e-6)


def test_it_is_fisher_s_exact_test() -> None:
    expected = stats.fisher_exact([[8, 12], [5, 75]], alternative="greater").pvalue
    assert over_represented(8, 20, 13, 100) == pytest.approx(expected)


@given(st.integers(1, 200), st.integers(0, 200))
def test_chances_lie_between_0_and_1(heads: int, tails: int) -> None:
    assert 0 < fair_coin_two_sided(heads, tails) <= 1
    assert fair_coin_two_sided(heads, tails) == fair_coin_two_sided(tails, heads)


@pytest.mark.parametrize(
    ("negative", "positive"),
    [(0, 0), (0, 1), (5, 0), (12, 3), (3, 12), (500, 430), (500_500, 499_500), (10**6, 9 * 10**5)],
)
def test_mcnemar_as_scipy(negative: int, positive: int) -> None:
    n = negative + positive
    expected = stats.binomtest(negative, n).pvalue if n else 1.0
    assert mcnemar(negative, positive).p == pytest.approx(expected, rel=1e-7, abs=1e-300)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_p_value_is_a_probability_whichever_way_it_flips(heads: int, tails: int) -> None:
    p = fair_coin_two_sided(heads, tails)
    assert 0 <= p <= 1
    assert p == fair_coin_two_sided(tails, heads)


@pytest.mark.parametrize(
    ("k", "n", "marked", "size"),
    [
        (0, 5, 3, 20),
        (3, 5, 3, 20),
        (40, 812, 79, 10_000),
        (5, 812, 79, 10_000),
        (64, 812, 79, 10_000),
        (300, 1000, 2500, 10_000),
        (250, 1000, 2500, 10_000),
        (90, 90, 95, 100),
        (86, 90, 95, 100),
        (50_500, 100_000, 500_000, 1_000_000),
        (49_500, 100_000, 500_000, 1_000_000),
    ],
)
def test_fisher_as_scipy(k: int, n: int, marked: int, size: int) -> None:
    expected = stats.hypergeom.sf(k - 1, size, marked, n)
    assert over_represented(k, n, marked, size) == pytest.approx(expected, rel=1e-6, abs=1e-300)


@given(st.data())
def test_more_marked_ones_are_never_more_likely(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 400))
    marked, n = data.draw(st.integers(0, size)), data.draw(st.integers(0, size))
    tails = [over_represented(k, n, marked, size) for k in range(min(n, marked) + 1)]
    assert all(0 <= p <= 1 for p in tails)
    assert all(more <= less + 1e-9 for less, more in pairwise(tails))


def test_few_differences_get_the_sign_test() -> None:
    differences = np.array([0.1, 0.2, -0.05, 0.3, 0.4, 0.0, 0.2])
    tested = paired(differences)
    assert tested.test == "sign test"
    assert tested.p == pytest.approx(stats.binomtest(5, 6).pvalue)


def test_many_differences_get_the_normal_test() -> None:
    differences = np.random.default_rng(1).normal(0.1, 1, 900)
    tested = paired(differences)
    z = differences.mean() / stats.sem(differences)
    assert tested.test == "paired normal"
    assert tested.p == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_differences_that_do_not_vary() -> None:
    assert of_differences(500, 0.0, 0.0, 0, 0).p == 1
    assert of_differences(500, 0.1, 0.0, 0, 500).p == 0
    assert paired(np.empty(0)).p == 1


PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(PROBABILITIES)
def test_as_scipy(p: list[float]) -> None:
    expected = stats.false_discovery_control(p)
    assert benjamini_hochberg(np.array(p)) == pytest.approx(expected)


@given(PROBABILITIES)
def test_q_is_no_smaller_than_p_and_keeps_its_order(p: list[float]) -> None:
    q = benjamini_hochberg(np.array(p))
    assert (q >= np.array(p)).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()


def test_what_was_not_tested_is_not_counted() -> None:
    q = benjamini_hochberg(np.array([[0.01, np.nan], [0.04, np.nan]]))
    assert q[:, 0] == pytest.approx([0.02, 0.04])
    assert np.isnan(q[:, 1]).all()
    assert benjamini_hochberg(np.empty(0)).size == 0


RNG = np.random.default_rng(2)


def test_a_rate() -> None:
    right = np.array([1, 1, 0, 1, np.nan], np.float32)
    found = mean(right, rate=True)
    expected = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert (found.n, found.value) == (4, 0.75)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_nothing_known() -> None:
    found = mean(np.full(3, np.nan), rate=False)
    assert (found.n, np.isnan(found.value), np.isnan(found.low)) == (0, True, True)
    none = change(np.full(3, np.nan), np.zeros(3), rate=True)
    assert (none.n, none.p, none.test) == (0, None, None)


def test_a_change_of_numbers() -> None:
    base, model = RNG.normal(5, 1, 900), RNG.normal(5.1, 1, 900)
    found = change(model, base, rate=False)
    difference = model - base
    z = difference.mean() / stats.sem(difference)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert found.test == "paired normal"
    assert found.relative == pytest.approx(difference.mean() / base.mean())
    assert (found.low, found.high) == pytest.approx(
        stats.norm.interval(0.95, difference.mean(), stats.sem(difference))
    )


def test_a_change_of_few_numbers() -> None:
    base, model = RNG.normal(size=50), RNG.normal(size=50)
    found = change(model, base, rate=False)
    above = int(np.count_nonzero(model > base))
    assert found.test == "sign test"
    assert found.p == pytest.approx(stats.binomtest(above, 50).pvalue)


def test_a_change_of_a_rate() -> None:
    base = np.repeat([1.0, 1, 0, 0], [50, 12, 4, 34])
    model = np.repeat([1.0, 0, 1, 0], [50, 12, 4, 34])
    found = change(model, base, rate=True)
    assert found.test == "exact McNemar"
    assert found.p == pytest.approx(stats.binomtest(4, 16).pvalue)
    assert found.value == pytest.approx(-0.08)
    assert found.low < -0.08 < found.high


COLUMNS = arrays.arrays(float, 12, elements=st.floats(-1e3, 1e3) | st.just(np.nan))


@given(COLUMNS, COLUMNS)
def test_only_what_both_know_counts(model: np.ndarray, base: np.ndarray) -> None:
    found = change(model, base, rate=False)
    both = np.isfinite(model) & np.isfinite(base)
    assert found.n == both.sum()
    if found.n:
        assert found.value == pytest.approx(exact_mean((model - base)[both].tolist()), abs=1e-9)
        assert 0 <= (found.p or 0) <= 1
    if found.n > 1:
        assert found.low <= found.high
    assert change(base, model, rate=False).p == found.p
