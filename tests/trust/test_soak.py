"""A few rounds of the soak test; ``make trust`` soaks for half an hour."""

from __future__ import annotations

import sys

import pytest

from benchmarks.trust.soak import soak

ROUNDS = 12


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_nothing_piles_up_under_comparisons() -> None:
    outcomes = soak(lambda made: made < ROUNDS)
    assert [outcome.tried for outcome in outcomes] == [ROUNDS] * 3
    assert not any(outcome.red for outcome in outcomes), outcomes
