"""The level "slices": means and changes of every slice, a column for each model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors import estimates
from tensorboard_cnc.analysis.behaviors.counts import with_flip
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, Grouping, crossed
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.behaviors.slices import (
    SMALL,
    SliceChanges,
    SliceMeans,
    loss,
    most_harmed_first,
    slice_changes,
    slice_means,
)
from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg
from tensorboard_cnc.analysis.retraining import retrained
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.rows import chosen_by_outcome, filtered_rows
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import BadRequestError, numbers
from tensorboard_cnc.plugin.shared_work import while_wanted

_KINDS = "harm, harm:KEY, n, level, value:KEY, change:KEY, p:KEY"
_SEEDS = (
    "Trained again, so seeds tell the two apart as well: no test, and the intervals hold the "
    "sample's error alone. What is harmed more than the rest is tested with seeds in it."
)
# More cells than these are not computed at a time.
_MOST_GROUPS = 1_000_000


_Numbers: TypeAlias = list[float | None]


class _Kind(TypedDict):
    """What a measure's values are like, and how they were sampled."""

    rate: bool
    loss: bool
    sampled: Ints | None


@dataclass(frozen=True, slots=True)
class _Side:
    """One model over all groups; changes and flips are None for the base."""

    means: SliceMeans
    changes: SliceChanges | None
    negative: Ints | None
    positive: Ints | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What all groups can be sorted by: their sides by model, p as it is shown, and their sizes."""

    comparison: Comparison
    measure: Measure
    sides: Mapping[str, _Side]
    p: Mapping[str, Floats]
    counts: Ints


def slice_table(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.SliceTable:
    """The slices of the instances that the filter leaves, by one or two dimensions.

    Raises:
      BadRequestError: 400, there is nothing to slice by, or too much; 404, no such dimension.
    """
    comparison = comparisons.selection
    measure = comparison.measure(question.measure)
    if measure is None:
        raise BadRequestError(400, "The models have no measure on this data set")
    rows = filtered_rows(comparison, question.filter)
    dimensions = _dimensions(comparison, question.by)
    there, groups = _occupied(_groups(dimensions, rows, comparison.truth.n))
    logged = while_wanted(comparison.logged)
    sides = {key: _side(comparison, key, measure, groups) for key in logged}
    counts = np.bincount(groups.codes, minlength=groups.n)
    hint = chosen_by_outcome(comparison, question.filter, [each.id for each in dimensions])
    changes = {key: side.changes for key, side in sides.items() if side.changes is not None}
    # Of each model, whether seeds tell it from the base too.
    seeded = {key: retrained(comparisons.catalog, comparison.models[0], key) for key in changes}
    p = {
        key: np.full(groups.n, np.nan) if seeded[key] or hint is not None else each.p
        for key, each in changes.items()
    }
    every = np.stack(list(p.values()) or [np.empty(0)])
    q = dict(zip(p, benjamini_hochberg(every), strict=False))
    order, left_out = _large(
        _order(_Found(comparison, measure, sides, p, counts), question), counts, question.least
    )
    page = order[question.offset : question.offset + question.limit]
    places = np.unravel_index(there[page], [len(each.texts) for each in dimensions])
    levels = np.stack(places, axis=1)
    shown = _Shown(comparison, measure, groups, page, tested=hint is None)
    found: wire.SliceTable = {
        "dataset": comparison.dataset,
        "measure": measure.id,
        "by": [each.id for each in dimensions],
        "n": len(order),
        "tests": int(np.count_nonzero(~np.isnan(every))),
        "offset": question.offset,
        "levels": levels.tolist(),
        "texts": [
            [d.texts[level] for d, level in zip(dimensions, row, strict=True)]
            for row in levels.tolist()
        ],
        "instances": counts[page].tolist(),
        "small": (counts[page] < SMALL).tolist(),
        "models": [
            shown.cells(
                key,
                sides.get(key),
                p.get(key),
                q.get(key),
                ratios=question.form == "ratio",
                seeded=seeded.get(key, False),
            )
            for key in while_wanted(comparison.models)
        ],
        "total": int(np.count_nonzero(rows)),
        "left_out": left_out,
    }
    if hint is not None:
        found["hint"] = hint
    return found


def _dimensions(comparison: Comparison, by: Sequence[str]) -> list[Dimension]:
    if len(by) > 2:
        raise BadRequestError(400, f"by names {len(by)} dimensions; slices have one or two")
    found = [comparison.dimension(id) for id in dict.fromkeys(by)] or comparison.dimensions[:1]
    if not found:
        raise BadRequestError(
            400,
            "There is nothing to slice by: log labels or attributes with cnc_summary.dataset, or "
            "choose a base with confidences",
        )
    if (cells := int(np.prod([len(each.texts) for each in found]))) > _MOST_GROUPS:
        raise BadRequestError(
            400, f"by gives {cells:,} slices, more than {_MOST_GROUPS:,}; choose one dimension"
        )
    return found


def _groups(dimensions: Sequence[Dimension], chosen: Bools, n: int) -> Grouping:
    first, *second = (each.grouping(chosen) for each in dimensions)
    return crossed(first, second[0], n) if second else first


def _occupied(groups: Grouping) -> tuple[Ints, Grouping]:
    """The codes of the groups that hold any row, and the grouping with only these."""
    held = np.bincount(groups.codes, minlength=groups.n) > 0
    there = np.flatnonzero(held)
    places = np.cumsum(held) - 1
    return there, Grouping(groups.rows, places[groups.codes], len(there))


def _side(comparison: Comparison, key: str, measure: Measure, groups: Grouping) -> _Side:
    column, base = comparison.column(key, measure), comparison.base
    of = _Kind(rate=measure.rate, loss=measure.loss, sampled=comparison.truth.groups)
    means = slice_means(column, groups, **of)
    first = comparison.models[0]
    if key == first or base is None:
        return _Side(means, None, None, None)
    changes = None
    if not measure.pairwise:
        changes = slice_changes(column, comparison.column(first, measure), groups, **of)
    model = comparison.evaluation(key)
    if base.correct is None or model.correct is None:
        return _Side(means, changes, None, None)
    flips = (with_flip(base, model, flip)[groups.rows] for flip in ("negative", "positive"))
    negative, positive = (np.bincount(groups.codes[f], minlength=groups.n) for f in flips)
    return _Side(means, changes, negative, positive)


def _order(found: _Found, question: BehaviorsQuestion) -> Ints:
    """The groups as asked for; unknown values last."""
    there = np.arange(len(found.counts))
    by = _sorted_by(found, question.order)
    if by is None:
        return there[::-1] if question.descending else there
    values = np.asarray(by, float)
    return np.argsort(-values if question.descending else values, kind="stable")


def _large(order: Ints, counts: Ints, least: int) -> tuple[Ints, int]:
    """The groups of at least so many rows, or all where none has them; how many are left out."""
    large = order[counts[order] >= least]
    return (large, len(order) - len(large)) if len(large) else (order, 0)


def _sorted_by(found: _Found, sort: str) -> NDArray[Any] | None:
    """What to sort by, ascending; None for the order of the levels."""
    kind, _, key = (sort or "harm").partition(":")
    if kind == "n":
        return found.counts
    if kind == "level":
        return None
    if kind not in ("harm", "value", "change", "p"):
        raise BadRequestError(400, f"sort={sort[:80]} is not one of {_KINDS}")
    if kind == "harm" and not key:
        return _harm_ranks(found, found.sides)
    found.comparison.evaluation(key)
    side = found.sides[key]
    if kind == "harm":
        return _harm_ranks(found, [key])
    if kind == "value":
        return side.means.mean
    if side.changes is None:
        return np.full(len(found.counts), np.nan)
    return side.changes.mean if kind == "change" else found.p[key]


def _harm_ranks(found: _Found, keys: Iterable[str]) -> Ints:
    """The place of each group among all, 0 for the one in which these models lost most."""
    losses = []
    for key in keys:
        side = found.sides[key]
        if side.changes is not None or found.measure.pairwise:
            size = (side.changes or side.means).mean
            losses.append((loss(size, found.measure.goal), found.counts >= SMALL))
    ranks = np.empty(len(found.counts), int)
    ranks[most_harmed_first(losses, len(ranks))] = np.arange(len(ranks))
    return ranks


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page of the groups; `tested`: changes have intervals and tests."""

    comparison: Comparison
    measure: Measure
    groups: Grouping
    page: Ints
    tested: bool

    def cells(
        self,
        key: str,
        side: _Side | None,
        p: Floats | None,
        q: Floats | None,
        *,
        ratios: bool,
        seeded: bool,
    ) -> wire.SliceCells:
        """The columns of one model; of one that is `seeded` nothing is tested."""
        page, measure = self.page, self.measure
        cells = _no_cells(key, len(page))
        base = self.comparison.models[0]
        if side is None or (measure.pairwise and key == base):
            return cells
        low, high = side.means.interval(page)
        cells["n"] = side.means.n[page].tolist()
        cells["value"] = numbers(side.means.mean[page])
        cells["low"], cells["high"] = numbers(low), numbers(high)
        reason = side.means.reason
        if side.changes is not None:
            cells["change"] = numbers(side.changes.mean[page])
            reason = _SEEDS if seeded and self.tested else side.changes.reason
            if self.tested:
                low, high = side.changes.interval(page)
                cells["change_low"], cells["change_high"] = numbers(low), numbers(high)
            if ratios:
                cells["ratio"], cells["ratio_low"], cells["ratio_high"] = self._ratios(
                    key, seeded=seeded
                )
        if reason is not None:
            cells["reason"] = reason
        if p is not None and q is not None:
            cells["p"], cells["q"] = numbers(p[page]), numbers(q[page])
        if side.negative is not None and side.positive is not None:
            cells["negative"] = side.negative[page].tolist()
            cells["positive"] = side.positive[page].tolist()
        return cells

    def _ratios(self, key: str, *, seeded: bool) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Model / base of the means, and the ends of their intervals."""
        base, model = (
            self.comparison.column(each, self.measure) for each in (self.comparison.models[0], key)
        )
        order = np.argsort(self.groups.codes, kind="stable")
        ends = np.searchsorted(self.groups.codes[order], [self.page, self.page + 1])
        sampled = self.comparison.truth.groups
        found = []
        for start, end in ends.T.tolist():
            rows = self.groups.rows[order[start:end]]
            units = None if sampled is None else sampled[rows]
            of = {"rate": self.measure.rate, "loss": self.measure.loss}
            found.append(estimates.ratio(model[rows], base[rows], groups=units, **of))
        ends_shown = self.tested and not seeded
        return (
            numbers([each.value for each in found]),
            numbers([each.low if ends_shown else np.nan for each in found]),
            numbers([each.high if ends_shown else np.nan for each in found]),
        )


def _no_cells(key: str, rows: int) -> wire.SliceCells:
    nothing: list[None] = [None] * rows
    return {
        "key": key,
        "n": [0] * rows,
        "value": [*nothing],
        "low": [*nothing],
        "high": [*nothing],
        "change": [*nothing],
        "change_low": [*nothing],
        "change_high": [*nothing],
        "p": [*nothing],
        "q": [*nothing],
        "negative": [*nothing],
        "positive": [*nothing],
    }
