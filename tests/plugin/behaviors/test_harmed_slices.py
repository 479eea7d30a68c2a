"""Pairs of slices that broke more than either of their parts, as the route tells them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Operation
from tests.plugin.behaviors.evaluated import Evaluated, keys

N = 1200
IDS = np.arange(N)
RNG = np.random.default_rng(23)
LABELS = RNG.integers(0, 3, N).astype(np.int32)
SCANS = RNG.integers(0, 3, N)
SCAN_NAMES = ("clean", "faint", "turned")
# Half of what is faint breaks, and of faint cats all.
BROKEN = (SCANS == 1) & ((LABELS == 2) | (RNG.random(N) < 0.5))
MENDED = ~BROKEN & (RNG.random(N) < 0.3)


def log() -> Evaluated:
    found = Evaluated()
    attributes = {"scan": (SCANS.astype(np.int32), SCAN_NAMES)}
    classes = ("ant", "bee", "cat")
    found.dataset(
        Dataset("test", IDS, "classes", "f", classes=classes, labels=LABELS, attributes=attributes)
    )
    answers = {
        "base": np.where(MENDED, (LABELS + 1) % 3, LABELS),
        "model": np.where(BROKEN, (LABELS + 1) % 3, LABELS),
    }
    found.model("base")
    found.model("model", "base", operation=Operation("prune"))
    for name, predicted in answers.items():
        found.predictions(
            Predictions(name, "test", IDS, "classes", predicted=predicted.astype(np.int32))
        )
    return found


def test_a_pair_leads_to_its_instances() -> None:
    found = log()
    asked = {"base": keys("base"), "models": keys("model")}
    harmed = found.ask(**asked, level="harmed")
    (pair,) = (each for each in harmed["pairs"] if each["harmed"])
    both = (SCANS == 1) & (LABELS == 2)
    assert (pair["by"], pair["texts"]) == (["label", "attribute/scan"], ["cat", "faint"])
    assert (pair["names"], pair["model"]) == (["label", "scan"], keys("model"))
    assert (pair["n"], pair["flips"]) == (both.sum(), (both & BROKEN).sum())
    assert pair["mended"] == 0, "all faint cats broke"
    for each in harmed["slices"]:
        here = (LABELS if each["by"] == "label" else SCANS) == each["level"]
        assert each["mended"] == (here & MENDED).sum()
    assert pair["lift"] == pytest.approx(BROKEN[both].mean() / BROKEN.mean(), rel=1e-3)
    assert pair["part_lift"] == pytest.approx(BROKEN[SCANS == 1].mean() / BROKEN.mean(), rel=1e-3)
    assert pair["p"] <= pair["q"] <= 0.05
    assert harmed["pair_tests"] == 9
    slices = zip(pair["by"], pair["levels"], strict=True)
    kept = [{"kind": "slice", "by": by, "level": level} for by, level in slices]
    kept.append({"kind": "flip", "model": pair["model"], "flip": "negative"})
    page = found.ask(**asked, level="instances", filter=json.dumps(kept))
    assert page["n"] == pair["flips"]
