"""What is counted over instances: flips between two models, histograms, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.sampled_units import units_of

Flip: TypeAlias = Literal[
    "negative", "positive", "changed_wrong", "changed", "both_right", "both_wrong"
]
# So many times so many pairs are counted without sorting.
_MOST_CLASSES = 2000
_HISTOGRAM_BINS = 40
# A measure with few values has a bin for each.
_FEW = 12
# Below, floats have too few digits for bins.
_LEAST = 1e-300
# Values at a time, so that intermediate results stay in the processor's cache.
_CHUNK = 1 << 15
RELIABILITY_BINS = 15
# 95 % of a normal are below; and the skewness of a normal number without its sign.
_UPPER, _HALF_SKEWNESS = 1.645, 0.995


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
    pairs, inverse = distinct_pairs(before, after)
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


def distinct_pairs(before: Ints, after: Ints) -> tuple[tuple[Ints, Ints], Ints]:
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


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """Means over the pairs of replicates: rates of other answers and of right that became wrong.

    `negative` is the mean over both directions, None where right and wrong are not known.
    """

    changed: float
    negative: float | None


def noise_floor(replicates: Sequence[Evaluation], chosen: Bools) -> NoiseFloor | None:
    """Over the rows `chosen` (N,) that both of a pair answered; None without such a pair."""
    changes, negatives = [], []
    for one, other in combinations(replicates, 2):
        n = np.count_nonzero(both_answered(one, other) & chosen)
        if n:
            changes.append(np.count_nonzero(changed(one, other) & chosen) / n)
        table = outcomes(one, other, chosen)
        if table and table.n:
            negatives.append((table.negative + table.positive) / (2 * table.n))
    if not changes:
        return None
    return NoiseFloor(float(np.mean(changes)), float(np.mean(negatives)) if negatives else None)


def common_edges(columns: Sequence[Floats]) -> NDArray[np.float64]:
    """Ascending edges (bins + 1,) that hold all finite values of `columns`; empty without any.

    Whole numbers of a small range have a bin each, centred on them; else 40 bins are equally wide.
    """
    finite = [column[np.isfinite(column)] for column in columns]
    finite = [column for column in finite if len(column)]
    if not finite:
        return np.empty(0)
    low = float(min(column.min() for column in finite))
    high = float(max(column.max() for column in finite))
    whole = high - low < _FEW and all((column == np.rint(column)).all() for column in finite)
    largest = max(abs(low), abs(high))
    if whole and largest < 2**50:
        return np.arange(low - 0.5, high + 1)
    # Values that only rounding tells apart have one bin.
    if high / 2 - low / 2 <= max(1e-9 * largest, _LEAST):
        end = np.nextafter(high, np.inf)
        return np.array([low, end] if np.isfinite(end) else [np.nextafter(low, 0), high])
    # Halves cannot overflow where the whole range would.
    return 2 * np.linspace(low / 2, high / 2, _HISTOGRAM_BINS + 1)


def counts_in(column: Floats, edges: NDArray[np.float64]) -> Ints:
    """How many finite values (n,) are in each of equally wide bins [low, high).

    The last bin includes its end. It agrees with comparing values with the edges, to the last bit.
    """
    counts = np.zeros(max(len(edges) - 1, 0), np.int64)
    for start in range(0, len(column) if len(counts) else 0, _CHUNK):
        counts += _counts_in(column[start : start + _CHUNK], edges)
    return counts


def _counts_in(column: Floats, edges: NDArray[np.float64]) -> Ints:
    bins = len(edges) - 1
    values = column[np.isfinite(column)].astype(float)
    half = edges[-1] / 2 - edges[0] / 2
    at = ((values / 2 - edges[0] / 2) / half * bins).astype(int)
    np.clip(at, 0, bins - 1, out=at)
    at -= values < edges[at]
    at += (values >= edges[at + 1]) & (at < bins - 1)
    # Half of the least number is zero.
    np.clip(at, 0, bins - 1, out=at)
    return np.bincount(at, minlength=bins)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Equally wide bins (i/15, (i+1)/15] of confidence; NaN where a bin is empty.

    `chance`, `chance_high`: mean and 95th percentile of the ECE that a perfectly calibrated model
    with these confidences has by chance, which is never 0.
    """

    n: int
    ece: float
    chance: float
    chance_high: float
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    right: NDArray[np.float64]


def reliability(confidence: Floats, correct: Floats, groups: Ints | None = None) -> Reliability:
    """Of (n,) confidences in [0, 1] and (n,) 0/1; where either is NaN the row is left out.

    ECE = Σ n_bin / n · |share right - mean confidence| (Naeini et al. 2015; Guo et al. 2017).
    `groups` (n,): the unit that each row was sampled in.
    """
    known = ~(np.isnan(confidence) | np.isnan(correct))
    confidence, correct = confidence[known].astype(float), correct[known].astype(float)
    bins = np.clip(np.ceil(confidence * RELIABILITY_BINS).astype(int) - 1, 0, RELIABILITY_BINS - 1)
    counts = np.bincount(bins, minlength=RELIABILITY_BINS)
    confident = np.bincount(bins, confidence, RELIABILITY_BINS)
    right = np.bincount(bins, correct, RELIABILITY_BINS)
    n = int(counts.sum())
    ece = float(np.abs(right - confident).sum() / n) if n else float("nan")
    units = units_of(groups, known)
    if units is None:
        variance = np.bincount(bins, confidence * (1 - confidence), RELIABILITY_BINS)
    else:
        width = int(units.max(initial=-1)) + 1
        misses = np.bincount(bins * width + units, correct - confidence, RELIABILITY_BINS * width)
        variance = (misses.reshape(RELIABILITY_BINS, width) ** 2).sum(axis=1)
    chance, high = _by_chance(variance / max(n, 1) ** 2)
    filled = np.where(counts > 0, counts, np.nan)
    return Reliability(n, ece, chance, high, counts, confident / filled, right / filled)


def _by_chance(variance: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and 95th percentile of Σ |X|, X independent and normal with these variances."""
    mean = float(np.sqrt(2 / np.pi * variance).sum())
    spread = float(np.sqrt((1 - 2 / np.pi) * variance.sum()))
    total = float(variance.sum())
    skewness = _HALF_SKEWNESS * float((variance**1.5).sum()) / total**1.5 if total else 0.0
    # Cornish & Fisher (1938).
    return mean, mean + (_UPPER + (_UPPER**2 - 1) / 6 * skewness) * spread
