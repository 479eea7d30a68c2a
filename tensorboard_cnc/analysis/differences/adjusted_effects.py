"""What each variable does to a metric while the others are held: an additive least-squares fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.differences.least_squares import (
    ROUNDING,
    Fit,
    Floats,
    added,
    contrast_of,
    fitted,
)
from tensorboard_cnc.analysis.differences.variables import Variable
from tensorboard_cnc.analysis.distributions import t_975

Ints: TypeAlias = NDArray[np.int64]
Values = Mapping[str, float]

# Those of fewest columns are held: the cost of a fit grows with the cube of its columns.
_MOST_HELD = 16
_MOST_COLUMNS = 40
# A number of more values counts by its rank and the rank's square, not value by value.
_MOST_STEPS = 8
# An interval of fewer degrees of freedom tells no more than that errors were taken to be normal.
_LEAST_FREEDOM = 3


class AdjustedEffect(NamedTuple):
    """What one variable does to one metric, all else held."""

    variable: str
    # Of the metric's variance, what it adds to all else; None where all else tells it too.
    share: float | None
    # From the lowest to the highest number, or from the first to the second of two levels.
    before: int | None = None
    after: int | None = None
    # The difference of the plain means at these levels, whatever else differs.
    plain: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class MetricFit:
    """The effects of all variables that are held in one model of the metric."""

    # So many models have the metric; degrees of freedom that are left for the spread.
    models: int
    freedom: int
    # Share of the metric's variance that all held variables explain, corrected for their number.
    explained: float
    effects: tuple[AdjustedEffect, ...]


def adjusted_effects(
    variables: Sequence[Variable], values: Sequence[Values]
) -> dict[str, MetricFit]:
    """By metric, its fit; a metric that one model has, or that is the same in all, has none."""
    having: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name in dict.fromkeys(name for of_model in values for name in of_model):
        having[tuple(m for m, of_model in enumerate(values) if name in of_model)].append(name)
    codes = [np.array(variable.of) for variable in variables]
    found: dict[str, MetricFit] = {}
    for models, names in having.items():
        if variables and len(models) > 1:
            y = np.array([[values[model][name] for name in names] for model in models])
            held = _held(variables, [of[list(models)] for of in codes])
            fits = _fits(held, y)
            found.update({names[metric]: fit for metric, fit in fits.items()})
    return found


class _Term:
    """A variable as columns: indicators of all its levels but the first, or its rank."""

    def __init__(self, variable: Variable, of: Ints) -> None:
        self.variable, self.of = variable, of
        self.present = np.flatnonzero(np.bincount(of))
        self.given = [level for level in self.present if not variable.levels[level].absent]
        self.ranked = variable.numeric and len(self.given) > _MOST_STEPS
        absent = len(self.present) - len(self.given)
        self.width = absent + 2 if self.ranked else len(self.present) - 1

    def by_level(self) -> Floats:
        """The columns (levels, width) before each model takes those of its level."""
        columns = np.zeros((len(self.variable.levels), self.width))
        if self.ranked:
            rank = np.linspace(-1.0, 1.0, len(self.given))
            columns[self.given, -2], columns[self.given, -1] = rank, rank**2
            singled = [level for level in self.present if self.variable.levels[level].absent]
        else:
            singled = list(self.present[1:])
        columns[singled, np.arange(len(singled))] = 1.0
        return columns

    def ends(self) -> tuple[int, int] | None:
        """The levels between which a change is told."""
        if self.variable.numeric and len(self.given) > 1:
            return int(self.given[0]), int(self.given[-1])
        return (int(self.present[0]), int(self.present[1])) if len(self.present) == 2 else None


def _held(variables: Sequence[Variable], codes: Sequence[Ints]) -> list[_Term]:
    """The variables that can be held at once; which, does not depend on any metric."""
    terms = [_Term(variable, of) for variable, of in zip(variables, codes, strict=True)]
    room = min(_MOST_COLUMNS, len(codes[0]) - 1)
    held: list[_Term] = []
    # Whether a step is there goes before its parameters, which tell it too.
    for term in sorted(terms, key=lambda term: (term.width, bool(term.variable.nested_in))):
        if 0 < term.width <= room and len(held) < _MOST_HELD:
            room -= term.width
            held.append(term)
    return held


def _fits(held: Sequence[_Term], y: Floats) -> dict[int, MetricFit]:
    """By column of `y` (models, metrics), its fit."""
    centred = y - y.mean(axis=0)
    scale = np.abs(centred).max(axis=0)
    varies = scale > ROUNDING * np.abs(y).max(axis=0)
    metrics = np.flatnonzero(varies)
    y, centred, scale = y[:, varies], centred[:, varies] / scale[varies], scale[varies]
    levels = [term.by_level() for term in held]
    columns = [by_level[term.of] for term, by_level in zip(held, levels, strict=True)]
    columns = [column - column.mean(axis=0) for column in columns]
    whole = (centred**2).sum(axis=0)
    fit = fitted(columns, centred)
    freedom = len(y) - 1 - fit.rank
    spread = np.maximum(whole - fit.squares, 0.0) / freedom if freedom else np.zeros(len(whole))
    explained = _shares(fit.squares, fit.rank, spread, whole)
    effects: list[list[AdjustedEffect]] = [[] for _ in metrics]
    for place, term in enumerate(held):
        judged, own = _without_nested(place, held, columns, centred, fit)
        squares, degrees = added(judged, own)
        shares = _shares(squares, degrees, spread, whole) if degrees else [None] * len(metrics)
        ends = term.ends()
        contrast = levels[place][ends[1]] - levels[place][ends[0]] if ends else None
        told = contrast_of(judged, own, contrast) if contrast is not None else None
        plain = _plain(term, ends, y)
        for metric, of_metric in enumerate(effects):
            effect = AdjustedEffect(term.variable.id, shares[metric])
            if ends:
                effect = effect._replace(before=ends[0], after=ends[1], plain=float(plain[metric]))
            if told:
                change, size = float(told[0][metric]), float(scale[metric])
                error = float(np.sqrt(told[1] * spread[metric]))
                effect = _changed(effect, change, error, size, freedom)
            of_metric.append(effect)
    return {
        int(metric): MetricFit(len(y), freedom, explained[place], tuple(effects[place]))
        for place, metric in enumerate(metrics)
    }


def _shares(squares: Floats, degrees: int, spread: Floats, whole: Floats) -> list[float]:
    """Shares of the variance, less what as many columns of nothing would have taken (epsilon²)."""
    shares = np.clip((squares - degrees * spread) / whole, 0.0, 1.0)
    return [round(share, 9) for share in shares.tolist()]


def _without_nested(
    place: int, held: Sequence[_Term], columns: Sequence[Floats], y: Floats, fit: Fit
) -> tuple[Fit, slice]:
    """The fit that a term is judged in, and its columns there.

    Whether a step is there is judged without the step's parameters, which tell it too.
    """
    among = [
        other for other, term in enumerate(held) if not _nested(term.variable, held[place].variable)
    ]
    if len(among) < len(held):
        fit = fitted([columns[other] for other in among], y)
    start = sum(held[other].width for other in among if other < place)
    return fit, slice(start, start + held[place].width)


def _nested(one: Variable, other: Variable) -> bool:
    """Whether `one` is a parameter of the steps whose presence is `other`."""
    return (
        other.kind in ("step", "alternatives")
        and one.kind in ("parameter", "parents")
        and set(one.steps) <= set(other.steps)
    )


def _plain(term: _Term, ends: tuple[int, int] | None, y: Floats) -> Floats:
    if not ends:
        return np.zeros(y.shape[1])
    before, after = (y[term.of == end].mean(axis=0) for end in ends)
    change: Floats = after - before
    return change


def _changed(
    effect: AdjustedEffect, change: float, error: float, size: float, freedom: int
) -> AdjustedEffect:
    """With the change and its interval, both in units of `size`."""
    if abs(change) < ROUNDING:
        change = 0.0
    effect = effect._replace(change=change * size)
    if freedom < _LEAST_FREEDOM:
        return effect
    reach = t_975(freedom) * error
    return effect._replace(low=(change - reach) * size, high=(change + reach) * size)
