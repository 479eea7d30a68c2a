"""How many values are zero in both of two tensors, or changed by how much, from samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import ESTIMATE, EXACT, Estimates, Floats
from tensorboard_cnc.analysis.layers.sample_pairs import SamplePairs, share_interval
from tensorboard_cnc.sketches.change_classes import (
    CHANGE_CLASSES,
    ZERO_AFTER,
    ZERO_BEFORE,
    ZERO_BOTH,
    change_class,
)


def change_counts(pairs: SamplePairs) -> Estimates:
    """How many values are in each of CHANGE_CLASSES, (t, 9).

    Zeros: both tensors' numbers of zeros are exact, so that one of four cells tells all. It is
    the rarer of "zero before only" and "zero after only" in the sample, as a share of the smaller
    of the two exact margins that contain it. The other classes share what is left as the sample
    says.
    """
    counted = _counted(pairs)
    both = _zero_in_both(pairs, counted)
    before = _rest(pairs.zeros_before, both)
    after = _rest(pairs.zeros_after, both)
    changed = counted[:, :ZERO_BEFORE]
    neither = pairs.n - pairs.zeros_before - pairs.zeros_after + both.value
    held = np.maximum(changed.sum(axis=1, keepdims=True), 1)
    value = np.maximum(neither, 0)[:, None] * changed / held
    low, high = share_interval(changed, pairs.k[:, None])
    low, high = (each * pairs.n[:, None] for each in (low, high))
    classes = Estimates(
        value,
        np.minimum(low, value),
        np.maximum(high, value),
        np.full(value.shape, ESTIMATE, np.uint8),
    )
    # In the order of CHANGE_CLASSES.
    return _side_by_side(classes, before, after, both)


def _counted(pairs: SamplePairs) -> NDArray[np.int64]:
    classes = change_class(pairs.before, pairs.after)
    count = len(CHANGE_CLASSES)
    rows = np.arange(len(classes))[:, None] * count
    counted = np.bincount((classes + rows).ravel(), minlength=len(classes) * count)
    counted = counted.reshape(-1, count)
    # What is not finite was stacked as two zeros.
    counted[:, ZERO_BOTH] -= pairs.excluded
    return counted


def _zero_in_both(pairs: SamplePairs, counted: NDArray[np.int64]) -> Estimates:
    k, n, zeros, others = pairs.k, pairs.n, pairs.zeros_before, pairs.zeros_after
    both, gone, new = counted[:, ZERO_BOTH], counted[:, ZERO_AFTER], counted[:, ZERO_BEFORE]
    use_before = new <= gone
    rarer = np.where(use_before, new, gone)
    # The rarer cell lies in the zeros of one tensor and in what is not zero in the other.
    inside, outside = np.where(use_before, zeros, others), np.where(use_before, others, zeros)
    seen_inside = both + rarer
    seen_outside = k - (both + np.where(use_before, gone, new))
    narrow = inside <= n - outside
    margin = np.where(narrow, inside, n - outside)
    seen = np.where(narrow, seen_inside, seen_outside)
    low, high = share_interval(rarer, seen)
    value = inside - margin * rarer / np.maximum(seen, 1)
    least, most = np.maximum(zeros + others - n, 0), np.minimum(zeros, others)
    ends = (value, inside - margin * high, inside - margin * low)
    value, low, high = (np.clip(each, least, most) for each in ends)
    certainty = np.where(least == most, EXACT, ESTIMATE).astype(np.uint8)
    return Estimates(value, low, high, certainty)


def _rest(zeros: Floats, both: Estimates) -> Estimates:
    return Estimates(zeros - both.value, zeros - both.high, zeros - both.low, both.certainty)


def _side_by_side(classes: Estimates, *columns: Estimates) -> Estimates:
    return Estimates(
        *(
            np.column_stack([getattr(classes, name), *(getattr(c, name) for c in columns)])
            for name in ("value", "low", "high", "certainty")
        )
    )
