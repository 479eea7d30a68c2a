"""Comparisons that need no estimate: whole values, streamed totals, equal tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats, over
from tensorboard_cnc.records.sketches import PairTotals, TensorSketch
from tensorboard_cnc.sketches.change_classes import (
    CHANGE_CLASSES,
    ZERO_BOTH,
    change_class,
)
from tensorboard_cnc.sketches.module_kinds import axes_between, share_positions

Pair = tuple[TensorSketch, TensorSketch]


@dataclass(frozen=True, slots=True, eq=False)
class ExactPairs:
    """Of t pairs: ΣΔ², Σ|Δ|, Σab and max |Δ| (t,), and counts of CHANGE_CLASSES (t, 9)."""

    squares: Floats
    absolute: Floats
    dot: Floats
    largest: Floats
    classes: Floats


def from_values(pairs: Sequence[Pair]) -> ExactPairs:
    """Of tensors whose values are kept whole on both sides."""
    before = np.concatenate([values_beside(*pair) for pair in pairs])
    after = np.concatenate([_values(one) for _, one in pairs])
    sizes = np.array([one.totals.n for one, _ in pairs])
    ends = np.cumsum(sizes)
    spans = np.column_stack([ends - sizes, ends])
    rows = np.repeat(np.arange(len(pairs)), sizes)
    finite = np.isfinite(before) & np.isfinite(after)
    before, after = np.where(finite, before, 0), np.where(finite, after, 0)
    change = np.abs(after - before)
    width = len(CHANGE_CLASSES)
    keys = (change_class(before, after) + rows * width)[finite]
    return ExactPairs(
        squares=over(np.add, spans, np.square(change)),
        absolute=over(np.add, spans, change),
        dot=over(np.add, spans, before * after),
        largest=over(np.maximum, spans, change),
        classes=np.bincount(keys, minlength=len(pairs) * width).reshape(-1, width).astype(float),
    )


def from_totals(totals: Sequence[PairTotals]) -> ExactPairs:
    """Of tensors that were compared at log time."""
    return ExactPairs(
        squares=_column([t.sum_squares for t in totals]),
        absolute=_column([t.sum_abs for t in totals]),
        dot=_column([t.dot for t in totals]),
        largest=_column([t.max_abs for t in totals]),
        classes=_column([t.bins for t in totals]).reshape(-1, len(CHANGE_CLASSES)),
    )


def of_equals(tensors: Sequence[TensorSketch]) -> ExactPairs:
    """Of tensors that are compared with their like."""
    classes = np.zeros((len(tensors), len(CHANGE_CLASSES)))
    zeros = _column([t.totals.zeros for t in tensors])
    classes[:, 0] = _column([finite_count(t) for t in tensors]) - zeros
    classes[:, ZERO_BOTH] = zeros
    nothing = np.zeros(len(tensors))
    squares = _column([t.totals.sum_squares for t in tensors])
    return ExactPairs(nothing, nothing, squares, nothing, classes)


def exact_kind(pair: Pair, base_id: str) -> str:
    """How a comparison is exact: "values", "totals" or "equal"; "" where it is not."""
    before, after = pair
    alike = before.digest is not None and before.digest == after.digest
    if alike and share_positions(before, after):
        return "equal"
    reference = after.reference.get(base_id)
    if reference is not None and len(reference.bins) == len(CHANGE_CLASSES):
        return "totals"
    return "values" if before.values is not None and after.values is not None else ""


def finite_count(tensor: TensorSketch) -> int:
    """How many values are finite."""
    t = tensor.totals
    return t.n - t.nan - t.positive_infinite - t.negative_infinite


def values_beside(before: TensorSketch, after: TensorSketch) -> Floats:
    """All values of `before`, which is kept whole, in the positions of `after`."""
    axes = None if share_positions(before, after) else axes_between(after, before)
    values = _values(before)
    return values if axes is None else values.reshape(before.shape).transpose(axes).reshape(-1)


def _values(tensor: TensorSketch) -> Floats:
    assert tensor.values is not None
    return tensor.values.astype(float)


def _column(values: Sequence[float] | Sequence[NDArray[np.int64]]) -> Floats:
    return np.array(values, np.float64)
