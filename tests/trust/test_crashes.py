"""A share of the crashes of `make trust`: nothing promised is lost, and nobody's file is cut."""

from __future__ import annotations

import importlib.util
import os

import pytest

from benchmarks.trust.crashes import attack
from benchmarks.trust.outcome import Effort

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")


def test_nothing_promised_is_lost() -> None:
    writers = ("directory", "remote", "torch", "tensorboardX")
    outcomes = attack(Effort(share=0.02), writers)
    assert len(outcomes) == 3 * len(writers)
    assert [outcome for outcome in outcomes if outcome.red] == []


@pytest.mark.writers
def test_nothing_promised_is_lost_through_tf_summary() -> None:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    outcomes = attack(Effort(share=0.02), ("tf.summary",))
    assert [outcome for outcome in outcomes if outcome.red] == []
