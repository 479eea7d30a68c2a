"""Votes by counting one by one, prunable images and breaks along a lineage by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.behaviors.votes import (
    first_break,
    forgotten,
    still_broken,
    votes,
    votes_for,
)

TABLES = st.integers(1, 6).flatmap(
    lambda models: st.lists(
        st.lists(st.integers(-1, 3), min_size=models, max_size=models), min_size=1, max_size=20
    )
)


@given(TABLES)
def test_votes_as_counted_one_by_one(table: list[list[int]]) -> None:
    found = votes(list(np.array(table, np.int64).T))
    for row, answers in enumerate(table):
        counts = Counter(answer for answer in answers if answer != -1)
        voters = sum(counts.values())
        assert found.voters[row] == voters
        if not counts:
            assert (found.answers[row], found.votes[row]) == (-1, 0)
            continue
        most = max(counts.values())
        assert found.votes[row] == most
        assert found.answers[row] == min(a for a, n in counts.items() if n == most)
        if voters < 2:
            assert np.isnan(found.disagreement[row])
        else:
            same = sum(n * (n - 1) for n in counts.values()) / (voters * (voters - 1))
            assert found.disagreement[row] == pytest.approx(1 - same, abs=1e-6)


def test_pruning_identified_exemplars_by_hand() -> None:
    base = np.array([0, 0, 0, 0, -1, 0])
    family = [np.array([0, 1, 1, 2, 1, -1]), np.array([0, 1, 0, 1, 1, -1])]
    family.append(np.array([0, 0, 2, 1, 1, -1]))
    found = votes(family)
    lost = forgotten(base, found, votes_for(family, base))
    # In the third row each answer has one vote: the base's own is as good as any.
    assert lost.tolist() == [False, True, False, True, False, False]


def test_votes_for_an_answer() -> None:
    family = [np.array([1, -1, 2]), np.array([1, -1, 0])]
    assert votes_for(family, np.array([1, -1, 0])).tolist() == [2, 0, 1]


def test_no_instances() -> None:
    assert len(votes([np.empty(0, np.int64)]).answers) == 0


@pytest.mark.parametrize(
    ("correct", "broke", "still"),
    [
        ([True, True], None, False),
        ([True, False], 1, True),
        ([True, False, True], 1, False),
        ([True, False, True, False], 1, True),
        ([False, False], None, True),
        ([False, True, False], 2, True),
        ([None, True, None, False], 3, True),
        ([True, None], None, False),
    ],
)
def test_with_labels(correct: list[bool | None], broke: int | None, still: bool) -> None:
    answers = [None] * len(correct)
    assert first_break(correct, answers) == broke
    assert still_broken(correct, answers) == still


@pytest.mark.parametrize(
    ("answers", "broke", "still"),
    [
        ([4, 4, 4], None, False),
        ([4, 5, 4], 1, False),
        ([None, 4, None, 5], 3, True),
        ([None, None], None, False),
        ([], None, False),
    ],
)
def test_without_labels_any_other_answer_breaks_it(
    answers: list[int | None], broke: int | None, still: bool
) -> None:
    correct = [None] * len(answers)
    assert first_break(correct, answers) == broke
    assert still_broken(correct, answers) == still
