"""Intervals hold the truth as often as they promise, whatever was done to the weights.

`benchmarks/interval_coverage.py` does the same at length.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.interval_coverage import trials
from benchmarks.weight_changes import changes

_REPETITIONS = 40


@pytest.mark.parametrize("change", list(changes()))
@pytest.mark.parametrize("base", ["normal", "unequal rows"])
def test_intervals_hold_the_truth(base: str, change: str) -> None:
    found = trials(base, change, _REPETITIONS)
    covered = found.coverage()
    # Of 40 intervals of 95 %, fewer than 34 hold the truth once in 5,000 times.
    assert min(covered.values()) >= 0.85, covered
    assert found.found.squares.low.max() <= found.found.squares.high.max()
    exact = found.found.squares.low == found.found.squares.high
    np.testing.assert_allclose(
        found.found.squares.value[exact], found.squares[exact], rtol=1e-6, atol=1e-12
    )
