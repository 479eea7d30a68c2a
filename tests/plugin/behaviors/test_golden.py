"""The golden answers of the ``behaviors`` route, which the panel's tests read too."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Operation
from tests.plugin.alike import check_alike
from tests.plugin.behaviors.evaluated import Evaluated, keys

GOLDEN = Path(__file__).parents[2] / "golden" / "behaviors.json"
N, CLASSES = 240, ("cat", "dog", "<b>eel</b>")
IDS = np.arange(N)
LABELS = (IDS % 3).astype(np.int32)
INK = IDS % 40 / 8
MODELS = keys("dense-seed2", "pruned", "tuned", "silent")


def probabilities(wrong: np.ndarray[Any, Any], confidence: float) -> np.ndarray[Any, Any]:
    """The rows `wrong` answer the next class, all with a confidence near to this one."""
    answers = np.where(wrong, (LABELS + 1) % 3, LABELS)
    shares = np.full((N, 3), (1 - confidence) / 2, np.float32)
    shares[IDS, answers] = confidence
    shares += (IDS[:, None] * (1, 2, 3) % 7 / 100).astype(np.float32)
    found: np.ndarray[Any, Any] = shares / shares.sum(axis=1, keepdims=True)
    return found


def predictions(name: str, wrong: np.ndarray[Any, Any], confidence: float) -> Predictions:
    shares = probabilities(wrong, confidence)
    rows = np.arange(0, N, 2)
    return Predictions(
        name,
        "test",
        IDS,
        "classes",
        CLASSES,
        predicted=shares.argmax(axis=1).astype(np.int32),
        confidence=shares.max(axis=1),
        true_probability=shares[IDS, LABELS],
        vector_rows=rows,
        vectors=shares[rows],
        dropped=("vectors",),
    )


def log() -> Evaluated:
    found = Evaluated()
    slant = (LABELS // 2, ("upright", "slanted"))
    texts = tuple(f"digit {i}" for i in range(N))
    found.dataset(
        Dataset(
            "test",
            IDS,
            "classes",
            "f1",
            CLASSES,
            LABELS,
            texts=texts,
            attributes={"ink": INK, "slant": slant},
        )
    )
    for seed in (1, 2):
        found.model(f"dense-seed{seed}", operation=Operation("train", {"seed": seed}))
    found.model("pruned", "dense-seed1", operation=Operation("prune"))
    found.model("tuned", "pruned", operation=Operation("fine-tune"))
    found.model("silent", "dense-seed1")
    few = IDS % 30 == 0
    found.predictions(predictions("dense-seed1", few, 0.9))
    found.predictions(predictions("dense-seed2", IDS % 32 == 1, 0.9))
    found.predictions(predictions("pruned", few | (INK > 4), 0.7))
    found.predictions(predictions("tuned", few | (INK > 4.5), 0.8))
    return found


def answers() -> dict[str, Any]:
    """An answer of every level."""
    found = log()
    subject = {"base": keys("dense-seed1"), "models": MODELS}
    change = f"change:{keys('pruned')}"
    return {
        "summary": found.ask(**subject),
        "instances": found.ask(**subject, level="instances", sort=change, limit="3"),
        "instance": found.ask(**subject, level="instance", id="33"),
        "slices": found.ask(**subject, level="slices", by=["attribute/ink", "attribute/slant"]),
        "harmed": found.ask(**subject, level="harmed"),
        "forgotten": found.ask(**subject, level="forgotten", family="descendants", limit="2"),
        "flows": found.ask(**subject, level="flows", limit="1"),
    }


def test_the_golden_answers() -> None:
    found = answers()
    if os.environ.get("UPDATE_GOLDEN"):
        text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        GOLDEN.write_text(text, encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    check_alike(found, golden, "UPDATE_GOLDEN=1 writes it anew: ")


def test_the_golden_answers_are_right() -> None:
    found = answers()
    base, other, pruned, tuned, silent = found["summary"]["models"]
    assert (base["error"], other["error"]) == pytest.approx((8 / N, 8 / N), abs=1e-6)
    lost = np.count_nonzero((INK > 4) & (IDS % 30 != 0))
    assert (pruned["outcomes"]["negative"], pruned["outcomes"]["positive"]) == (lost, 0)
    assert tuned["outcomes"]["negative"] < lost
    assert (pruned["kl"]["n"], pruned["kl"]["of"]) == (N // 2, N)
    assert silent["logged"] is False
    noise = found["summary"]["noise"]
    assert noise["models"] == keys("dense-seed1", "dense-seed2").split(",")
    assert noise["negative"] == pytest.approx(8 / N, abs=1e-6)
    harm = {each["model"]: each for each in found["harmed"]["models"]}
    assert [harm[keys(name)]["retrained"] for name in ("dense-seed2", "pruned", "tuned")] == [
        True,
        False,
        True,
    ]
    assert harm[keys("dense-seed2")]["replicates"] == 0, "it says nothing about itself"
    assert harm[keys("tuned")]["replicates"] == 1
    first = next(each for each in found["harmed"]["slices"] if each["model"] == keys("pruned"))
    assert (first["name"], first["text"], first["harmed"]) == ("ink", "3.9 to 4.875", True)
    assert found["forgotten"]["family"]["family_right"] == 0
    assert found["instance"]["lineages"][3]["broke"] == 1
