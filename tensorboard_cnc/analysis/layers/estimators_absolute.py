"""Σ|Δ| of two tensors, from the coordinated sample, exact sums and ΣΔ².

The mean of |Δ| over the sample, corrected by what is known exactly: |a| and |b| vary with |Δ|, and
their means over the whole tensor are known (regression estimator: Cochran, "Sampling
techniques", 1977, chapter 7). Where values were only pruned it leaves no error at all.

Rare large changes may all be missed by a sample, but not by ΣΔ² of the CountSketch. What that has
beyond the sample lies in at most 3/k of the values (rule of three), hence adds at most
√(3n/k · excess) to Σ|Δ| (Cauchy–Schwarz), and at least excess / max|Δ|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import AT_LEAST, ESTIMATE, Estimates, Floats
from tensorboard_cnc.analysis.layers.proportions import share_interval
from tensorboard_cnc.analysis.layers.sample_pairs import SamplePairs

_Z = 1.959963984540054
# Of so many values in k none was seen, with a probability of 5 %.
_RULE_OF_THREE = 3.0
# Above so many standard errors, sample and CountSketch disagree.
_DISAGREE = 3.0
# Fewer changed values than this tell little of how they spread.
_FEW = 10


@dataclass(frozen=True, slots=True, eq=False)
class _Means:
    """Of one quantity over the sample: mean, standard error, and how many values are not 0."""

    mean: Floats
    error: Floats
    present: Floats


def absolute_change(
    pairs: SamplePairs, squares: Estimates, most: Floats
) -> tuple[Estimates, NDArray[np.bool_]]:
    """Σ|Δ| (t,), and where a few weights changed a lot, bool (t,).

    `squares`: ΣΔ² (t,); `most`: the largest |Δ| that the extremes of both tensors allow (t,).
    """
    n, k = pairs.n, np.maximum(pairs.k, 1)
    change = np.abs(pairs.after - pairs.before)
    plain, corrected = _means(change, k), _regression(pairs, change, k)
    low, high = _interval(plain, k)
    sure = corrected.error < 0.75 * plain.error
    value = np.where(sure, corrected.mean, plain.mean)
    low = np.where(sure, corrected.mean - _Z * corrected.error, low)
    high = np.where(sure, corrected.mean + _Z * corrected.error, high)
    blur = _blur(pairs, change, k)
    in_sample = _means(np.square(change), k)
    seen = np.maximum(in_sample.mean - _Z * in_sample.error, 0)
    excess = np.maximum(squares.high / n - seen, 0)
    high = high + np.sqrt(_RULE_OF_THREE / k * excess) + blur
    low = np.maximum(low - np.minimum(blur, low), 0)
    missed = squares.low / n > in_sample.mean + _DISAGREE * in_sample.error
    least = np.abs(pairs.sum_after - pairs.sum_before)
    with np.errstate(invalid="ignore", divide="ignore"):
        least = np.maximum(least, np.where(most > 0, squares.low / most, 0))
    upper = np.minimum(np.sqrt(n * squares.high), pairs.sum_before + pairs.sum_after)
    upper = np.maximum(upper, least)
    value, low, high = (np.clip(n * each, least, upper) for each in (value, low, high))
    value = np.where(missed, low, np.clip(value, low, high))
    certainty = np.where(missed, AT_LEAST, ESTIMATE).astype(np.uint8)
    return Estimates(value, low, high, certainty), missed


def _means(values: Floats, k: Floats) -> _Means:
    mean = values.sum(axis=1) / k
    spread = np.maximum(np.square(values).sum(axis=1) / k - mean**2, 0)
    error = np.sqrt(spread / np.maximum(k - 1, 1))
    return _Means(mean, error, np.count_nonzero(values, axis=1).astype(float))


def _interval(plain: _Means, k: Floats) -> tuple[Floats, Floats]:
    """Of a mean: of the share of values that changed, and of how much those did."""
    present = np.maximum(plain.present, 1)
    low, high = share_interval(plain.present, k)
    share = plain.present / k
    # Squared relative error of the mean of what is present, out of that of all.
    relative = np.where(plain.mean > 0, plain.error / np.maximum(plain.mean, 1e-300), 0)
    inner = np.maximum(relative**2 - (1 - share) / present, 0)
    inner = np.where(plain.present < _FEW, np.maximum(inner, 1 / present), inner)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.square(np.log(np.where(low > 0, low, np.nan) / share))
        above = np.square(np.log(high / share))
    ratio = _Z**2 * inner
    lower = np.nan_to_num(plain.mean * np.exp(-np.sqrt(below + ratio)))
    upper = np.where(plain.present > 0, plain.mean * np.exp(np.sqrt(above + ratio)), 0)
    return lower, upper


def _regression(pairs: SamplePairs, change: Floats, k: Floats) -> _Means:
    """The mean of |Δ| by regression on |a| and |b|, whose means over the tensor are known."""
    a, b = np.abs(pairs.before), np.abs(pairs.after)
    centred = [each - each.sum(axis=1, keepdims=True) / k[:, None] for each in (a, b, change)]
    moments = np.einsum("itk,jtk->tij", centred, centred)
    moments = moments - _of_padding(centred, pairs)
    ridge = 1e-9 * np.trace(moments[:, :2, :2], axis1=1, axis2=2) + 1e-300
    inner = moments[:, :2, :2] + ridge[:, None, None] * np.eye(2)
    slopes = np.linalg.solve(inner, moments[:, :2, 2:])[:, :, 0]
    known = np.stack([pairs.sum_before, pairs.sum_after], axis=1) / pairs.n[:, None]
    sampled = np.stack([a.sum(axis=1), b.sum(axis=1)], axis=1) / k[:, None]
    mean = change.sum(axis=1) / k + (slopes * (known - sampled)).sum(axis=1)
    left = moments[:, 2, 2] - (slopes * moments[:, :2, 2]).sum(axis=1)
    error = np.sqrt(np.maximum(left, 0) / np.maximum(k - 3, 1) / k)
    return _Means(mean, error, k)


def _of_padding(centred: list[Floats], pairs: SamplePairs) -> Floats:
    """What the positions that are not finite, stacked as zeros, add to the moments."""
    if not pairs.excluded.any():
        return np.zeros((len(pairs.n), 3, 3))
    raw = (np.abs(pairs.before), np.abs(pairs.after), np.abs(pairs.after - pairs.before))
    offsets = np.stack([c[:, 0] - r[:, 0] for c, r in zip(centred, raw, strict=True)], axis=1)
    return pairs.excluded[:, None, None] * offsets[:, :, None] * offsets[:, None, :]


def _blur(pairs: SamplePairs, change: Floats, k: Floats) -> Floats:
    """By how much the rounding of stored values can move the mean of |Δ|.

    Of a change much larger than its rounding, errors cancel; of a smaller one, |Δ| is unknown.
    """
    if not pairs.rounding.any():
        return np.zeros(len(pairs.n))
    error = pairs.rounding[:, None] * (np.abs(pairs.before) + np.abs(pairs.after))
    found: Floats = np.where(change < 2 * error, error, 0).sum(axis=1) / k
    return found
