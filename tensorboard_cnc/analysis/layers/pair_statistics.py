"""All that is known of the changes between the tensors of two models, exact or estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers import exact_pairs
from tensorboard_cnc.analysis.layers.estimates import (
    Estimates,
    Floats,
    apart,
    exactly,
    over,
    scattered,
)
from tensorboard_cnc.analysis.layers.exact_pairs import ExactPairs, Pair, exact_kind, finite_count
from tensorboard_cnc.analysis.layers.sampled_pairs import sampled_pairs
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.change_classes import CHANGE_CLASSES
from tensorboard_cnc.sketches.module_kinds import axes_between, share_positions

# Two sums of the same squares differ by less.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class PairStatistics:
    """Of t pairs of tensors, or of t sets of pairs; Δ = after − before.

    `n` (t,) values that are compared, 0 where nothing is; `of_before` and `of_after` (t,) how many
    values both count in all of the pairs that are compared; `before` and `after` (t,) exact sums of
    squares of both; `squares` ΣΔ², `absolute` Σ|Δ|, `dot` Σ before·after, `largest` max |Δ|, each
    (t,); `classes` (t, 9) how many values are in each of CHANGE_CLASSES, among them "zero before"
    (and not after), "zero after", "zero in both"; `outliers` (t,) whether a few values changed a
    lot, so that Σ|Δ| is only a lower bound.
    """

    n: Floats
    of_before: Floats
    of_after: Floats
    before: Floats
    after: Floats
    squares: Estimates
    absolute: Estimates
    dot: Estimates
    largest: Estimates
    classes: Estimates
    outliers: NDArray[np.bool_]

    def combined(
        self, spans: NDArray[np.int64], aside: NDArray[np.bool_] | None = None
    ) -> PairStatistics:
        """Of sets of pairs: those from `spans[row, 0]` up to, not including, `spans[row, 1]`.

        What is set `aside` (t,) counts in sets that hold nothing else.
        """
        if aside is not None and aside.any():
            doubled, spans = apart(spans, aside)
            return self.combined(doubled).combined(spans)
        return PairStatistics(
            n=over(np.add, spans, self.n),
            of_before=over(np.add, spans, self.of_before),
            of_after=over(np.add, spans, self.of_after),
            before=over(np.add, spans, self.before),
            after=over(np.add, spans, self.after),
            squares=self.squares.summed(spans),
            absolute=self.absolute.summed(spans),
            dot=self.dot.summed(spans),
            largest=self.largest.largest(spans),
            classes=self.classes.summed(spans),
            outliers=over(np.logical_or, spans, self.outliers),
        )


def pair_statistics(
    before: Sequence[TensorSketch | None], after: Sequence[TensorSketch | None], base_id: str = ""
) -> PairStatistics:
    """Compares the tensors of two models, one by one.

    A pair of which one is None, or of two shapes, or of two layouts unless it is exact, or without
    values, compares nothing (n = 0), nor does one of which both are tied to others, which are
    compared in their place. A pair is exact where both are kept whole, where they are equal, or
    where `after` was compared with the model `base_id` when it was logged; else it is estimated.
    """
    places: list[int] = []
    pairs: list[Pair] = []
    for place, (one, other) in enumerate(zip(before, after, strict=True)):
        if one is not None and other is not None and _comparable(one, other, base_id):
            places.append(place)
            pairs.append((one, other))
    found = _compared(pairs, base_id)
    at = np.array(places, np.int64)
    return _spread(found, at, len(before))


def _comparable(before: TensorSketch, after: TensorSketch, base_id: str) -> bool:
    known = all(t.values is not None or t.sample is not None for t in (before, after))
    counted = before.totals.n > 0 and not (before.tied and after.tied)
    if not known or not counted or share_positions(before, after):
        return known and counted
    # What is sketched of large tensors depends on their layout.
    exact = exact_kind((before, after), base_id) in ("totals", "values")
    return exact and axes_between(after, before) is not None


def _counted(tensor: TensorSketch) -> int:
    """How many of its values count: none of what is tied to another tensor."""
    return 0 if tensor.tied else tensor.totals.n


def _compared(pairs: Sequence[Pair], base_id: str) -> PairStatistics:
    kinds = [exact_kind(pair, base_id) for pair in pairs]
    empty = exactly(np.zeros(len(pairs)))
    parts: dict[str, list[tuple[NDArray[np.int64], Estimates]]] = {
        name: [] for name in ("squares", "absolute", "dot", "largest", "classes")
    }
    outliers = np.zeros(len(pairs), bool)
    for kind in ("values", "totals", "equal"):
        places = [place for place, each in enumerate(kinds) if each == kind]
        if places:
            exact = _exact([pairs[place] for place in places], kind, base_id)
            for name, part in parts.items():
                part.append((np.array(places), exactly(getattr(exact, name))))
    rest = [place for place, kind in enumerate(kinds) if not kind]
    for some, estimates in sampled_pairs([pairs[place] for place in rest]):
        at = np.array(rest)[some]
        chosen = [pairs[place] for place in at]
        for name, part in parts.items():
            if name != "dot":
                part.append((at, getattr(estimates, name)))
        parts["dot"].append((at, _dot(chosen, estimates.squares)))
        outliers[at] = estimates.outliers
    nine = exactly(np.zeros((len(pairs), len(CHANGE_CLASSES))))
    columns = {
        name: scattered(found, nine if name == "classes" else empty)
        for name, found in parts.items()
    }
    return PairStatistics(
        n=np.array([min(finite_count(one), finite_count(two)) for one, two in pairs], float),
        of_before=np.array([_counted(one) for one, _ in pairs], float),
        of_after=np.array([_counted(two) for _, two in pairs], float),
        before=_squares_before(pairs, kinds, base_id),
        after=np.array([two.totals.sum_squares for _, two in pairs], float),
        outliers=outliers,
        **columns,
    )


def _exact(pairs: Sequence[Pair], kind: str, base_id: str) -> ExactPairs:
    if kind == "values":
        return exact_pairs.from_values(pairs)
    if kind == "totals":
        return exact_pairs.from_totals([after.reference[base_id] for _, after in pairs])
    return exact_pairs.of_equals([before for before, _ in pairs])


def _dot(pairs: Sequence[Pair], squares: Estimates) -> Estimates:
    """Σab = (Σa² + Σb² − ΣΔ²) / 2."""
    norms = np.array([a.totals.sum_squares + b.totals.sum_squares for a, b in pairs])
    return Estimates(
        (norms - squares.value) / 2,
        (norms - squares.high) / 2,
        (norms - squares.low) / 2,
        squares.certainty,
    )


def _spread(found: PairStatistics, at: NDArray[np.int64], size: int) -> PairStatistics:
    """The statistics in the places `at` of `size`, nothing elsewhere."""
    rank = np.zeros(size, np.int64)
    rank[at] = 1
    ends = np.cumsum(rank)
    return found.combined(np.column_stack([ends - rank, ends]))


def _squares_before(pairs: Sequence[Pair], kinds: Sequence[str], base_id: str) -> Floats:
    """Σb² of each pair; where b was compared with its batch norm folded in, that of these values.

    ΣΔ² = Σa² + Σb² − 2Σab, of which all others are known.
    """
    before = np.array([one.totals.sum_squares for one, _ in pairs], float)
    for place, ((_, after), kind) in enumerate(zip(pairs, kinds, strict=True)):
        if kind == "totals":
            pair = after.reference[base_id]
            compared = pair.sum_squares - after.totals.sum_squares + 2 * pair.dot
            if abs(compared - before[place]) > _ROUNDING * before[place]:
                before[place] = max(compared, 0.0)
    return before
