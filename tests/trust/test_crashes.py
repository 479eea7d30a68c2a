"""A share of the crashes of `make trust`: nothing promised is lost, and nobody's file is cut."""

from __future__ import annotations

import os

import pytest

from benchmarks.size import Size
from benchmarks.trust.crashes import attack
from benchmarks.trust.logged_runs import WRITERS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")


def test_nothing_promised_is_lost() -> None:
    outcomes = attack(Size(share=0.02))
    assert len(outcomes) == sum(1 if writer == "tf.summary" else 3 for writer in WRITERS)
    assert [outcome for outcome in outcomes if outcome.red] == []
