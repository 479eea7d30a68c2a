"""max |Δ| of two tensors that were not compared exactly: bounds."""

from __future__ import annotations

import numpy as np

from tensorboard_cnc.analysis.layers.estimates import AT_LEAST, Estimates, Floats
from tensorboard_cnc.analysis.layers.sample_pairs import SamplePairs


def largest_change(
    pairs: SamplePairs, squares: Estimates, ends: tuple[Floats, Floats, Floats, Floats]
) -> Estimates:
    """A lower bound of max |Δ| (t,): what the sample, the extremes or ΣΔ² say at least.

    `ends`: minimum and maximum before, minimum and maximum after.
    """
    low_before, high_before, low_after, high_after = ends
    sampled = np.abs(pairs.after - pairs.before)
    error = pairs.rounding[:, None] * (np.abs(pairs.before) + np.abs(pairs.after))
    known = [
        np.max(sampled - error, axis=1, initial=0),
        np.abs(low_after - low_before),
        np.abs(high_after - high_before),
        np.sqrt(squares.low / pairs.n),
    ]
    most = np.maximum(largest_possible(ends), 0)
    least = np.minimum(np.max(known, axis=0), most)
    return Estimates(least, least, most, np.full(len(least), AT_LEAST, np.uint8))


def largest_possible(ends: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """The largest |Δ| that the extremes of both tensors allow."""
    low_before, high_before, low_after, high_after = ends
    found: Floats = np.maximum(high_after - low_before, high_before - low_after)
    return found
