"""The first step that broke an instance, by hand."""

from __future__ import annotations

import pytest

from tensorboard_cnc.analysis.behaviors.lineage_break import first_break, still_broken


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
