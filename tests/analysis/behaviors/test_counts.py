"""Flips, the noise floor, histograms and calibration by hand and by plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix

from tensorboard_cnc.analysis.behaviors.counts import (
    RELIABILITY_BINS,
    Flip,
    Outcomes,
    common_edges,
    counts_in,
    most_frequent,
    noise_floor,
    outcomes,
    reliability,
    transitions,
    with_flip,
)
from tests.analysis.behaviors.evaluations import evaluation

LABELS = [0, 0, 0, 1, 1, 2, 2, -1]
BASE = evaluation([0, 0, 1, 1, 0, 1, 1, 0], LABELS)
MODEL = evaluation([0, 1, 0, 1, 0, 0, -1, 2], LABELS)
ALL = np.ones(8, bool)


def test_outcomes_by_hand() -> None:
    expected = Outcomes(n=6, both_right=2, negative=1, positive=1, both_wrong=2, changed_wrong=1)
    assert outcomes(BASE, MODEL, ALL) == expected


def test_only_chosen_rows_count() -> None:
    chosen = np.array([False, True] + [False] * 6)
    assert outcomes(BASE, MODEL, chosen) == Outcomes(1, 0, 1, 0, 0, 0)


def test_without_labels_there_are_no_outcomes() -> None:
    assert outcomes(evaluation([0, 1]), evaluation([1, 1]), np.ones(2, bool)) is None


@pytest.mark.parametrize(
    ("flip", "rows"),
    [
        ("negative", [1]),
        ("positive", [2]),
        ("both_right", [0, 3]),
        ("both_wrong", [4, 5]),
        ("changed_wrong", [5]),
        ("changed", [1, 2, 5, 7]),
    ],
)
def test_rows_with_a_flip(flip: Flip, rows: list[int]) -> None:
    assert np.flatnonzero(with_flip(BASE, MODEL, flip)).tolist() == rows


def test_the_most_frequent_changes() -> None:
    before, after = np.array([5, 5, 2, 5, 1, 2]), np.array([7, 7, 2, 2, 3, 9])
    assert transitions(before, after, 2) == [(5, 7, 2), (1, 3, 1)]
    assert transitions(before[:0], after[:0], 5) == []


@given(st.lists(st.integers(-(2**62), 2**62) | st.integers(0, 5), max_size=40))
def test_the_most_frequent_answers_are_counted(codes: list[int]) -> None:
    found = most_frequent(np.array(codes, np.int64), 100)
    assert sorted(found) == sorted((code, codes.count(code)) for code in set(codes))
    assert [n for _, n in found] == sorted((n for _, n in found), reverse=True)


ANSWERS = st.lists(st.tuples(*[st.integers(-1, 2)] * 3), min_size=1, max_size=50)


@given(ANSWERS)
def test_cells_add_up_and_agree_with_scikit_learn(rows: list[tuple[int, int, int]]) -> None:
    labels, before, after = (list(column) for column in zip(*rows, strict=True))
    base, model = evaluation(before, labels), evaluation(after, labels)
    found = outcomes(base, model, np.ones(len(rows), bool))
    assert found is not None
    assert found.both_right + found.negative + found.positive + found.both_wrong == found.n
    assert found.changed_wrong <= found.both_wrong
    known = [row for row in rows if -1 not in row]
    table = (
        confusion_matrix(
            [b == label for label, b, _ in known],
            [a == label for label, _, a in known],
            labels=[0, 1],
        )
        if known
        else np.zeros((2, 2))
    )
    cells = [[found.both_wrong, found.positive], [found.negative, found.both_right]]
    assert table.tolist() == cells
    for flip in ("negative", "positive", "both_right", "both_wrong", "changed_wrong"):
        assert np.count_nonzero(with_flip(base, model, flip)) == getattr(found, flip)


TRUE = [0, 0, 0, 0]
ONE, TWO = evaluation([0, 0, 1, 1], TRUE), evaluation([0, 1, 0, 2], TRUE)
THREE = evaluation([0, 0, 1, -1], TRUE)
EVERY = np.ones(4, bool)


def test_rates_are_means_over_the_pairs() -> None:
    found = noise_floor([ONE, TWO, THREE], EVERY)
    assert found is not None
    # Other answers: 3 of 4, 0 of 3, 2 of 3; one way or the other: 2, 0 and 2 flips.
    assert found.changed == pytest.approx((3 / 4 + 0 + 2 / 3) / 3)
    assert found.negative == pytest.approx((2 / 8 + 0 + 2 / 6) / 3)


def test_without_labels_only_changes_are_known() -> None:
    found = noise_floor([evaluation([0, 1]), evaluation([0, 0])], np.ones(2, bool))
    assert found is not None
    assert (found.changed, found.negative) == (0.5, None)


def test_one_alone_has_no_noise() -> None:
    assert noise_floor([ONE], EVERY) is None
    assert noise_floor([ONE, TWO], np.zeros(4, bool)) is None


def test_as_numpy() -> None:
    values = np.random.default_rng(1).normal(size=5000)
    edges = common_edges([values])
    counts, expected = np.histogram(values, bins=40)
    assert edges == pytest.approx(expected)
    assert counts_in(values, edges).tolist() == counts.tolist()


def test_right_and_wrong_have_a_bin_each() -> None:
    right = np.array([0, 1, 1, np.nan], np.float32)
    edges = common_edges([right, np.ones(3)])
    assert edges.tolist() == [-0.5, 0.5, 1.5]
    assert counts_in(right, edges).tolist() == [1, 2]


def test_one_value_has_one_bin() -> None:
    edges = common_edges([np.full(3, 0.25)])
    assert counts_in(np.full(3, 0.25), edges).tolist() == [3]


def test_many_values_are_counted_piece_by_piece() -> None:
    values = np.random.default_rng(0).normal(size=100_000)
    values[::7] = np.nan
    edges = common_edges([values])
    expected = np.histogram(values[np.isfinite(values)], edges)[0]
    assert counts_in(values, edges).tolist() == expected.tolist()


def test_nothing_known_has_no_bins() -> None:
    assert common_edges([np.full(3, np.nan), np.empty(0)]).tolist() == []
    assert counts_in(np.full(3, np.nan), np.empty(0)).tolist() == []


COLUMNS = arrays.arrays(
    float,
    st.integers(1, 60),
    elements=st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.1, 0.2, 0.3, 1.0]),
)


@given(COLUMNS, COLUMNS)
def test_bins_are_what_filtering_by_their_edges_keeps(one: np.ndarray, two: np.ndarray) -> None:
    edges = common_edges([one, two])
    finite = one[np.isfinite(one)]
    counts = counts_in(one, edges)
    assert counts.sum() == len(finite)
    assert np.isfinite(edges).all()
    for bin, count in enumerate(counts.tolist()):
        low, high = edges[bin], edges[bin + 1]
        last = bin == len(counts) - 1
        kept = (finite >= low) & ((finite < high) | last)
        assert count == np.count_nonzero(kept)


def test_by_hand() -> None:
    # Two bins: 0.9 and 0.9 (one right), 0.5 (right). ECE = 2/3 · |0.5 − 0.9| + 1/3 · |1 − 0.5|.
    found = reliability(np.array([0.9, 0.9, 0.5]), np.array([1.0, 0.0, 1.0]))
    assert found.ece == pytest.approx(2 / 3 * 0.4 + 1 / 3 * 0.5)
    assert found.n == 3
    assert found.counts.sum() == 3


def test_bins_as_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.1, 1, 3000)
    correct = (rng.random(3000) < confidence**2).astype(float)
    right, mean = calibration_curve(correct, confidence, n_bins=RELIABILITY_BINS)
    found = reliability(confidence, correct)
    held = found.counts > 0
    assert found.right[held] == pytest.approx(right)
    assert found.confidence[held] == pytest.approx(mean)
    assert found.ece == pytest.approx((found.counts[held] / 3000 * abs(right - mean)).sum())


def test_the_ends_and_what_is_not_known() -> None:
    found = reliability(np.array([0.0, 1.0, np.nan, 0.5]), np.array([0.0, 1.0, 1.0, np.nan]))
    assert (found.n, found.counts[0], found.counts[-1], found.ece) == (2, 1, 1, 0)
    assert np.isnan(reliability(np.empty(0), np.empty(0)).ece)


@pytest.mark.parametrize("grouped", [False, True])
def test_the_ece_that_chance_makes(grouped: bool) -> None:
    rng = np.random.default_rng(8)
    n = 400
    confidence = rng.beta(5, 2, n)
    groups = np.arange(n) // 4 if grouped else None
    if grouped:
        confidence = np.repeat(confidence[:100], 4)
    found = []
    for _ in range(600):
        u = np.repeat(rng.random(100), 4) if grouped else rng.random(n)
        found.append(reliability(confidence, (u < confidence).astype(float), groups))
    by_chance = np.array([each.ece for each in found])
    assert found[0].chance == pytest.approx(by_chance.mean(), rel=0.1 if not grouped else 0.3)
    above = np.mean(by_chance > [each.chance_high for each in found])
    assert above == pytest.approx(0.05, abs=0.03)
