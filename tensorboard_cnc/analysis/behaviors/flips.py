"""Who changed their mind: right and wrong before and after, and which answer became which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Bools, Evaluation, Floats, Ints

Flip: TypeAlias = Literal[
    "negative", "positive", "changed_wrong", "changed", "both_right", "both_wrong"
]


# So many times so many pairs are counted without sorting.
_MOST_CLASSES = 2000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Counts over the n instances whose correctness both models have; the first four sum to n.

    Negative flips (Yan et al. 2021) were right before and wrong after, positive ones the reverse;
    `changed_wrong` are those of `both_wrong` with another answer.
    """

    n: int
    both_right: int
    negative: int
    positive: int
    both_wrong: int
    changed_wrong: int


class Transition(NamedTuple):
    """`n` instances whose answer went from the code `before` to `after`."""

    before: int
    after: int
    n: int


def outcomes(base: Evaluation, model: Evaluation, chosen: Bools) -> Outcomes | None:
    """The 2 × 2 table over the rows `chosen` (N,); None where correctness is not known."""
    if base.correct is None or model.correct is None:
        return None
    counts = np.bincount(_cell(base.correct[chosen], model.correct[chosen]), minlength=5)
    if base.answers is None or model.answers is None:
        changed_wrong = 0
    else:
        wrong = chosen & (base.correct == 0) & (model.correct == 0)
        changed_wrong = int(np.count_nonzero(wrong & changed(base, model)))
    both_wrong, positive, negative, both_right = (int(n) for n in counts[:4])
    n = both_wrong + positive + negative + both_right
    return Outcomes(n, both_right, negative, positive, both_wrong, changed_wrong)


def with_flip(base: Evaluation, model: Evaluation, flip: Flip) -> Bools:
    """The rows (N,) on which `model` flips so against `base`; none where it is not known."""
    if flip == "changed":
        return changed(base, model)
    if base.correct is None or model.correct is None:
        return np.zeros(len(base.present), bool)
    before = 1 if flip in ("both_right", "negative") else 0
    after = 1 if flip in ("both_right", "positive") else 0
    found: Bools = (base.correct == before) & (model.correct == after)
    return found & changed(base, model) if flip == "changed_wrong" else found


def changed(base: Evaluation, model: Evaluation) -> Bools:
    """The rows (N,) that both answered, differently."""
    if base.answers is None or model.answers is None:
        return np.zeros(len(base.present), bool)
    differ: Bools = both_answered(base, model) & (base.answers != model.answers)
    return differ


def both_answered(base: Evaluation, model: Evaluation) -> Bools:
    """The rows (N,) that both answered."""
    if base.answers is None or model.answers is None:
        return np.zeros(len(base.present), bool)
    both: Bools = (base.answers != NONE) & (model.answers != NONE)
    return both


def transitions(before: Ints, after: Ints, top: int) -> list[Transition]:
    """The `top` most frequent changes between codes (n,) that differ; ties by code."""
    differ = before != after
    before, after = before[differ], after[differ]
    width = int(max(before.max(initial=0), after.max(initial=0))) + 1
    if min(before.min(initial=0), after.min(initial=0)) >= 0 and width <= _MOST_CLASSES:
        found = most_frequent(before.astype(np.int64) * width + after, top)
        return [Transition(pair // width, pair % width, n) for pair, n in found]
    pairs, inverse = _pair_codes(before, after)
    counts = np.bincount(inverse, minlength=len(pairs[0]))
    order = np.argsort(-counts, kind="stable")[:top]
    return [Transition(int(pairs[0][i]), int(pairs[1][i]), int(counts[i])) for i in order]


def most_frequent(codes: Ints, top: int) -> list[tuple[int, int]]:
    """The `top` most frequent of codes (n,) as (code, count); ties by code."""
    if len(codes) and codes.min() >= 0 and codes.max() <= 4 * len(codes) + 1000:
        # Class indexes: counting needs no sorting.
        counts = np.bincount(codes)
        found = np.flatnonzero(counts)
        counts = counts[found]
    else:
        found, counts = np.unique(codes, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:top]
    return [(int(found[i]), int(counts[i])) for i in order]


def _pair_codes(before: Ints, after: Ints) -> tuple[tuple[Ints, Ints], Ints]:
    """The distinct pairs in ascending order, and which of them each row is."""
    firsts, first = np.unique(before, return_inverse=True)
    seconds, second = np.unique(after, return_inverse=True)
    pairs, inverse = np.unique(first * len(seconds) + second, return_inverse=True)
    if not len(seconds):
        return (firsts, seconds), inverse
    return (firsts[pairs // len(seconds)], seconds[pairs % len(seconds)]), inverse


def _cell(before: Floats, after: Floats) -> Ints:
    """0 both wrong, 1 became right, 2 became wrong, 3 both right, 4 unknown."""
    unknown = np.isnan(before) | np.isnan(after)
    return np.where(unknown, 4, 2 * (before == 1) + (after == 1))
