"""Along a lineage, the first step at which an instance broke."""

from __future__ import annotations

from collections.abc import Sequence


def first_break(correct: Sequence[bool | None], answers: Sequence[int | None]) -> int | None:
    """Index of the first wrong answer after a right one, from the root on; None where none.

    Without labels, of the first answer other than the first given. Steps without a prediction
    (None) are passed over.
    """
    if any(right is not None for right in correct):
        was_right = False
        for step, right in enumerate(correct):
            if right is False and was_right:
                return step
            was_right = was_right if right is None else right
        return None
    given = [(step, answer) for step, answer in enumerate(answers) if answer is not None]
    return next((step for step, answer in given if answer != given[0][1]), None)


def still_broken(correct: Sequence[bool | None], answers: Sequence[int | None]) -> bool:
    """Whether the last known answer is wrong (without labels: other than the first)."""
    known = [right for right in correct if right is not None]
    if known:
        return not known[-1]
    given = [answer for answer in answers if answer is not None]
    return bool(given) and given[-1] != given[0]
