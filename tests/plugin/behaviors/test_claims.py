"""What the route says of changes, ratios and seeds, and where it makes no claim."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.records.models import Operation
from tests.plugin.behaviors.evaluated import keys
from tests.plugin.behaviors.test_golden import IDS, log, predictions


def test_what_is_chosen_by_an_outcome_is_not_tested() -> None:
    found = log()
    subject = {"base": keys("dense-seed1"), "models": keys("pruned", "tuned")}
    by_answer = found.ask(**subject, level="slices", by=["predicted"])
    assert by_answer["hint"].startswith("Chosen by the base's own answers or confidence")
    assert by_answer["tests"] == 0
    cells = by_answer["models"][1]
    assert {*cells["p"], *cells["q"], *cells["change_low"]} == {None}
    assert None not in {*cells["change"], *cells["low"]}
    assert "hint" not in found.ask(**subject, level="slices", by=["label"])
    lost = [{"kind": "flip", "model": keys("pruned"), "flip": "negative"}]
    summary = found.ask(**subject, filter=lost)
    change = summary["models"][1]["change"]
    assert summary["hint"] == change["reason"]
    assert (change["p"], change["low"], change["test"]) == (None, None, None)
    labelled = [{"kind": "slice", "by": "label", "level": 1}]
    assert "hint" not in found.ask(**subject, filter=labelled)
    assert "hint" not in found.ask(**subject, filter=[{"kind": "text", "text": "digit 1"}])
    assert "hint" in found.ask(**subject, filter=[{"kind": "text", "text": "cat"}])


def test_a_ratio_is_one_of_rates() -> None:
    found = log()
    subject = {"base": keys("dense-seed1"), "models": keys("pruned")}
    base, pruned = found.ask(**subject, form="ratio")["models"]
    right = 1 - pruned["error"], 1 - base["error"]
    assert pruned["value"]["value"] == pytest.approx(right[0] / right[1], rel=1e-4)
    times = pruned["change"]["ratio"]
    assert times["low"] < times["value"] == pruned["value"]["value"] < times["high"] < 1
    table = found.ask(**subject, level="slices", by=["label"], form="ratio")
    before, after = table["models"]
    expected = np.array(after["value"]) / np.array(before["value"])
    assert after["ratio"] == pytest.approx(expected, rel=1e-4)
    assert "ratio" not in before


def test_a_ratio_to_another_net_has_no_interval_without_seeds() -> None:
    subject = {"base": keys("dense-seed1"), "models": keys("tuned"), "form": "ratio"}
    found = log()
    _, tuned = found.ask(**subject)["models"]
    ratio = tuned["change"]["ratio"]
    assert (ratio["low"], ratio["high"]) == (None, None)
    assert ratio["value"] == tuned["value"]["value"] is not None
    assert ratio["reason"] == tuned["value"]["reason"]
    _, cells = found.ask(**subject, level="slices", by=["label"])["models"]
    assert {*cells["ratio_low"], *cells["ratio_high"]} == {None}
    assert None not in cells["ratio"]


def test_seeds_of_the_base_are_part_of_the_error_of_another_net() -> None:
    found = log()
    found.model("other")
    found.model("int8", "dense-seed1", operation=Operation("quantize", {"bits": 8}))
    found.predictions(predictions("int8", IDS % 24 == 1, 0.9))
    found.predictions(predictions("other", IDS % 25 == 3, 0.9))
    models = keys("dense-seed2", "int8", "other")
    _, twin, quantized, other = found.ask(base=keys("dense-seed1"), models=models)["models"]
    assert twin["change"]["p"] is None
    assert twin["change"]["reason"].startswith("Only a seed tells it from the base")
    assert not {"seeds", "reason"} & {*quantized["change"]}
    # Two seeds are too few to tell how much seeds do.
    assert (other["change"]["p"], "seeds" in other["change"]) == (None, False)
    assert other["change"]["low"] < other["change"]["value"] < other["change"]["high"]
    assert other["change"]["reason"].startswith("Trained anew, so seeds tell the two apart as well")


def test_what_rounding_and_chance_make_is_told() -> None:
    base, pruned = log().ask(base=keys("dense-seed1"), models=keys("pruned"))["models"]
    assert pruned["kl"]["rounding"] == pytest.approx((1 / 64) ** 2 / 2, rel=1e-4)
    assert pruned["kl"]["mean"] > pruned["kl"]["rounding"]
    assert 0 < base["calibration"]["chance"] < base["calibration"]["chance_high"]


def test_slices_are_sorted_by_the_p_that_is_shown() -> None:
    found = log()
    subject = {"base": keys("dense-seed1"), "models": keys("pruned", "tuned")}
    for name, by in (("pruned", "label"), ("tuned", "label"), ("pruned", "predicted")):
        table = found.ask(**subject, level="slices", by=[by], sort=f"p:{keys(name)}")
        (cells,) = (each for each in table["models"] if each["key"] == keys(name))
        told = [p for p in cells["p"] if p is not None]
        assert told == sorted(told)
        assert bool(told) == ((name, by) == ("pruned", "label"))
        if not told:
            assert table["levels"] == sorted(table["levels"])
