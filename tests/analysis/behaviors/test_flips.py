"""Flips by hand, and that every instance is in exactly one cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from tensorboard_cnc.analysis.behaviors.flips import (
    Flip,
    Outcomes,
    most_frequent,
    outcomes,
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


@settings(deadline=None)
@given(st.lists(st.integers(-(2**62), 2**62) | st.integers(0, 5), max_size=40))
def test_the_most_frequent_answers_are_counted(codes: list[int]) -> None:
    found = most_frequent(np.array(codes, np.int64), 100)
    assert sorted(found) == sorted((code, codes.count(code)) for code in set(codes))
    assert [n for _, n in found] == sorted((n for _, n in found), reverse=True)


ANSWERS = st.lists(st.tuples(*[st.integers(-1, 2)] * 3), min_size=1, max_size=50)


@settings(deadline=None)
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
