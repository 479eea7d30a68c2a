"""The sign-flip test of matched pairs: against brute force and scipy, under chance, with power."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.differences.matched_pairs import Change, effect_of
from tensorboard_cnc.analysis.differences.sign_flip import sign_flip
from tests.analysis.differences.selections import Sweep

changes_of = st.lists(st.integers(-1000, 1000).map(lambda n: n / 7), min_size=6, max_size=9)


def by_brute_force(changes: list[float]) -> float:
    """The share of sign patterns whose mean is as far from zero as the one that was seen."""
    signs = np.array(list(itertools.product((-1, 1), repeat=len(changes))))
    means = signs @ np.array(changes)
    return float(np.mean(np.abs(means) >= abs(sum(changes)) - 1e-6))


@settings(max_examples=100)
@given(changes_of)
def test_p_is_exact(changes: list[float]) -> None:
    tested = sign_flip(np.array(changes))
    assert tested is not None
    assert tested.p == pytest.approx(min(1.0, by_brute_force(changes)), abs=1e-12)


def test_p_is_scipys() -> None:
    changes = np.random.default_rng(3).normal(0.4, 1, 12)
    permuted = stats.permutation_test(
        (changes,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    tested = sign_flip(changes)
    assert tested is not None
    assert tested.p == pytest.approx(permuted.pvalue, abs=1e-9)


@settings(max_examples=100)
@given(st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=30))
def test_the_interval_holds_what_the_test_does_not_refuse(changes: list[float]) -> None:
    tested = sign_flip(np.array(changes))
    assert tested is not None
    margin = 1e-9 * max(map(abs, changes), default=0)
    if tested.p <= 0.05:
        assert tested.low > 0 or tested.high < 0
    else:
        assert tested.low <= margin
        assert tested.high >= -margin


def test_fewer_than_six_tell_nothing_and_six_tell_their_range() -> None:
    assert sign_flip(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) is None
    tested = sign_flip(np.array([0.2, 87.5, 8.0, 3.0, 5.0, 1.0]))
    assert tested == (2 / 64, 0.2, 87.5)


@pytest.mark.parametrize("n", [6, 12, 13, 40, 300])
def test_what_all_pairs_agree_on_is_never_doubted(n: int) -> None:
    heavy = np.random.default_rng(n).lognormal(0, 3, n)
    for changes in (heavy, -heavy):
        tested = sign_flip(changes)
        assert tested is not None
        assert tested.p < 0.05
        assert tested.low * tested.high > 0
    assert sign_flip(np.zeros(n)) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("n", [6, 9, 13, 30])
@pytest.mark.parametrize("heavy", [False, True])
def test_chance_alone(n: int, heavy: bool) -> None:
    """Of 2,000 null comparisons at most 5 % have p < .05, and as few intervals miss the truth."""
    chance = np.random.default_rng(n)
    drawn = chance.standard_t(2, (2000, n)) if heavy else chance.normal(size=(2000, n))
    tested = [found for row in drawn if (found := sign_flip(row)) is not None]
    claimed = sum(found.p <= 0.05 for found in tested)
    missed = sum(not found.low <= 0 <= found.high for found in tested)
    # 5 % of 2,000 and three standard deviations of their count.
    assert claimed == missed <= 130


@pytest.mark.parametrize(("n", "least"), [(6, 0.3), (12, 0.9), (30, 0.99)])
def test_an_effect_as_large_as_its_spread_is_found(n: int, least: float) -> None:
    drawn = np.random.default_rng(n).normal(1, 1, (300, n))
    found = [tested.p <= 0.05 for row in drawn if (tested := sign_flip(row)) is not None]
    assert np.mean(found) >= least


def test_an_effect_of_pairs() -> None:
    one = effect_of([Change(2.0, 2.0, 2.0)])
    assert (one.pairs, one.mean, one.spread, one.rose, one.p) == (1, 2.0, None, 1, None)
    values = [0.1, 0.4, -0.2, 0.3, 0.9, 0.2, 0.0]
    effect = effect_of([Change(v, v, v) for v in values])
    assert effect.spread == pytest.approx(np.std(values, ddof=1))
    assert (effect.rose, effect.fell, effect.least, effect.most) == (5, 1, -0.2, 0.9)


def test_a_random_metric_is_claimed_of_in_one_answer_of_twenty() -> None:
    """All contrasts of an answer together: q < .05 in at most 5 % of answers, and some margin."""
    sweep = Sweep()
    sweep.add("dense")
    shapes = itertools.product((0.5, 0.7, 0.9), (4, 8), ("global", "layer"), (1, 3))
    for number, (amount, bits, scope, epochs) in enumerate(shapes):
        pruned = sweep.add(f"p{number}", "dense", "prune", amount=amount, scope=scope)
        tuned = sweep.add(f"t{number}", pruned, "tune", epochs=epochs)
        metrics = {
            f"m{seed}": float(np.random.default_rng((seed, number)).normal()) for seed in range(200)
        }
        sweep.add(f"q{number}", tuned, "quantize", metrics, bits=bits)
    found = sweep.differences(*[name for name in sweep.ids if name.startswith("q")])
    claims = {name for p in found.pairs for name, e in p.effects.items() if (e.q or 1) < 0.05}
    assert len(found.pairs) == 5
    # 5 % of 200 and three standard deviations of their count.
    assert len(claims) <= 20
    single = [e.p for p in found.pairs for e in p.effects.values() if e.p is not None]
    assert np.mean(np.array(single) < 0.05) < 0.07
