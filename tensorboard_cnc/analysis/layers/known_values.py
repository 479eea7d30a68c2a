"""Single values of two tensors that are known from their sketches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats
from tensorboard_cnc.analysis.layers.sampled_pairs import sample_of, sampled_count
from tensorboard_cnc.sketch_records import TensorSketch
from tensorboard_cnc.sketches.coordinated_sample import sample_positions


def values_at_both(before: TensorSketch, after: TensorSketch) -> tuple[Floats, Floats]:
    """Finite values of both at the same positions: all of small tensors, else the sample.

    Nothing where the shapes differ.
    """
    _, one, other = _known(before, after)
    finite = np.isfinite(one) & np.isfinite(other)
    return one[finite], other[finite]


def changes_known(
    before: TensorSketch, after: TensorSketch, base_id: str, most: int
) -> Iterator[tuple[int, float | None, float | None, float]]:
    """The largest changes that are known: position, value before and after, change.

    Those of an exact comparison at log time come without the values themselves.
    """
    exact = after.reference.get(base_id)
    if exact is not None:
        for at, change in zip(exact.largest_at.tolist(), exact.largest.tolist(), strict=True):
            if most > 0 and change:
                yield at, None, None, change
                most -= 1
        return
    at, one, other = _known(before, after)
    with np.errstate(invalid="ignore"):
        change = other - one
    size = np.where(np.isfinite(change), np.abs(change), 0)
    for place in np.argsort(-size, kind="stable")[:most]:
        if size[place]:
            yield int(at[place]), float(one[place]), float(other[place]), float(change[place])


def _known(before: TensorSketch, after: TensorSketch) -> tuple[NDArray[np.int64], Floats, Floats]:
    none = np.zeros(0)
    if before.shape != after.shape or not before.totals.n:
        return none.astype(np.int64), none, none
    if before.values is not None and after.values is not None:
        at = np.arange(before.totals.n)
        return at, before.values.astype(float), after.values.astype(float)
    if any(t.values is None and t.sample is None for t in (before, after)):
        return none.astype(np.int64), none, none
    k = min(sampled_count(before), sampled_count(after))
    at = sample_positions(before.shape, k)
    return at, sample_of(before, k).astype(float), sample_of(after, k).astype(float)
