"""Harm over sampled units and of scores, from the writer to the route's answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc import cnc_summary
from tests.plugin.behaviors.evaluated import keys
from tests.tensorboard_host import InProcessTensorBoard, serve_in_process

IMAGES, SCANS = 600, 4
N = IMAGES * SCANS
RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 3, IMAGES).repeat(SCANS)
WRITERS = RNG.integers(0, 4, IMAGES).repeat(SCANS)
# Of one writer's class 2 half of the images break, with all their scans; few others.
BOTH = (LABELS == 2) & (WRITERS == 1)
BROKEN = RNG.random(IMAGES).repeat(SCANS) < np.where(BOTH, 0.5, 0.02)
LOSS = RNG.gamma(2, 0.2, N)
WORSE = LOSS + RNG.normal(0, 0.1, N) + 0.2 * (WRITERS == 1)


def log(folder: Path) -> None:
    names = {"writer": [f"w{code}" for code in WRITERS], "scan": np.tile(np.arange(SCANS), IMAGES)}
    cnc_summary.dataset(
        folder / "data",
        "digits",
        range(N),
        labels=LABELS,
        attributes=names,
        groups=np.arange(IMAGES).repeat(SCANS).tolist(),
    )
    made: dict[str, Any] = {
        "parents": "base",
        "operation": cnc_summary.operation("quantize", bits=8),
    }
    trained = {"parents": "base", "operation": "fine-tune"}
    of_seed = {"replicate_of": "base"}
    noise = RNG.normal(0, 0.1, (3, N))
    given = {
        "base": ({}, LABELS, LOSS),
        "model": (made, np.where(BROKEN, (LABELS + 1) % 3, LABELS), WORSE),
        "tuned": (trained, LABELS, WORSE),
        "seed2": (of_seed, LABELS, LOSS + noise[0]),
        "seed3": (of_seed, LABELS, LOSS + noise[1]),
    }
    for name, (card, predicted, loss) in given.items():
        with cnc_summary.model(folder / name, name, **card) as model:
            scores = {"loss": loss, "value": loss}
            model.predictions("digits", range(N), predicted=predicted, scores=scores)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessTensorBoard]:
    folder = tmp_path_factory.mktemp("harm")
    log(folder)
    with serve_in_process(folder, "fast") as found:
        found.models_when(lambda answer: len(answer["models"]) == 5 and bool(answer["datasets"]))
        yield found


def ask(served: InProcessTensorBoard, *models: str, **query: str) -> Any:
    query |= {"base": keys("base"), "models": keys(*models), "level": "harmed"}
    response = served.client.get("/data/plugin/cnc/behaviors", query_string=query)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_slices_and_pairs_are_tested_over_images(served: InProcessTensorBoard) -> None:
    found = ask(served, "model")
    (pair,) = (each for each in found["pairs"] if each["harmed"])
    assert (pair["n"], pair["groups"]) == (BOTH.sum(), BOTH.sum() / SCANS)
    assert pair["texts"] == ["2", "w1"]
    (model,) = found["models"]
    assert (model["units"], model["reason"]) == (IMAGES, None)
    harmed = {(each["by"], each["text"]) for each in found["slices"] if each["harmed"]}
    assert harmed == {("label", "2"), ("attribute/writer", "w1")}
    for each in found["slices"]:
        assert each["groups"] == (IMAGES if each["by"] == "attribute/scan" else each["n"] / SCANS)


def test_a_loss_that_rises_in_a_slice_is_harm(served: InProcessTensorBoard) -> None:
    found = ask(served, "model", measure="score/loss")
    (worst,) = (each for each in found["slices"] if each["harmed"])
    assert (found["measure"], worst["text"]) == ("score/loss", "w1")
    rise = (WORSE - LOSS)[WRITERS == 1].mean()
    assert worst["change"] == pytest.approx(rise, rel=1e-3)
    assert worst["flips"] == np.count_nonzero((WORSE > LOSS) & (WRITERS == 1))
    assert worst["rest"]["change"] == pytest.approx((WORSE - LOSS)[WRITERS != 1].mean(), rel=1e-2)
    assert worst["kept"] is None
    (model,) = found["models"]
    assert all(0 < each["share"] < 0.1 for each in model["could_see"])


def test_seeds_widen_what_is_said_of_a_loss(served: InProcessTensorBoard) -> None:
    (tuned,) = ask(served, "tuned", measure="score/loss")["models"]
    assert (tuned["replicates"], tuned["reason"], tuned["harmed"]) == (2, None, 1)


def test_without_a_goal_nothing_is_harm(served: InProcessTensorBoard) -> None:
    found = ask(served, "model", measure="score/value")
    assert found["slices"] == []
    assert found["reason"].startswith("Which way of value is better is not known")
    assert "base itself" in ask(served, "model", measure="agrees")["reason"]
