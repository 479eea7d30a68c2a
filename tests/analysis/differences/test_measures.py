"""Explained shares and matched pairs, against hand-computed cases; quantiles against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tensorboard_cnc.analysis.distributions import t_975
from tests.analysis.differences.selections import Sweep


@pytest.mark.parametrize("degrees", [*range(1, 60), 99, 100, 199, 200, 201, 500, 4999])
def test_the_quantile(degrees: int) -> None:
    assert t_975(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-8)


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


def test_forms_of_a_step_are_not_averaged_away() -> None:
    """One of two pairs gains in one form and loses in the other: it went neither way."""
    sweep = Sweep()
    sweep.add("dense")
    for amount, gains in ((0.5, (0.1, 0.3)), (0.9, (-0.1, 0.5))):
        pruned = sweep.add(f"p{amount}", "dense", "prune", {"f1": 0.4}, amount=amount)
        forms = (((1, 0.1), gains[0]), ((3, 0.2), gains[1]), ((1, 0.2), 0.2))
        for (epochs, rate), gain in forms:
            name = f"{pruned}-{epochs}-{rate}"
            sweep.add(name, pruned, "tune", {"f1": 0.4 + gain}, epochs=epochs, rate=rate)
    tuned = next(p for p in sweep.differences(*sweep.ids[1:]).pairs if p.variable == "step/tune#1")
    effect = tuned.effects["f1"]
    assert (effect.pairs, effect.rose, effect.fell) == (2, 1, 0)
    assert (effect.least, effect.most) == pytest.approx((-0.1, 0.5))
    assert effect.mean == pytest.approx(0.2)


def test_four_of_four() -> None:
    """+0.2 to +87.5 points: all one way, and too few for more than that."""
    sweep = Sweep()
    sweep.add("dense")
    for amount, before, after in ((0.1, 98.9, 99.1), (0.5, 90, 98), (0.8, 60, 97), (0.9, 9.5, 97)):
        sweep.add(f"p{amount}", "dense", "prune", {"accuracy": before}, amount=amount)
        sweep.add(f"p{amount}-ft", f"p{amount}", "tune", {"accuracy": after})
    pairs = sweep.differences(*sweep.ids[1:]).pairs
    effect = next(p for p in pairs if p.variable == "step/tune#1").effects["accuracy"]
    assert (effect.pairs, effect.rose, effect.fell) == (4, 4, 0)
    assert (effect.least, effect.most) == pytest.approx((0.2, 87.5))
    assert (effect.low, effect.high, effect.p, effect.q) == (None, None, None, None)


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
