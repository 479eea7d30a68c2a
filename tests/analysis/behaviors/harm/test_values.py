"""Harm of scores and of sampled groups: found where it is, seldom where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.harm import dealt
from tensorboard_cnc.analysis.behaviors.harm.values import Changes, ValueHarm
from tensorboard_cnc.analysis.behaviors.harm.verdicts import Reach, inside_q, rest_q

Draw = Callable[[np.random.Generator, Any], Any]


def blocks(rng: np.random.Generator, breaks: Any, mends: Any) -> Any:
    """Four alike instances (n, 4) of n groups; whole groups break or mend."""
    n = len(breaks)
    u = rng.random(n)
    return np.repeat(np.where(u < breaks, -1.0, np.where(u > 1 - mends, 1.0, 0.0))[:, None], 4, 1)


def claims(rng: np.random.Generator, n: int, draw: Draw, cut: bool = False) -> Any:
    """Of 22 slices by three attributes which are harmed; the first slice is draw's `hard`."""
    hard = rng.integers(0, 4, n)
    changes = draw(rng, hard)
    each = changes.shape[1] if changes.ndim > 1 else 1
    units = None if each == 1 else np.repeat(np.arange(n), each)
    slices = [np.repeat(codes, each) for codes in (hard, rng.integers(0, 8, n))]
    slices.append(rng.integers(0, 10, n * each) if cut else np.repeat(rng.integers(0, 10, n), each))
    of = Changes(changes.ravel(), units)
    found = [ValueHarm(of, Grouping(np.arange(n * each), c, c.max() + 1)) for c in slices]
    inside = np.concatenate([one.inside_p for one in found])
    reach = Reach(*(np.concatenate(each) for each in zip(*(f.reach for f in found), strict=True)))
    rest = np.concatenate([one.exact_rest_p(np.arange(len(one.n_units))) for one in found])
    return np.maximum(inside_q(inside, reach), rest_q(rest, len(rest))) < 0.05


HARDNESS = np.array([0.15, 0.01, 0.02, 0.05])
GROUPS: dict[str, Draw] = {
    "as often": lambda rng, hard: blocks(rng, 0 * hard + 0.03, 0 * hard + 0.03),
    "hard slices churn": lambda rng, hard: blocks(rng, HARDNESS[hard], HARDNESS[hard]),
    "all lose": lambda rng, hard: blocks(rng, 0 * hard + 0.06, 0 * hard + 0.01),
    "single breaks, blocks mend": lambda rng, hard: np.clip(
        (rng.random(len(hard)) < 0.05)[:, None] - 1.0 * (rng.random((len(hard), 4)) < 0.05), -1, 1
    ),
}
SCORES: dict[str, Draw] = {
    "normal": lambda rng, hard: rng.normal(size=len(hard)) - 0.3,
    "skewed": lambda rng, hard: rng.lognormal(0, 1, len(hard)) - 2,
    "hard ones vary more": lambda rng, hard: rng.standard_t(4, len(hard)) * (1 + 2 * (hard == 0)),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_make_no_false_claims(name: str) -> None:
    rng = np.random.default_rng(1)
    found = [claims(rng, 300, GROUPS[name], cut=False).any() for _ in range(20)]
    found += [claims(rng, 300, GROUPS[name], cut=True).any() for _ in range(20)]
    # Of 40 at 5 %, more than 5 once in a hundred times.
    assert sum(found) <= 5


@pytest.mark.parametrize("name", SCORES)
def test_scores_make_no_false_claims(name: str) -> None:
    rng = np.random.default_rng(2)
    assert sum(claims(rng, 1000, SCORES[name]).any() for _ in range(25)) <= 4


def test_a_slice_of_groups_that_lost_ten_points_is_found() -> None:
    def planted(rng: np.random.Generator, hard: Any) -> Any:
        return blocks(rng, np.where(hard == 0, 0.11, 0.01), 0 * hard + 0.01)

    rng = np.random.default_rng(3)
    found = np.array([claims(rng, 800, planted) for _ in range(20)])
    assert found[:, 0].sum() >= 17
    assert found[:, 1:].any(axis=1).sum() <= 4


def test_a_slice_of_scores_that_lost_is_found() -> None:
    rng = np.random.default_rng(4)
    found = [
        claims(rng, 1000, lambda r, hard: r.normal(size=len(hard)) - 0.5 * (hard == 0))[0]
        for _ in range(10)
    ]
    assert all(found)


def test_two_parts_are_as_a_permutation_test_of_scipy() -> None:
    rng = np.random.default_rng(5)
    values = rng.exponential(1, 90)
    codes = np.repeat([0, 1], [40, 50])
    values[:40] -= 0.8
    found = ValueHarm(Changes(values - 0.5, None), Grouping(np.arange(90), codes, 2))
    expected = stats.ttest_ind(
        values[:40],
        values[40:],
        equal_var=False,
        alternative="less",
        method=stats.PermutationMethod(n_resamples=4000, rng=rng),
    )
    assert found.exact_rest_p(np.array([0]))[0] == pytest.approx(expected.pvalue, abs=0.003)
    assert found.n_units.tolist() == [40, 50]


def test_a_slice_without_losses_groups_or_spread_is_not_harmed() -> None:
    groups = Grouping(np.arange(60), np.arange(60) // 20, 4)
    for changes in (np.zeros(60), np.full(60, np.nan), np.ones(60), np.full(60, -0.5)):
        for units in (None, np.arange(60) // 4, np.zeros(60, int)):
            found = ValueHarm(Changes(changes, units), groups)
            assert (found.rest_p() == 1).all()
            assert (found.exact_rest_p(np.arange(4)) == 1).all()
            assert ((found.inside_p >= 0) & (found.inside_p <= 1)).all()


def test_units_of_few_kinds_are_counted_as_if_dealt_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    sizes = np.where(rng.random(400) < 0.1, 3.0, 4.0)
    sums = np.where(rng.random(400) < 0.1, -sizes, 0) + np.where(rng.random(400) < 0.03, 2, 0)
    n, t = np.array([30, 90, 250]), np.array([-1.4, -1.8, -2.2])
    found = dealt.dealt_p(sums, sizes, n, t, np.full(3, 50.0))
    monkeypatch.setattr(dealt, "_MOST_KINDS", 0)
    one_by_one = dealt.dealt_p(sums, sizes, n, t, np.full(3, 50.0))
    # Four standard errors of both shares of draws.
    error = np.sqrt(one_by_one * (1 - one_by_one) * (1 / 4000 + 1 / 4000))
    assert np.all(np.abs(found - one_by_one) < 4 * error)
    assert np.all(found > 0.001)
