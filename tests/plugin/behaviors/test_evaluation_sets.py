"""Predictions meet on a data set: the nearest that has their instances, or by id alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.writer.instances import task
from tests.conftest import Serve
from tests.plugin.behaviors.evaluated import Evaluated

TRUTH = np.array([0, 1, 1, 0], np.int32)


def dataset(fingerprint: str, ids: range = range(4)) -> Dataset:
    labels = TRUTH[: len(ids)]
    return Dataset("test", np.array(ids), "classes", fingerprint, ("cat", "dog"), labels)


def predictions(model: str, ids: range = range(4), fingerprint: str = "") -> Predictions:
    answers = np.zeros(len(ids), np.int32)
    return Predictions(
        model, "test", np.array(ids), "classes", ("cat", "dog"), fingerprint, predicted=answers
    )


def two_models(*records: Dataset, fingerprints: tuple[str, str] = ("", "")) -> Any:
    """The summary of two models with predictions on these data sets, each in a run of its own."""
    log = Evaluated()
    base, other = log.model("base"), log.model("other", "base")
    for number, record in enumerate(records):
        log.dataset(record, f"data-{number}")
    log.predictions(predictions("base", fingerprint=fingerprints[0]))
    log.predictions(predictions("other", fingerprint=fingerprints[1]))
    return log.ask(base=base, models=other)


def test_a_data_set_of_another_run() -> None:
    summary = two_models(dataset("f"))
    (found,) = summary["datasets"]
    assert (found["fingerprint"], found["instances"], found["logged"]) == ("f", 4, True)
    assert [model["n_shared"] for model in summary["models"]] == [4, 4]
    assert summary["models"][0]["value"]["value"] == 0.5, "half of the labels are 0"
    assert summary["notes"] == []


def test_those_of_one_fingerprint_count_as_one() -> None:
    summary = two_models(dataset("f"), dataset("f"))
    assert len(summary["datasets"]) == 1
    assert summary["notes"] == []


def test_other_content_of_the_same_name_is_told_apart() -> None:
    summary = two_models(dataset("f"), dataset("g"), fingerprints=("f", "g"))
    assert sorted(found["fingerprint"] for found in summary["datasets"]) == ["f", "g"]
    assert [model["logged"] for model in summary["models"]] == [True, False], "never joined"


def test_the_choice_among_several_is_told() -> None:
    (note, _) = two_models(dataset("f"), dataset("g"))["notes"]
    assert note["message"].startswith('Several data sets "test" with different content')


def test_a_data_set_that_nobody_logged() -> None:
    summary = two_models()
    (found,) = summary["datasets"]
    assert (found["logged"], found["fingerprint"]) == (False, "")
    assert [model["n_shared"] for model in summary["models"]] == [4, 4]
    assert summary["models"][1]["agreement"]["value"] == 1


def test_one_that_lacks_an_instance_is_not_theirs() -> None:
    summary = two_models(dataset("f", range(3)))
    (found,) = summary["datasets"]
    assert found["logged"] is False
    assert summary["notes"][0]["message"].startswith('1 of the 4 ids in the predictions of "base"')


@pytest.mark.parametrize("order", ["before", "after", "elsewhere"])
def test_logged_before_after_or_by_another_process(
    order: str, tmp_path: Path, serve: Serve
) -> None:
    def log_dataset() -> None:
        cnc_summary.dataset(tmp_path / "data", "test", list("abcd"), labels=TRUTH)

    def log_models() -> None:
        for name, ids in {"dense": "abcd", "pruned": "dba"}.items():
            with cnc_summary.model(tmp_path / name, name) as model:
                model.predictions("test", list(ids), predicted=[0] * len(ids))

    for step in (log_models, log_dataset) if order == "after" else (log_dataset, log_models):
        step()
        if order == "elsewhere":
            task._known.clear()
    host = serve(tmp_path)
    answer = host.models_when(
        lambda a: len([m for m in a["models"] if m["logged"]["predictions"]]) == 2 and a["datasets"]
    )
    keys = {model["id"]: model["key"] for model in answer["models"]}
    asked = {"base": keys["dense"], "models": keys["pruned"], "measure": "correct"}
    summary = host.client.get("/data/plugin/cnc/behaviors", query_string=asked).get_json()
    assert [(found["logged"], found["instances"]) for found in summary["datasets"]] == [(True, 4)]
    assert [model["n_shared"] for model in summary["models"]] == [4, 3]
    assert summary["models"][0]["value"]["value"] == 0.5
    assert summary["models"][1]["value"]["value"] == pytest.approx(2 / 3), "a, b and d: 0, 1, 0"
