"""Each case of the battery with few trials: ``make claims`` runs them at length."""

from __future__ import annotations

import pytest

from benchmarks.claims.cases import CASES, run
from benchmarks.claims.lines import table
from benchmarks.size import Size

_SIZE = Size(seed=1, share=0.02)


# The panel's own tests are its part of this one.
@pytest.mark.parametrize("name", [name for name in CASES if name != "panel"])
def test_what_is_claimed(name: str) -> None:
    lines = run(name, _SIZE)
    assert lines
    assert not any(line.red for line in lines), table(lines, _SIZE.seed)
