"""What several models predict on one instance: their votes, and where along a lineage it broke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Ints

# Rows at a time: sorting the answers of many models needs a copy of them.
_CHUNK_VALUES = 1 << 22


@dataclass(frozen=True, slots=True)
class Votes:
    """Of each row (N,): the modal answer (NONE without a vote), its votes, voters, disagreement.

    `disagreement` is the chance that two different voters answer differently; NaN below two.
    """

    answers: Ints
    votes: Ints
    voters: Ints
    disagreement: NDArray[np.float32]


def votes(answers: Sequence[Ints]) -> Votes:
    """Counts the codes (N,) of each model; of equally frequent answers the smallest code."""
    n, m = len(answers[0]), len(answers)
    step = max(1, _CHUNK_VALUES // m)
    parts = [
        _count(np.stack([a[start : start + step] for a in answers], axis=1))
        for start in range(0, n, step) or (0,)
    ]
    return Votes(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _count(table: Ints) -> tuple[Ints, Ints, Ints, NDArray[np.float32]]:
    table.sort(axis=1)
    n, m = table.shape
    answers, most = np.full(n, NONE, table.dtype), np.zeros(n, np.int32)
    run, same = np.zeros(n, np.int32), np.zeros(n, np.int64)
    previous = np.full(n, NONE, table.dtype)
    for column in range(m):
        code = table[:, column]
        run = np.where(code == NONE, 0, np.where(code == previous, run + 1, 1))
        same += np.maximum(run - 1, 0)
        longer = run > most
        answers[longer], most[longer] = code[longer], run[longer]
        previous = code
    voters = np.count_nonzero(table != NONE, axis=1)
    pairs = voters * (voters - 1) // 2
    with np.errstate(invalid="ignore", divide="ignore"):
        disagreement = (1 - same / pairs).astype(np.float32)
    return answers, most, voters, np.where(pairs > 0, disagreement, np.float32(np.nan))


def forgotten(base: Ints, family: Votes, base_votes: Ints) -> Bools:
    """Rows (N,) whose modal answer differs from the base's: PIE (Hooker et al. 2019).

    Where the base's own answer is as frequent as another it is not forgotten. Rows without the
    base's answer or without votes are not.
    """
    lost: Bools = (base != NONE) & (family.voters > 0) & (base_votes < family.votes)
    return lost


def votes_for(answers: Sequence[Ints], of: Ints) -> Ints:
    """How many of the models answered as `of` (N,) does, on each row."""
    found = np.zeros(len(of), np.int32)
    for codes in answers:
        found += (codes == of) & (of != NONE)
    return found


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
