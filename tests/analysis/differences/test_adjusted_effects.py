"""Effects with all else held: against numpy's least squares, closed forms, and chance."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tensorboard_cnc.analysis.differences.adjusted_effects import (
    AdjustedEffect,
    MetricFit,
    adjusted_effects,
)
from tensorboard_cnc.analysis.differences.recipes import Level
from tensorboard_cnc.analysis.differences.variables import Variable, variable_of
from tests.analysis.differences.selections import Sweep


def factor(name: str, values: list[Any]) -> Variable:
    levels = [Level(v, "without" if v is None else str(v)) for v in values]
    return variable_of("parameter", name, levels, parameter=name)


def effect(fit: MetricFit, variable: Variable) -> AdjustedEffect:
    return next(found for found in fit.effects if found.variable == variable.id)


def residual(columns: list[NDArray[Any]], y: NDArray[Any]) -> tuple[float, int]:
    """Sum of squared residuals of a fit with an intercept, and the rank of its columns."""
    x = np.column_stack([np.ones(len(y)), *columns])
    beta, _, rank, _ = np.linalg.lstsq(x, y, rcond=1e-9)
    return float(((y - x @ beta) ** 2).sum()), int(rank)


def indicators(variable: Variable) -> NDArray[Any]:
    of, levels = np.array(variable.of)[:, None], np.arange(1, len(variable.levels))
    columns: NDArray[Any] = np.where(of == levels, 1.0, 0.0)
    return columns


@pytest.mark.parametrize("seed", range(20))
def test_shares_and_changes_are_those_of_lstsq(seed: int) -> None:
    """Unbalanced designs of three variables, some with levels that another tells too."""
    chance = np.random.default_rng(seed)
    n = int(chance.integers(10, 30))
    a = factor("a", chance.choice([0.1, 0.5, 0.9], n).tolist())
    b = factor("b", chance.choice(["x", "y"], n).tolist())
    # What is in c follows b half of the time.
    c = factor(
        "c", [b.of[m] if chance.random() < 0.5 else int(chance.integers(3)) for m in range(n)]
    )
    variables = [v for v in (a, b, c) if len(v.levels) > 1]
    y = chance.normal(size=n) + np.array(a.of)
    fit = adjusted_effects(variables, [{"y": float(value)} for value in y])["y"]
    rest, rank = residual([indicators(v) for v in variables], y)
    whole = float(((y - y.mean()) ** 2).sum())
    assert fit.freedom == n - rank
    assert fit.explained == pytest.approx(
        max(0, 1 - rest / whole - (rank - 1) * rest / (n - rank) / whole), abs=1e-6
    )
    for variable in variables:
        without, lower = residual([indicators(v) for v in variables if v is not variable], y)
        share = (without - rest - (rank - lower) * rest / (n - rank)) / whole
        assert effect(fit, variable).share == pytest.approx(max(0, share), abs=1e-6)
    found = effect(fit, a)
    x = np.column_stack([np.ones(n), *[indicators(v) for v in variables]])
    beta, *_ = np.linalg.lstsq(x, y, rcond=1e-9)
    last = len(a.levels) - 1
    assert found.change == pytest.approx(beta[last], abs=1e-8)
    error = math.sqrt(rest / (n - rank) * np.linalg.pinv(x.T @ x)[last, last])
    low, high = stats.t.interval(0.95, n - rank, beta[last], error)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_a_balanced_design_gives_the_difference_of_means() -> None:
    cells = list(itertools.product((0.1, 0.5), ("x", "y", "z"), range(2)))
    amount = factor("amount", [c[0] for c in cells])
    kind = factor("kind", [c[1] for c in cells])
    y = np.random.default_rng(0).normal(size=12)
    fit = adjusted_effects([amount, kind], [{"y": float(v)} for v in y])["y"]
    found = effect(fit, amount)
    assert found.change == pytest.approx(y[6:].mean() - y[:6].mean())
    assert found.plain == pytest.approx(found.change)


def test_what_two_variables_tell_alike_is_neithers() -> None:
    """C is a and b together: none of the three adds to the other two."""
    a = factor("a", ["0", "0", "1", "1"] * 3)
    b = factor("b", ["0", "1", "0", "1"] * 3)
    c = factor("c", ["00", "01", "10", "11"] * 3)
    values = [{"y": float(v)} for v in (0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3.1)]
    fit = adjusted_effects([a, b, c], values)["y"]
    assert (effect(fit, a).share, effect(fit, b).share) == (None, None)
    assert effect(fit, a).change is None


def test_a_parameter_of_a_step_counts_only_within_the_step() -> None:
    """Tuning gains ten points, its rate two: neither is given what the other does."""
    sweep = Sweep()
    sweep.add("dense")
    for amount in (0.3, 0.5, 0.7, 0.9):
        pruned = sweep.add(f"p{amount}", "dense", "prune", {"f1": 60 - amount}, amount=amount)
        for epochs, rate in itertools.product((1, 3), (0.1, 0.2)):
            gained = 60 - amount + 10 + (2 if rate == 0.2 else 0)
            name = f"{pruned}-{epochs}-{rate}"
            sweep.add(name, pruned, "tune", {"f1": gained}, epochs=epochs, rate=rate)
    fit = sweep.differences(*sweep.ids[1:]).fits["f1"]
    by_id = {found.variable: found for found in fit.effects}
    assert by_id["step/tune#1"].change == pytest.approx(11)
    assert by_id["parameter/tune#1/rate"].change == pytest.approx(2)
    assert by_id["parameter/tune#1/epochs"].change == 0
    assert (by_id["step/tune#1"].share or 0) > 0.9


def test_a_step_nested_in_another_is_judged_beside_it() -> None:
    """Recalibrating exists only after pruning: +5 there, whatever the dense models have."""
    sweep = Sweep()
    for root, f1 in (("small", 70.0), ("large", 90.0)):
        sweep.add(root, metrics={"f1": f1})
        for amount, loss in ((0.5, 10.0), (0.9, 30.0)):
            pruned = sweep.add(f"{root}-{amount}", root, "prune", {"f1": f1 - loss}, amount=amount)
            sweep.add(f"{pruned}-r", pruned, "recalibrate", {"f1": f1 - loss + 5})
    fit = sweep.differences().fits["f1"]
    changes = {found.variable: found.change for found in fit.effects}
    assert changes["step/recalibrate#1"] == pytest.approx(5)
    assert changes["root"] is not None
    assert abs(changes["root"]) == pytest.approx(20)


def test_a_number_of_many_values_counts_by_its_rank() -> None:
    rates = [10**-power for power in np.linspace(1, 4, 12)]
    rate = factor("rate", rates)
    kind = factor("kind", ["x", "y"] * 6)
    values = [{"y": 2.0 * place + (5 if place % 2 else 0)} for place in range(12)]
    fit = adjusted_effects([rate, kind], values)["y"]
    assert fit.freedom == 12 - 1 - 3
    assert effect(fit, rate).change == pytest.approx(-22)
    assert effect(fit, kind).change == pytest.approx(5)


def test_too_few_models_have_no_interval_and_one_metric_no_say() -> None:
    amount = factor("amount", [0.1, 0.5, 0.9])
    fits = adjusted_effects(
        [amount], [{"y": 1.0, "same": 2.0}, {"y": 2.0, "same": 2.0}, {"z": 1.0}]
    )
    assert set(fits) == {"y"}
    found = effect(fits["y"], amount)
    assert (found.change, found.low, fits["y"].freedom) == (1.0, None, 0)


def test_magnitudes_do_not_matter() -> None:
    amount = factor("amount", [0.1, 0.5, 0.9] * 2)
    kind = factor("kind", ["x"] * 3 + ["y"] * 3)
    for size in (1e-140, 1.0, 1e140):
        values = [{"y": size * v} for v in (1.0, 2.0, 3.2, 2.0, 3.1, 4.0)]
        found = effect(adjusted_effects([amount, kind], values)["y"], amount)
        assert found.change == pytest.approx(2.1 * size)
        assert found.share == pytest.approx(0.751785204)


def simpson(chance: np.random.Generator, gain: float = 0.009) -> Sweep:
    """More is pruned of wide nets only: plain accuracy falls, all else equal it rises."""
    sweep = Sweep()
    level = {"wide": 0.90, "thin": 0.80}
    amounts = {"wide": (0.1, 0.1, 0.1, 0.3, 0.5), "thin": (0.1, 0.3, 0.5, 0.5, 0.5)}
    for width, of_width in amounts.items():
        sweep.add(width)
        for place, amount in enumerate(of_width):
            f1 = level[width] + gain * (amount - 0.1) / 0.4 + float(chance.normal(0, 0.001))
            sweep.add(f"{width}-{place}", width, "prune", {"f1": f1}, amount=amount, lr=place % 2)
    return sweep


def test_simpsons_design_tells_the_truth() -> None:
    sweep = simpson(np.random.default_rng(1))
    found = sweep.differences(*[name for name in sweep.ids if "-" in name])
    amount = next(v for v in found.explanation.variables if v.name == "amount")
    told = effect(found.fits["f1"], amount)
    assert told.plain is not None
    assert told.plain < -0.03
    assert told.low is not None
    assert 0 < told.low < 0.009 < (told.high or 0)
    x, colour = found.shown["f1"]
    assert x is not None
    assert colour is not None
    assert {x.name, colour.name} == {"amount", "root"}


def test_intervals_hold_the_truth_and_chance_has_no_share() -> None:
    """500 unbalanced designs: the interval misses in 5 %, and chance explains next to nothing."""
    missed, shares = 0, []
    for seed in range(500):
        chance = np.random.default_rng(seed)
        a = factor("a", chance.choice([0.1, 0.5], 14).tolist())
        b = factor("b", chance.choice(["x", "y", "z"], 14).tolist())
        y = chance.normal(size=14) + 2 * np.array(b.of)
        found = effect(adjusted_effects([a, b], [{"y": float(v)} for v in y])["y"], a)
        if found.low is None or found.high is None:
            continue
        missed += not found.low <= 0 <= found.high
        shares.append(found.share or 0.0)
    assert len(shares) > 480
    assert missed <= 0.05 * 500 + 3 * math.sqrt(0.05 * 0.95 * 500)
    assert np.mean(shares) < 0.05
