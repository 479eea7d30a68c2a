"""Explained shares, matched pairs and their intervals, against scipy and hand-computed cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.differences.matched_pairs import effect_of
from tensorboard_cnc.analysis.differences.student_t import t_975
from tests.analysis.differences.selections import Sweep


@pytest.mark.parametrize("degrees", [*range(1, 60), 99, 100, 199, 200, 201, 500, 4999])
def test_the_quantile(degrees: int) -> None:
    assert t_975(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-8)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_the_interval_is_students(changes: list[float]) -> None:
    effect = effect_of(changes)
    assert effect.mean == pytest.approx(np.mean(changes), abs=1e-9)
    assert effect.spread == pytest.approx(np.std(changes, ddof=1), abs=1e-6)
    if effect.spread is not None and effect.spread > 1e-6:
        error = effect.spread / math.sqrt(len(changes))
        low, high = stats.t.interval(0.95, len(changes) - 1, effect.mean, error)
        assert (effect.low, effect.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


def test_one_pair_has_no_interval() -> None:
    effect = effect_of([2.0])
    assert (effect.pairs, effect.mean) == (1, 2.0)
    assert (effect.spread, effect.low, effect.high) == (None, None, None)


def test_explained_shares_are_entropies() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for amount in (0.5, 0.9):
        pruned = sweep.add(f"p{amount}", "dense", "prune", amount=amount)
        for epochs in (1, 2):
            sweep.add(f"t{amount}-{epochs}", pruned, "tune", epochs=epochs)
    found = sweep.differences(*sweep.ids[1:])
    # Two amounts of three models each; no, one or two epochs of two models each.
    one, log3 = 1.0, math.log2(3)
    whole = math.log2(6)
    assert found.explanation.explains == pytest.approx([log3 / whole, one / whole], abs=1e-9)


def test_matched_pairs_by_hand() -> None:
    sweep = Sweep()
    sweep.add("dense", metrics={"accuracy": 0.95})
    tuned = {0.5: (0.90, 0.94), 0.75: (0.80, 0.92), 0.9: (0.40, 0.84)}
    for amount, (before, after) in tuned.items():
        sweep.add(f"p{amount}", "dense", "prune", {"accuracy": before}, amount=amount)
        sweep.add(f"p{amount}-ft", f"p{amount}", "tune", {"accuracy": after, "seconds": 60.0})
    found = sweep.differences(*sweep.ids[1:])
    contrasts = {(p.variable, p.before, p.after): p for p in found.pairs}
    tune = contrasts["step/tune#1", 0, 1]
    assert tune.pairs == 3
    assert tune.models == (0, 1, 2, 3, 4, 5)
    assert tune.effects["accuracy"].mean == pytest.approx((0.04 + 0.12 + 0.44) / 3)
    assert tune.effects["accuracy"].spread == pytest.approx(np.std([0.04, 0.12, 0.44], ddof=1))
    assert "seconds" not in tune.effects, "the side without has no such metric"
    step = contrasts["parameter/prune#1/amount", 0, 1]
    assert step.effects["accuracy"].mean == pytest.approx((-0.10 - 0.02) / 2)
    assert step.effects["seconds"].mean == 0
    assert set(contrasts) == {
        ("step/tune#1", 0, 1),
        ("parameter/prune#1/amount", 0, 1),
        ("parameter/prune#1/amount", 1, 2),
    }


def test_replicates_are_averaged_before_pairing() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for seed, (low, high) in enumerate([(0.8, 0.6), (0.9, 0.7), (1.0, 0.8)]):
        for amount, accuracy in ((0.5, low), (0.9, high)):
            values = {"accuracy": accuracy}
            sweep.add(f"p{amount}-{seed}", "dense", "prune", values, amount=amount, seed=seed)
    (pairs,) = sweep.differences(*sweep.ids[1:]).pairs
    assert pairs.pairs == 1
    assert pairs.effects["accuracy"].mean == pytest.approx(-0.2)


def test_a_step_with_two_parameters_is_paired_as_a_whole() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for amount in (0.5, 0.9):
        pruned = sweep.add(f"p{amount}", "dense", "prune", {"f1": amount}, amount=amount)
        for epochs, rate in ((1, 0.1), (1, 0.2), (3, 0.1)):
            name = f"{pruned}-{epochs}-{rate}"
            sweep.add(name, pruned, "tune", {"f1": amount + 0.1}, epochs=epochs, rate=rate)
    pairs = {p.variable: p for p in sweep.differences(*sweep.ids[1:]).pairs}
    assert pairs["step/tune#1"].pairs == 2
    assert pairs["step/tune#1"].effects["f1"].mean == pytest.approx(0.1)
    assert "parameter/tune#1/epochs" in pairs


def test_values_too_large_to_square_are_not_paired() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for amount in range(4):
        values = {"loss": 1.7e308 * (-1) ** amount, "f1": 1e149 * (-1) ** amount}
        sweep.add(f"p{amount}", "dense", "prune", {"loss": 0.0, "f1": 0.0}, amount=amount)
        sweep.add(f"p{amount}-ft", f"p{amount}", "tune", values)
    pairs = {p.variable: p for p in sweep.differences(*sweep.ids[1:]).pairs}
    tuned = pairs["step/tune#1"].effects
    assert set(tuned) == {"f1"}
    assert tuned["f1"].spread == pytest.approx(1e149 * math.sqrt(4 / 3))


def test_a_metric_that_is_not_finite_is_not_paired() -> None:
    sweep = Sweep()
    sweep.add("dense")
    sweep.add("a", "dense", "prune", {"loss": 1.0, "f1": 1.0}, amount=1)
    sweep.add("b", "dense", "prune", {"loss": math.nan, "f1": 2.0}, amount=2)
    (pairs,) = sweep.differences("a", "b").pairs
    assert set(pairs.effects) == {"f1"}
