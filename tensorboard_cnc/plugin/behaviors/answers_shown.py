"""Answers and labels of instances as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Bools, Evaluation, Ints, Truth
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.json_numbers import numbers

# Of a row of a page; the whole text is in its detail.
SHOWN = 2000
# Of a text that names an answer in a list of the most frequent ones.
_NAMED = 200


def cut(text: str, length: int) -> str:
    """The text, with "…" where it goes on beyond `length`."""
    return text if len(text) <= length else text[: length - 1] + "…"


def answers_at(
    comparison: Comparison, key: str, rows: Ints, length: int | None = SHOWN
) -> list[wire.Answer]:
    """What a model answered on these rows (k,); texts up to a length."""
    evaluation, truth = comparison.evaluation(key), comparison.truth
    if evaluation.outputs is not None:
        return _texts_at(evaluation, rows, length)
    if evaluation.memberships is not None:
        return _classes_at(evaluation.memberships, evaluation.present, rows, truth)
    if evaluation.numbers is not None:
        return [*numbers(evaluation.numbers[rows])]
    if evaluation.answers is None:
        return [None] * len(rows)
    codes = evaluation.answers[rows].tolist()
    return [None if code == NONE else truth.classes[code] for code in codes]


def labels_at(truth: Truth, rows: Ints) -> list[wire.Answer]:
    """What is true of these rows (k,)."""
    if truth.memberships is not None:
        return _classes_at(truth.memberships, np.ones(truth.n, bool), rows, truth)
    if truth.numbers is not None:
        return [*numbers(truth.numbers[rows])]
    if truth.labels is None:
        return [None] * len(rows)
    return [None if code == NONE else truth.classes[code] for code in truth.labels[rows].tolist()]


def rights_at(evaluation: Evaluation, rows: Ints) -> list[bool | None]:
    """Whether the answers on these rows (k,) are right."""
    if evaluation.correct is None:
        return [None] * len(rows)
    return [{1.0: True, 0.0: False}.get(right) for right in evaluation.correct[rows].tolist()]


def name_of(answer: wire.Answer) -> str:
    """An answer as one text, by which filters name it."""
    if isinstance(answer, list):
        return ", ".join(answer) or "none"
    return cut("" if answer is None else str(answer), _NAMED)


def names_of(comparison: Comparison, key: str, codes: Sequence[int]) -> list[str]:
    """What a model's answers of these codes are called."""
    evaluation, truth = comparison.evaluation(key), comparison.truth
    if evaluation.outputs is None and evaluation.memberships is None:
        return [truth.classes[code] for code in codes]
    assert evaluation.answers is not None
    rows = np.array([int(np.argmax(evaluation.answers == code)) for code in codes], np.int64)
    return [name_of(answer) for answer in answers_at(comparison, key, rows, None)]


def _texts_at(evaluation: Evaluation, rows: Ints, length: int | None) -> list[wire.Answer]:
    assert evaluation.outputs is not None
    texts = [
        None if at == NONE else evaluation.outputs[at] for at in evaluation.positions[rows].tolist()
    ]
    return [text if length is None or text is None else cut(text, length) for text in texts]


def _classes_at(memberships: Bools, known: Bools, rows: Ints, truth: Truth) -> list[wire.Answer]:
    return [
        [truth.classes[c] for c in np.flatnonzero(memberships[row]).tolist()]
        if known[row]
        else None
        for row in rows.tolist()
    ]
