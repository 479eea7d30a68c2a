"""Single values of two tensors that are known from their sketches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats
from tensorboard_cnc.analysis.layers.exact_pairs import finite_count, values_beside
from tensorboard_cnc.analysis.layers.sampled_pairs import (
    resolution_of,
    rounding_of,
    sample_of,
    sampled_count,
)
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.coordinated_sample import sample_positions
from tensorboard_cnc.sketches.module_kinds import axes_between, share_positions

# Of a change that is named, so much may be due to the rounding of stored values.
_SURE = 1e-3


class Change(NamedTuple):
    """A value at a flat position, before and after; None where it is not known."""

    at: int
    before: float | None
    after: float | None
    change: float


def values_at_both(before: TensorSketch, after: TensorSketch) -> tuple[Floats, Floats]:
    """Finite values of both at the same positions: all of small tensors, else the sample.

    Nothing where the shapes differ, or the layouts of large ones.
    """
    _, one, other = _known(before, after)
    finite = np.isfinite(one) & np.isfinite(other)
    return one[finite], other[finite]


def changes_known(
    before: TensorSketch, after: TensorSketch, base_id: str, most: int
) -> Iterator[Change]:
    """The largest changes that are known, the largest first.

    Those of an exact comparison at log time come without the values themselves. Else positions
    are those of the sample and of the largest values of both tensors; where one of the values is
    not known, it is no larger than the least of these, and the change is a lower bound.
    """
    exact = after.reference.get(base_id)
    if exact is not None:
        pairs = zip(exact.largest_at.tolist(), exact.largest.tolist(), strict=True)
        yield from [Change(at, None, None, change) for at, change in pairs if change][:most]
        return
    at, one, other = _known(before, after)
    one, other = _of_sure_size(one, other, rounding_of(before, after))
    found = {
        int(at[place]): Change(
            int(at[place]), float(one[place]), float(other[place]), other[place] - one[place]
        )
        for place in _largest_changes(one, other, most)
    }
    if share_positions(before, after) and before.values is None:
        found = _of_largest(before, after) | found
    ordered = sorted(found.values(), key=lambda change: (-abs(change.change), change.at))
    yield from [change for change in ordered if change.change][:most]


def _of_sure_size(one: Floats, other: Floats, rounding: float) -> tuple[Floats, Floats]:
    """Both, but NaN where more than a thousandth of the change may be due to rounding."""
    with np.errstate(invalid="ignore"):
        unsure = rounding * (np.abs(one) + np.abs(other)) > _SURE * np.abs(other - one)
    return np.where(unsure, np.nan, one), other


def _largest_changes(one: Floats, other: Floats, most: int) -> list[int]:
    with np.errstate(invalid="ignore"):
        change = np.abs(other - one)
    size = np.where(np.isfinite(change), change, 0)
    places: list[int] = np.argsort(-size, kind="stable")[:most].tolist()
    return [place for place in places if size[place]]


def _of_largest(before: TensorSketch, after: TensorSketch) -> dict[int, Change]:
    """Changes at the positions of the largest values of both, by position."""
    (old, old_bound), (new, new_bound) = _peaks(before), _peaks(after)
    found = {}
    for at in old.keys() | new.keys():
        one, other = old.get(at), new.get(at)
        if one is None and other is not None:
            # All that is not among the largest is at most as large as the least of them.
            change = float(np.sign(other) * max(abs(other) - old_bound, 0))
            found[at] = Change(at, None if old_bound else 0.0, other, change)
        elif other is None and one is not None:
            change = float(-np.sign(one) * max(abs(one) - new_bound, 0))
            found[at] = Change(at, one, None if new_bound else 0.0, change)
        elif one is not None and other is not None:
            found[at] = Change(at, one, other, other - one)
    rounding = resolution_of(before, after)
    return {
        at: each
        for at, each in found.items()
        if rounding * (abs(old.get(at, 0)) + abs(new.get(at, 0))) <= _SURE * abs(each.change)
    }


def _peaks(tensor: TensorSketch) -> tuple[dict[int, float], float]:
    """The largest values by position, and what all others are at most; ∞ where any may be."""
    totals, at, values = tensor.totals, tensor.largest_at, tensor.largest
    if at is None or values is None or totals.n > finite_count(tensor):
        return {}, float("inf")
    whole = len(at) >= totals.n - totals.zeros
    bound = 0.0 if whole else float(abs(values[-1])) if len(values) else float("inf")
    return dict(zip(at.tolist(), values.tolist(), strict=True)), bound


def _known(before: TensorSketch, after: TensorSketch) -> tuple[NDArray[np.int64], Floats, Floats]:
    none = np.zeros(0)
    together = share_positions(before, after)
    if not before.totals.n or not (together or axes_between(after, before)):
        return none.astype(np.int64), none, none
    if before.values is not None and after.values is not None:
        at = np.arange(before.totals.n)
        return at, values_beside(before, after), after.values.astype(float)
    if not together or any(t.values is None and t.sample is None for t in (before, after)):
        return none.astype(np.int64), none, none
    k = min(sampled_count(before), sampled_count(after))
    at = sample_positions(before.shape, k)
    return at, sample_of(before, k).astype(float), sample_of(after, k).astype(float)
