"""What instances can be sliced by: labels, attributes, the base's answer and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Floats, Ints, Truth

_BINS = 5
# So few numbers are levels themselves.
_FEW = 8
# An attribute with more texts than this is a name of instances rather than of slices.
MOST_LEVELS = 1000


class Grouping(NamedTuple):
    """Row `rows[i]` is in the group `codes[i]` of `n` groups; rows may be in several, or none."""

    rows: Ints
    codes: Ints
    n: int


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to slice N rows: `codes` (k,) into `texts`, NONE for none; `rows` None: k = N."""

    id: str
    name: str
    texts: Sequence[str]
    codes: Ints
    rows: Ints | None = None
    numeric: bool = False

    @property
    def overlapping(self) -> bool:
        """Whether a row can be in several levels."""
        return self.rows is not None

    def grouping(self, chosen: Bools) -> Grouping:
        """The levels of the rows `chosen` (N,)."""
        there = chosen if self.rows is None else chosen[self.rows]
        kept = np.flatnonzero(there & (self.codes != NONE))
        rows = kept if self.rows is None else self.rows[kept]
        return Grouping(rows, self.codes[kept], len(self.texts))

    def counts(self) -> Ints:
        """How many rows are in each level."""
        return np.bincount(self.codes - NONE, minlength=len(self.texts) + 1)[1:]

    def level(self, level: int, n: int) -> Bools:
        """The rows (n,) in one level."""
        found = np.zeros(n, bool)
        grouping = self.grouping(np.ones(n, bool))
        found[grouping.rows[grouping.codes == level]] = True
        return found


def dimensions_of(truth: Truth, base: Evaluation | None) -> list[Dimension]:
    """All there are: the label first, then attributes, the base's answer and confidence."""
    found = []
    if truth.memberships is not None:
        rows, members = np.nonzero(truth.memberships)
        found.append(Dimension("label", "label", truth.classes, members, rows))
    elif truth.kind == "classes" and truth.labels is not None:
        found.append(Dimension("label", "label", truth.classes, truth.labels))
    if truth.numbers is not None:
        found.append(_numeric("label", "target", truth.numbers))
    for name, values in truth.attributes.items():
        if isinstance(values, tuple):
            codes, texts = values
            if len(texts) <= MOST_LEVELS:
                found.append(Dimension(f"attribute/{name}", name, texts, codes))
        else:
            found.append(_numeric(f"attribute/{name}", name, values))
    if base is not None and truth.kind == "classes" and base.answers is not None:
        found.append(Dimension("predicted", "base's prediction", truth.classes, base.answers))
    if base is not None and base.confidence is not None:
        found.append(_numeric("confidence", "base's confidence", base.confidence))
    return [dimension for dimension in found if len(dimension.texts)]


def crossed(one: Grouping, other: Grouping, n_rows: int) -> Grouping:
    """Every pair of levels that a row is in, as one.codes * other.n + other.codes."""
    order = np.argsort(other.rows, kind="stable")
    codes = other.codes[order]
    starts = np.searchsorted(other.rows[order], np.arange(n_rows + 1))
    counts = np.diff(starts)[one.rows]
    first = np.repeat(np.arange(len(one.rows)), counts)
    within = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    second = codes[np.repeat(starts[one.rows], counts) + within]
    return Grouping(one.rows[first], one.codes[first] * other.n + second, one.n * other.n)


def _numeric(id: str, name: str, values: Floats) -> Dimension:
    """Numbers by their quintiles; few distinct ones by themselves. NaN is in no level."""
    known = np.isfinite(values)
    finite = values[known]
    distinct = _few_distinct(finite)
    if distinct is not None:
        codes = np.searchsorted(distinct, values).astype(np.int32)
        texts = [_text(value) for value in distinct.tolist()]
    else:
        low, *inner, high = np.quantile(finite, np.arange(_BINS + 1) / _BINS).tolist()
        inner = sorted({each for each in inner if each > low})
        # How many edges are not above it; a binary search takes longer for so few.
        codes = np.zeros(len(values), np.int32)
        for edge in inner:
            codes += values >= edge
        ends = map(_text, (low, *inner, high))
        texts = [f"{start} to {end}" for start, end in pairwise(ends)]
    return Dimension(id, name, texts, np.where(known, codes, NONE), numeric=True)


def _text(value: float) -> str:
    """Four significant digits, with a true minus: a hyphen reads as the dash of a range."""
    return f"{value:.4g}".replace("-", "−")


def _few_distinct(values: Floats) -> Floats | None:
    """The distinct values, ascending, where there are few."""
    # Most columns show already at their beginning that they have many.
    for part in (values[:1000], values):
        distinct = np.unique(part)
        if len(distinct) > _FEW:
            return None
    return distinct
