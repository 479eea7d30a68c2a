"""Σ|Δ| and bounds of max |Δ| of two tensors, from the sample, exact sums and ΣΔ².

For Σ|Δ|, of three estimates the one that the sample makes most precise is taken:

- the mean of |Δ|, as the share of values that changed times how much those did;
- the mean of |Δ| by regression on |a| and |b|, whose means over the tensor are known (Cochran,
  "Sampling techniques", 1977, chapter 7), where enough values changed;
- |Σ|b| − Σ|a||, which is exact, and the mean of what |Δ| has beyond ||b| − |a||, never less than 0.
  Where values were only pruned, or few outliers were added, that is next to nothing.

Rare large changes may all be missed by a sample, but not by ΣΔ² of the CountSketch. What that has
beyond the sample lies in at most 3/k of the values (rule of three), hence adds at most
√(3n/k · excess) to Σ|Δ| (Cauchy–Schwarz). In the same way, ΣΔ² and the share of values that changed
bound Σ|Δ| from above. ΣΔ² / max|Δ| is a lower bound in any case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import AT_LEAST, ESTIMATE, Estimates, Floats
from tensorboard_cnc.analysis.layers.sample_pairs import SamplePairs, share_interval

_Z = 1.959963984540054
# Of so many values in k none was seen, with a probability of 5 %.
_RULE_OF_THREE = 3.0
# Above so many standard errors, sample and CountSketch disagree.
_DISAGREE = 3.0
# Fewer changed values than this tell little of how they spread, or of what they depend on.
_FEW, _ENOUGH = 10, 30
# The relative error of a sum of float64.
_SUMMING = 2.0**-44


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
    in_sample = _means(np.square(pairs.change), k)
    value, low, high = _of_mean(pairs, k)
    excess = squares.high / n - np.maximum(in_sample.mean - _Z * in_sample.error, 0)
    high = high + np.sqrt(_RULE_OF_THREE / k * np.maximum(excess, 0))
    share = share_interval(np.count_nonzero(pairs.change, axis=1), k)[1]
    high = np.minimum(high, np.sqrt(share * squares.high / n))
    blur = _blur(pairs, k)
    missed = squares.low / n > in_sample.mean + _DISAGREE * in_sample.error
    least = np.maximum(_of_sums(pairs), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        least = np.maximum(least, np.where(most > 0, squares.low / most, 0))
    upper = np.minimum(np.sqrt(n * squares.high), pairs.sum_before + pairs.sum_after)
    upper = np.maximum(upper, least)
    ends = (value, low - np.minimum(blur, low), high + blur)
    value, low, high = (np.clip(n * end, least, upper) for end in ends)
    value = np.where(missed, low, np.clip(value, low, high))
    certainty = np.where(missed, AT_LEAST, ESTIMATE).astype(np.uint8)
    return Estimates(value, low, high, certainty), missed


def _of_mean(pairs: SamplePairs, k: Floats) -> tuple[Floats, Floats, Floats]:
    """The mean of |Δ| and its interval, by the most precise of three estimates."""
    plain = _means(pairs.change, k)
    value, (low, high) = plain.mean, _interval(plain, k)
    known = (pairs.sum_after - pairs.sum_before) / pairs.n
    before, after = pairs.sizes
    longer = np.sign(known)[:, None] * (after - before)
    beyond = _means(np.maximum(pairs.change - longer, 0), k)
    base, (least, most) = np.abs(known), _interval(beyond, k)
    better = most - least < high - low
    value = np.where(better, base + beyond.mean, value)
    low, high = np.where(better, base + least, low), np.where(better, base + most, high)
    fitted = _regression(pairs, k)
    better = (plain.present >= _ENOUGH) & (2 * _Z * fitted.error < 0.75 * (high - low))
    value = np.where(better, fitted.mean, value)
    low = np.where(better, fitted.mean - _Z * fitted.error, low)
    return value, low, np.where(better, fitted.mean + _Z * fitted.error, high)


def _means(values: Floats, k: Floats) -> _Means:
    mean = values.sum(axis=1) / k
    spread = np.maximum(np.square(values).sum(axis=1) / k - mean**2, 0)
    error = np.sqrt(spread / np.maximum(k - 1, 1))
    return _Means(mean, error, np.count_nonzero(values, axis=1).astype(float))


def _interval(plain: _Means, k: Floats) -> tuple[Floats, Floats]:
    """Of a mean: of the share of values that changed, and of how much those did."""
    present = np.maximum(plain.present, 1)
    low, high = share_interval(present, k)
    share = present / k
    # Squared relative error of the mean of what is present, out of that of all.
    relative = np.where(plain.mean > 0, plain.error / np.maximum(plain.mean, 1e-300), 0)
    inner = np.maximum(relative**2 - (1 - share) / present, 0)
    inner = np.where(present < _FEW, np.maximum(inner, 1 / present), inner)
    below = np.square(np.log(np.maximum(low, 1e-12) / share))
    above = np.square(np.log(high / share))
    ratio = _Z**2 * inner
    return plain.mean * np.exp(-np.sqrt(below + ratio)), plain.mean * np.exp(np.sqrt(above + ratio))


def _regression(pairs: SamplePairs, k: Floats) -> _Means:
    """The mean of |Δ| by regression on |a| and |b|, whose means over the tensor are known."""
    (a, b), change = pairs.sizes, pairs.change
    centred = [each - each.sum(axis=1, keepdims=True) / k[:, None] for each in (a, b, change)]
    stacked = np.stack(centred, axis=1)
    moments = stacked @ stacked.transpose(0, 2, 1) - _of_padding(centred, pairs)
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
    raw = (*pairs.sizes, pairs.change)
    offsets = np.stack([c[:, 0] - r[:, 0] for c, r in zip(centred, raw, strict=True)], axis=1)
    return pairs.excluded[:, None, None] * offsets[:, :, None] * offsets[:, None, :]


def _blur(pairs: SamplePairs, k: Floats) -> Floats:
    """By how much the rounding of stored values can move the mean of |Δ|.

    Of a change much larger than its rounding, errors cancel; of a smaller one, |Δ| is unknown.
    """
    if not pairs.rounding.any():
        return np.zeros(len(pairs.n))
    error = pairs.error
    found: Floats = np.where(pairs.change < 2 * error, error, 0).sum(axis=1) / k
    return found


def largest_change(
    pairs: SamplePairs, squares: Estimates, ends: tuple[Floats, Floats, Floats, Floats]
) -> Estimates:
    """A lower bound of max |Δ| (t,): what the sample, the extremes, Σ|Δ| or ΣΔ² say at least.

    What rounding may add is taken off. ΣΔ² is an estimate: of its root's lower end half counts,
    which no sketch exceeds by chance, since it nears max |Δ| only where all values change alike.

    `ends`: minimum and maximum before, minimum and maximum after.
    """
    low_before, high_before, low_after, high_after = ends
    known = [
        np.max(pairs.change - pairs.error, axis=1, initial=0),
        _apart(pairs, low_before, low_after),
        _apart(pairs, high_before, high_after),
        _of_sums(pairs) / pairs.n,
        np.sqrt(np.maximum(squares.low, 0) / pairs.n) / 2,
    ]
    widest = np.maximum(np.abs(low_before), np.abs(high_before))
    widest = widest + np.maximum(np.abs(low_after), np.abs(high_after))
    most = np.maximum(largest_possible(ends), 0) + pairs.resolution * widest
    least = np.minimum(np.max(known, axis=0), most)
    return Estimates(least, least, most, np.full(len(least), AT_LEAST, np.uint8))


def _apart(pairs: SamplePairs, before: Floats, after: Floats) -> Floats:
    """By how much two extremes differ at least; 0 where they may be of other positions."""
    rounding = pairs.resolution * (np.abs(before) + np.abs(after))
    found: Floats = np.where(pairs.finite, np.abs(after - before) - rounding, 0)
    return found


def _of_sums(pairs: SamplePairs) -> Floats:
    """|Σ|b| − Σ|a||, which Σ|Δ| is at least, less what rounding may add; 0 as in `_apart`."""
    rounding = (pairs.resolution + _SUMMING) * (pairs.sum_before + pairs.sum_after)
    apart = np.abs(pairs.sum_after - pairs.sum_before) - rounding
    found: Floats = np.where(pairs.finite, apart, 0)
    return found


def largest_possible(ends: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """The largest |Δ| that the extremes of both tensors allow."""
    low_before, high_before, low_after, high_after = ends
    found: Floats = np.maximum(high_after - low_before, high_before - low_after)
    return found
