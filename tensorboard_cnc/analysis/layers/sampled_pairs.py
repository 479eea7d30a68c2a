"""Comparisons of many pairs of tensors by what was sketched of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Estimates, Floats
from tensorboard_cnc.analysis.layers.estimators_absolute import (
    absolute_change,
    largest_change,
    largest_possible,
)
from tensorboard_cnc.analysis.layers.estimators_squares import squares_of_change
from tensorboard_cnc.analysis.layers.estimators_zeros import change_counts
from tensorboard_cnc.analysis.layers.exact_pairs import Pair, finite_count
from tensorboard_cnc.analysis.layers.sample_pairs import SamplePairs
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.coordinated_sample import sample_positions
from tensorboard_cnc.sketches.count_sketch import folded, sketched

_SIXTEEN_BITS = ("float16", "bfloat16")
# Of 16 significant digits the last may be off by half, relative to what is stored.
_ROUNDING = 2.0**-16 * (1 + 2.0**-15)
# All values are read as float32, which rounds these.
_WIDE = ("float64", "int32", "int64", "uint32", "uint64")
_SINGLE = 2.0**-24 * (1 + 2.0**-23)
# Pairs compared at a time, by their buckets and by their samples: of more, what is computed would
# take much memory; of fewer, the many small steps of the first would take most of the time.
_BUCKETS_TOGETHER, _SAMPLES_TOGETHER = 1024, 64


@dataclass(frozen=True, slots=True, eq=False)
class SampledPairs:
    """Estimates for t pairs, as ExactPairs has them, and where few values changed a lot (t,)."""

    squares: Estimates
    absolute: Estimates
    largest: Estimates
    classes: Estimates
    outliers: NDArray[np.bool_]


def sampled_pairs(pairs: Sequence[Pair]) -> Iterator[tuple[NDArray[np.int64], SampledPairs]]:
    """Estimates for pairs of one shape each, some at a time, with the places of these."""
    for (k, m), places in _groups_of_like(pairs):
        chosen = [pairs[place] for place in places]
        squares = _squares(chosen, m)
        for start in range(0, len(chosen), _SAMPLES_TOGETHER):
            some = slice(start, start + _SAMPLES_TOGETHER)
            yield np.array(places[some]), _estimated(chosen[some], squares[some], k)


def _groups_of_like(pairs: Sequence[Pair]) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """The places of at most 1,024 pairs that share a number of sampled values and of buckets."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, (before, after) in enumerate(pairs):
        k = min(sampled_count(before), sampled_count(after))
        m = min(_buckets(before), _buckets(after))
        groups[k, m].append(place)
    for sizes, places in groups.items():
        for start in range(0, len(places), _BUCKETS_TOGETHER):
            yield sizes, places[start : start + _BUCKETS_TOGETHER]


def _squares(pairs: Sequence[Pair], m: int) -> Estimates:
    """ΣΔ² of pairs, from m buckets."""
    before, after = [one for one, _ in pairs], [one for _, one in pairs]
    squares = squares_of_change(
        _totals(before, "sum_squares"),
        _totals(after, "sum_squares"),
        np.stack([_sums(one, m) for one in before]),
        np.stack([_sums(one, m) for one in after]),
    )
    return _without_what_is_not_finite(squares, pairs)


def _estimated(pairs: Sequence[Pair], squares: Estimates, k: int) -> SampledPairs:
    """Estimates for pairs, given ΣΔ² of each, from k sampled values."""
    stacks = _stacked(pairs, k)
    before, after = [one for one, _ in pairs], [one for _, one in pairs]
    low_before, high_before = _ends(before, "low"), _ends(before, "high")
    limits = low_before, high_before, _ends(after, "low"), _ends(after, "high")
    absolute, outliers = absolute_change(stacks, squares, largest_possible(limits))
    return SampledPairs(
        squares=squares,
        absolute=absolute,
        largest=largest_change(stacks, squares, limits),
        classes=change_counts(stacks),
        outliers=outliers,
    )


def sample_of(tensor: TensorSketch, k: int) -> NDArray[np.float32]:
    """The coordinated sample of k values, also of a tensor that is kept whole."""
    if tensor.sample is not None:
        return tensor.sample[:k]
    assert tensor.values is not None
    return tensor.values[sample_positions(tensor.shape, k)]


def sampled_count(tensor: TensorSketch) -> int:
    """How many values of its coordinated sample are known, a power of 2."""
    if tensor.sample is not None:
        return len(tensor.sample)
    return 1 << max(tensor.totals.n.bit_length() - 1, 0)


def _buckets(tensor: TensorSketch) -> int:
    return 512 if tensor.buckets is None else len(tensor.buckets)


def _sums(tensor: TensorSketch, m: int) -> Floats:
    sums = tensor.buckets
    if sums is None:
        assert tensor.values is not None
        sums = sketched(tensor.values)
    return sums if len(sums) == m else folded(sums)


def _stacked(pairs: Sequence[Pair], k: int) -> SamplePairs:
    before = np.stack([sample_of(one, k) for one, _ in pairs]).astype(float)
    after = np.stack([sample_of(one, k) for _, one in pairs]).astype(float)
    usable = np.isfinite(before) & np.isfinite(after)
    if not usable.all():
        before, after = np.where(usable, before, 0), np.where(usable, after, 0)
    first, second = [one for one, _ in pairs], [one for _, one in pairs]
    n = [min(finite_count(one), finite_count(other)) for one, other in pairs]
    return SamplePairs(
        before=before,
        after=after,
        excluded=k - np.count_nonzero(usable, axis=1),
        rounding=np.array([rounding_of(one, other) for one, other in pairs]),
        resolution=np.array([resolution_of(one, other) for one, other in pairs]),
        finite=np.array([all(t.totals.n == finite_count(t) for t in pair) for pair in pairs]),
        n=np.maximum(np.array(n, float), 1),
        sum_before=_totals(first, "sum_abs"),
        sum_after=_totals(second, "sum_abs"),
        zeros_before=_totals(first, "zeros"),
        zeros_after=_totals(second, "zeros"),
    )


def _rounding(tensor: TensorSketch) -> float:
    """The most by which a value of its sample may be off, relative to what is stored."""
    exact = tensor.values is not None or tensor.dtype in _SIXTEEN_BITS
    return _resolution(tensor) + (0.0 if exact else _ROUNDING)


def _resolution(tensor: TensorSketch) -> float:
    """The most by which float32 rounds a value of its type."""
    return _SINGLE if tensor.dtype in _WIDE else 0.0


def resolution_of(before: TensorSketch, after: TensorSketch) -> float:
    """The most by which float32 rounds values of either type, relative to what is stored."""
    return max(_resolution(before), _resolution(after))


def rounding_of(before: TensorSketch, after: TensorSketch) -> float:
    """The most by which values of both samples may be off, relative to what is stored."""
    return max(_rounding(before), _rounding(after))


def _totals(tensors: Sequence[TensorSketch], name: str) -> Floats:
    return np.array([getattr(one.totals, name) for one in tensors], np.float64)


def _ends(tensors: Sequence[TensorSketch], name: str) -> Floats:
    return np.array([getattr(one.totals, name) or 0.0 for one in tensors], np.float64)


def _without_what_is_not_finite(squares: Estimates, pairs: Sequence[Pair]) -> Estimates:
    """The interval, wide enough for positions that one side has as 0 for not being finite."""
    extra = np.array([_uncertain(before, after) for before, after in pairs])
    if not extra.any():
        return squares
    low = np.maximum(squares.low - extra, 0)
    certainty = np.maximum(squares.certainty, extra > 0).astype(np.uint8)
    return Estimates(squares.value, low, squares.high, certainty)


def _uncertain(before: TensorSketch, after: TensorSketch) -> float:
    """The most that positions with something not finite on one side add to ΣΔ²."""
    found = 0.0
    for one, other in ((before, after), (after, before)):
        if missing := one.totals.n - finite_count(one):
            peak = max(abs(other.totals.low or 0.0), abs(other.totals.high or 0.0))
            found += min(missing * peak**2, other.totals.sum_squares)
    return found
