"""A share of the crashes of `make trust`: nothing promised is lost, and nobody's file is cut."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from benchmarks.size import Size
from benchmarks.trust.crashes import attack
from benchmarks.trust.logged_runs import WRITERS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")


@pytest.mark.skipif(bool(find_spec("tensorflow")), reason="no fork can use TensorFlow")
def test_nothing_promised_is_lost() -> None:
    outcomes = attack(Size(share=0.02))
    assert len(outcomes) == 3 * len(WRITERS)
    assert [outcome for outcome in outcomes if outcome.red] == []


@pytest.mark.writers
def test_nothing_promised_through_tf_summary_is_lost() -> None:
    pytest.importorskip("tensorflow")
    (outcome,) = attack(Size(share=0.02))
    assert not outcome.red, outcome
