"""Values by what was sampled: the image of several scans, a document, a user."""

from __future__ import annotations

import numpy as np

from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.means import Array

# Longer sums are tested by their variance.
_LONGEST = 1 << 16


def units_of(groups: Ints | None, rows: Bools) -> Ints | None:
    """The sampled units of the rows (N,) that are chosen, from 0; None where each is its own."""
    if groups is None:
        return None
    found, units = np.unique(groups[rows], return_inverse=True)
    return None if len(found) == len(units) else units


def over_units(values: Floats, units: Ints) -> Array:
    """A number for each unit (G,), of finite values (n,) at units (n,) that are all there.

    Their mean is that of the values, their standard error that of the values' mean when units were
    sampled: a ratio of sums, linearised (Cochran 1977, 6.3).
    """
    n = np.bincount(units)
    sums = np.bincount(units, values.astype(float))
    mean = sums.sum() / n.sum()
    found: Array = mean + (sums - mean * n) * (len(n) / n.sum())
    return found


def over_units_of(values: Floats, units: Ints, codes: Ints, k: int) -> tuple[Array, Ints]:
    """`over_units` within each of k parts, that of each value at `codes` (n,).

    The numbers of all parts (m,), and the part of each; of a part its own mean.
    """
    width = int(units.max(initial=-1)) + 1
    cells, at = distinct(codes.astype(np.int64) * width + units, k * width)
    n = np.bincount(at, minlength=len(cells))
    sums = np.bincount(at, values.astype(float), len(cells))
    parts = cells // max(width, 1)
    many = np.bincount(parts, minlength=k)
    total = np.maximum(np.bincount(parts, n, k), 1)
    mean = np.bincount(parts, sums, k) / total
    return mean[parts] + (sums - mean[parts] * n) * (many / total)[parts], parts


def distinct(cells: Ints, k: int) -> tuple[Ints, Ints]:
    """The distinct of cells (n,) below k, ascending, and which of them each is."""
    if k > 8 * len(cells) + 1000:
        found, at = np.unique(cells, return_inverse=True)
        return found, at
    # Counting needs no sorting.
    there = np.zeros(k, bool)
    there[cells] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[cells]


def sign_flip_p(sums: Floats, *, two_sided: bool) -> float | None:
    """Chance of such a total of whole numbers (G,) if signs are by chance; None if it is too long.

    Exact: the characteristic function Π cos(|s| t), turned back. One-sided for a loss.
    """
    total, most = int(sums.sum()), int(np.abs(sums).sum())
    length = 1 << (2 * most + 1).bit_length()
    if length > _LONGEST:
        return None
    sizes, counts = np.unique(np.abs(sums).astype(np.int64), return_counts=True)
    t = 2 * np.pi * np.arange(length) / length
    product = np.ones(length)
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        product *= np.cos(size * t) ** count
    chances = np.fft.fft(product).real / length
    # At index k mod length the chance of the total k.
    low = float(chances[np.arange(-most, (-abs(total) if two_sided else total) + 1)].sum())
    return min(max(2 * low if two_sided else low, 0.0), 1.0)
