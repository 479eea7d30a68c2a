"""The measures of layers: each a function of the statistics of tensors or of sets of them.

docs/measures.md has their formulas and sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from tensorboard_cnc.analysis.layers.estimates import Estimates, Floats, exactly
from tensorboard_cnc.analysis.layers.local_errors import LocalErrors
from tensorboard_cnc.analysis.layers.own_statistics import OwnStatistics
from tensorboard_cnc.analysis.layers.pair_statistics import PairStatistics
from tensorboard_cnc.sketches.change_classes import ZERO_AFTER, ZERO_BEFORE, ZERO_BOTH

View: TypeAlias = Literal["weights", "sparsity", "activations"]
Goal: TypeAlias = Literal["max", "min"] | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of each tensor, of the pairs' statistics, the model's own, or of layers alone."""

    id: str
    label: str
    unit: str
    goal: Goal
    pairwise: bool
    views: tuple[View, ...]
    of_pairs: Callable[[PairStatistics], Estimates] | None = None
    of_own: Callable[[OwnStatistics], Estimates] | None = None
    of_local: Callable[[LocalErrors], Estimates] | None = None
    scale: Literal["linear", "log"] = "linear"


def measures_of(view: View) -> list[Measure]:
    """The measures that a view has, the most useful first."""
    return [measure for measure in MEASURES if view in measure.views]


def sqnr(pairs: PairStatistics) -> Estimates:
    """Signal to quantization noise, 10 log₁₀(Σ before² / ΣΔ²) dB; ∞ where nothing changed."""
    known = (pairs.n > 0) & (pairs.before > 0)
    signal = np.where(known, pairs.before, np.nan)
    with np.errstate(divide="ignore"):
        return pairs.squares.falling(lambda noise: 10 * np.log10(signal / noise))


def local_sqnr(local: LocalErrors) -> Estimates:
    """The same of layers that are given the inputs of the base's layers.

    A set has one only where each of its outputs has.
    """
    known = (local.missing == 0) & (local.n > 0) & (local.before > 0)
    with np.errstate(divide="ignore"):
        return exactly(10 * np.log10(np.where(known, local.before, np.nan) / local.squares))


def cosine(pairs: PairStatistics) -> Estimates:
    """Σ before·after / √(Σ before² · Σ after²)."""
    norms = np.sqrt(pairs.before * pairs.after)
    return pairs.dot.divided(norms).rising(lambda ends: np.clip(ends, -1, 1))


def relative_l2(pairs: PairStatistics) -> Estimates:
    """√(ΣΔ² / Σ before²)."""
    shares = pairs.squares.divided(np.where(pairs.n > 0, pairs.before, 0))
    return shares.rising(lambda ends: np.sqrt(np.maximum(ends, 0)))


def mse(pairs: PairStatistics) -> Estimates:
    """ΣΔ² / n."""
    return pairs.squares.divided(pairs.n)


def sum_abs(pairs: PairStatistics) -> Estimates:
    """Σ|Δ|."""
    return pairs.absolute.divided(np.where(pairs.n > 0, 1, 0))


def mean_abs(pairs: PairStatistics) -> Estimates:
    """Σ|Δ| / n."""
    return pairs.absolute.divided(pairs.n)


def max_abs(pairs: PairStatistics) -> Estimates:
    """Max |Δ|."""
    return pairs.largest.divided(np.where(pairs.n > 0, 1, 0))


def _class(index: int) -> Callable[[PairStatistics], Estimates]:
    return lambda pairs: _percent(pairs.classes[:, index].divided(pairs.n))


def _own(part: str, whole: str, factor: float = 100.0) -> Callable[[OwnStatistics], Estimates]:
    def of(own: OwnStatistics) -> Estimates:
        return exactly(factor * _ratio(getattr(own, part), getattr(own, whole)))

    return of


def _percent(of: Estimates) -> Estimates:
    return of.rising(lambda ends: 100 * np.clip(ends, 0, 1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return ratio


_VALUES: tuple[View, ...] = ("weights", "activations")
_WEIGHTS: tuple[View, ...] = ("weights",)
_SPARSITY: tuple[View, ...] = ("sparsity",)


def _pair(
    of: Callable[[PairStatistics], Estimates],
    label: str,
    unit: str,
    goal: Goal,
    scale: Literal["linear", "log"] = "log",
) -> Measure:
    return Measure(of.__name__, label, unit, goal, True, _VALUES, of_pairs=of, scale=scale)


def _of_own(
    identifier: str,
    label: str,
    unit: str,
    views: tuple[View, ...],
    of: Callable[[OwnStatistics], Estimates],
    goal: Goal = None,
) -> Measure:
    return Measure(identifier, label, unit, goal, False, views, of_own=of)


MEASURES: tuple[Measure, ...] = (
    _pair(sqnr, "SQNR", "dB", "max", "linear"),
    Measure(
        "local_sqnr",
        "SQNR of the layer alone",
        "dB",
        "max",
        True,
        ("activations",),
        of_local=local_sqnr,
    ),
    _pair(cosine, "Cosine similarity", "", "max", "linear"),
    _pair(relative_l2, "Relative L2 change", "", "min"),
    _pair(mse, "Mean squared change", "", "min"),
    _pair(mean_abs, "Mean |Δ|", "", "min"),
    _pair(sum_abs, "Σ|Δ|", "", "min"),
    _pair(max_abs, "max |Δ|", "", "min"),
    _of_own("sparsity", "Zeros", "%", ("sparsity", "activations"), _own("zeros", "n")),
    Measure("zero_both", "Zero in both", "%", None, True, _SPARSITY, of_pairs=_class(ZERO_BOTH)),
    Measure(
        "zero_after",
        "Zero in the model only",
        "%",
        None,
        True,
        _SPARSITY,
        of_pairs=_class(ZERO_AFTER),
    ),
    Measure(
        "zero_before",
        "Zero in the base only",
        "%",
        None,
        True,
        _SPARSITY,
        of_pairs=_class(ZERO_BEFORE),
    ),
    _of_own("dead", "Dead channels", "%", ("sparsity", "activations"), _own("dead", "channels")),
    _of_own("stuck", "Saturated units", "%", ("activations",), _own("stuck", "channels")),
    _of_own("two_four", "2:4 groups", "%", _SPARSITY, _own("two_four", "fours")),
    _of_own("four_eight", "4:8 groups", "%", _SPARSITY, _own("four_eight", "eights")),
    _of_own("bits", "Bits per weight, stored", "bit", _WEIGHTS, _own("stored", "n", 8), "min"),
    _of_own(
        "effective_bits",
        "Bits per weight, effective",
        "bit",
        ("weights", "sparsity"),
        _own("effective", "n", 8),
        "min",
    ),
    _of_own(
        "distinct",
        "Distinct values",
        "",
        _WEIGHTS,
        lambda own: exactly(np.where(own.counted > 0, own.distinct, np.nan)),
    ),
    _of_own("saturated", "Saturated values", "%", _WEIGHTS, _own("saturated", "coded"), "min"),
)
