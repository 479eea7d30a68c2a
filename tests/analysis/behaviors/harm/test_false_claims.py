"""What chance claims, and what it misses: bounded versions of `make claims`, seeds fixed."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.analysis.behaviors.harm.pairs import harmed_pairs
from tensorboard_cnc.analysis.behaviors.harm.slices import Subject, harmed_slices
from tensorboard_cnc.analysis.behaviors.harm.unseen import Search, smallest_seen
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints
from tests.analysis.behaviors.harm.drawn import (
    Shares,
    attributes,
    base_of,
    changed,
    dimensions,
)

N = 2000
LEVELS = (4, 8, 10, 20)
SETS = 120


def claims(codes: list[Ints], base: Floats, model: Floats) -> tuple[bool, bool]:
    """Whether any slice and any pair is called harmed."""
    every, subjects = dimensions(*codes), {"m": Subject(model)}
    slices = harmed_slices(every, base, subjects, [True] * len(every))["m"]
    pairs = harmed_pairs(every, base, subjects)
    return bool(slices.harmed.any()), any(
        each.harmed for found in pairs.values() for each in found.pairs
    )


def design(name: str, codes: list[Ints]) -> tuple[Shares, Shares, Shares]:
    """Accuracy, and the shares of right and wrong answers that flip, by row."""
    of_four, of_ten = codes[0], codes[2]
    accuracy = np.full(N, 0.9)
    match name:
        case "equal":
            return accuracy, np.full(N, 0.01 / 0.9), np.full(N, 0.1)
        case "hard slices churn more":
            hard = np.array([0.99, 0.97, 0.95, 0.75])[of_four]
            return hard, 1 - hard, hard
        case "a tenth of what is right breaks":
            return np.linspace(0.5, 0.99, 10)[of_ten], np.full(N, 0.1), np.zeros(N)
        case "all lose five points":
            return accuracy, np.full(N, 0.06 / 0.9), np.full(N, 0.1)
    raise AssertionError(name)


@pytest.mark.parametrize(
    "name",
    ["equal", "hard slices churn more", "a tenth of what is right breaks", "all lose five points"],
)
def test_chance_claims_seldom(name: str) -> None:
    rng = np.random.default_rng(sum(map(ord, name)))
    false = 0
    for _ in range(SETS):
        codes = attributes(rng, N, LEVELS)
        accuracy, breaks, mends = design(name, codes)
        base = base_of(rng, accuracy)
        false += any(claims(codes, base, changed(rng, base, breaks, mends)))
    assert false <= 0.07 * SETS


@pytest.mark.parametrize(
    ("size", "harm", "models", "least"),
    [(100, 0.10, 1, 0.85), (500, 0.05, 1, 0.9), (30, 0.30, 1, 0.85), (100, 0.10, 8, 0.7)],
)
def test_harm_is_found(size: int, harm: float, models: int, least: float) -> None:
    rng = np.random.default_rng(size)
    rows, sets, found = 3000, 60, 0
    for _ in range(sets):
        codes = [rng.integers(0, k, rows) for k in (4, 8, 10, 20)]
        codes[0] = np.where(rng.permutation(rows) < size, 0, rng.integers(1, 4, rows))
        base = base_of(rng, np.full(rows, 0.9))
        quiet, mends = np.full(rows, 0.005 / 0.9), np.full(rows, 0.05)
        subjects = {str(k): Subject(changed(rng, base, quiet, mends)) for k in range(models - 1)}
        breaks = quiet + (codes[0] == 0) * harm / 0.9
        subjects["m"] = Subject(changed(rng, base, breaks, mends))
        slices = harmed_slices(dimensions(*codes), base, subjects, [True] * 4)
        found += bool(slices["m"].harmed[0])
    # Of a rate that is met, no more than chance is missing.
    assert found >= least * sets - 2 * (sets * least * (1 - least)) ** 0.5


def test_a_harmed_crossing_is_found() -> None:
    rng = np.random.default_rng(7)
    rows, sets, found = 3000, 40, 0
    for _ in range(sets):
        codes = [rng.integers(0, k, rows) for k in (4, 8, 10, 20)]
        codes[0][(codes[0] == 0) & (codes[1] == 0)] = 1
        both = rng.permutation(rows) < 500
        codes[0][both] = codes[1][both] = 0
        base = base_of(rng, np.full(rows, 0.9))
        breaks = np.full(rows, 0.005 / 0.9) + both * 0.05 / 0.9
        model = changed(rng, base, breaks, np.full(rows, 0.05))
        pairs = harmed_pairs(dimensions(*codes), base, {"m": Subject(model)})["m"].pairs
        found += any(
            each.harmed and (each.dimensions, each.levels) == ((0, 1), (0, 0)) for each in pairs
        )
    assert found >= 0.85 * sets


def test_a_harmed_slice_does_not_harm_what_it_is_crossed_with() -> None:
    rng = np.random.default_rng(9)
    sets, false = 60, 0
    for _ in range(sets):
        codes = attributes(rng, N, LEVELS)
        base = base_of(rng, np.full(N, 0.9))
        breaks = np.where(codes[0] == 1, 0.25, 0.02)
        slices, pairs = claims(codes, base, changed(rng, base, breaks, np.full(N, 0.1)))
        assert slices
        false += pairs
    assert false <= 0.1 * sets


def test_the_smallest_harm_that_is_said_to_be_seen_is_seen() -> None:
    rng = np.random.default_rng(13)
    rows, size, sets, found = 3000, 200, 50, 0
    seen = smallest_seen(size, Search(rows, 0.04, 42))
    assert seen is not None
    assert (seen.n, round(seen.share, 2)) == (200, 0.11)
    for _ in range(sets):
        codes = [rng.integers(0, k, rows) for k in (4, 8, 10, 20)]
        codes[0] = np.where(rng.permutation(rows) < size, 0, rng.integers(1, 4, rows))
        base = base_of(rng, np.full(rows, 0.9))
        breaks = np.full(rows, 0.02 / 0.9) + (codes[0] == 0) * seen.share / 0.9
        model = changed(rng, base, breaks, np.full(rows, 0.2))
        slices = harmed_slices(dimensions(*codes), base, {"m": Subject(model)}, [True] * 4)
        found += bool(slices["m"].harmed[0])
    assert found >= 0.7 * sets
