"""Models whose records do not fit together, and what broken ones leave."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorboard_cnc.records.instances import Dataset, Predictions
from tests.plugin.behaviors.evaluated import Evaluated, keys

IDS = np.arange(6)
LABELS = np.array([0, 1, 0, 1, 0, 1], np.int32)


def dataset(fingerprint: str = "f", ids: Any = IDS, name: str = "test") -> Dataset:
    return Dataset(name, ids, "classes", fingerprint, classes=("a", "b"), labels=LABELS[: len(ids)])


def answers(model: str, predicted: list[int], ids: Any = IDS, **more: Any) -> Predictions:
    codes = np.array(predicted, np.int32)
    return Predictions(model, "test", ids, "classes", predicted=codes, **more)


def log(*names: str) -> Evaluated:
    found = Evaluated()
    for name in names:
        found.model(name)
    return found


def test_models_compare_by_id_where_nobody_logged_the_data_set() -> None:
    found = log("base", "model")
    found.predictions(answers("base", [0, 1, 0], np.array([3, 1, 2]), classes=("a", "b")))
    found.predictions(answers("model", [1, 1, 0], np.array([1, 3, 9]), classes=("a", "b")))
    summary = found.ask(base=keys("base"), models=keys("model"))
    assert (summary["n"], summary["datasets"][0]["logged"]) == (4, False)
    assert "No run has logged this data set" in summary["notes"][0]["message"]
    base, model = summary["models"]
    assert (base["n"], model["n"], model["n_shared"]) == (3, 3, 2)
    assert model["changes"] == [{"before": "a", "after": "b", "n": 1, "rate": 0.5}]
    assert {each["why"]: each["n"] for each in model["excluded"]} == {
        "only the base has a prediction": 1,
        "the base has no prediction": 1,
    }


def test_data_sets_of_one_name_and_other_content_are_never_joined() -> None:
    found = log("base", "model")
    found.dataset(dataset("one"), "base")
    found.dataset(dataset("two"), "model")
    found.predictions(answers("base", [0] * 6, dataset_fingerprint="one"))
    found.predictions(answers("model", [0] * 6, dataset_fingerprint="two"))
    summary = found.ask(base=keys("base"), models=keys("model"))
    assert [each["fingerprint"] for each in summary["datasets"]] == ["one", "two"]
    assert [each["models"] for each in summary["datasets"]] == [[keys("base")], [keys("model")]]
    assert [model["logged"] for model in summary["models"]] == [True, False]
    other = found.ask(
        base=keys("base"), models=keys("model"), dataset=summary["datasets"][1]["key"]
    )
    assert [model["logged"] for model in other["models"]] == [False, True]
    assert other["models"][1]["value"]["value"] == 0.5
    assert other["models"][1]["change"] is None


def test_ids_that_the_data_set_lacks_keep_predictions_apart_and_are_told() -> None:
    found = log("base", "model")
    found.dataset(dataset())
    found.predictions(answers("base", [0] * 6))
    found.predictions(answers("model", [0, 0], np.array([1, 77])))
    summary = found.ask(base=keys("base"), models=keys("model"))
    (note,) = summary["notes"]
    assert note["message"].startswith(
        '1 of the 2 ids in the predictions of "model" are not in the data set'
    )


def test_labels_that_contradict_the_data_set_are_told_and_its_own_count() -> None:
    found = log("base", "model")
    found.dataset(dataset())
    found.predictions(answers("base", [0] * 6, correct=np.array([1, 0, -1, 0, 1, 0], np.int8)))
    shuffled = np.array([0, 1, 1, 0, 1, 0], np.int8)
    found.predictions(answers("model", [0] * 6, correct=shuffled))
    summary = found.ask(base=keys("base"), models=keys("model"))
    (note,) = summary["notes"]
    assert note["message"].startswith("2 of its 6 predictions were judged right or wrong by labels")
    assert note["model"] == keys("model")
    assert [model["value"]["value"] for model in summary["models"]] == [0.5, 0.5]


def test_the_default_is_the_set_of_most_models_that_the_base_has_too() -> None:
    found = log("base", "one", "two")
    found.dataset(dataset("f"))
    found.dataset(dataset("g", name="other"))
    for model in ("one", "two"):
        found.predictions(answers(model, [0] * 6))
    for model in ("base", "one"):
        record = answers(model, [0] * 6)
        found.predictions(Predictions(model, "other", IDS, "classes", predicted=record.predicted))
    summary = found.ask(base=keys("base"), models=keys("one", "two"))
    assert [each["name"] for each in summary["datasets"]] == ["other", "test"]
    assert summary["dataset"] == summary["datasets"][0]["key"]


def test_a_broken_record_is_told_and_the_rest_is_shown() -> None:
    found = log("base", "good", "bad")
    found.dataset(dataset())
    found.predictions(answers("base", [0] * 6))
    found.predictions(answers("good", [1] * 6))
    found.predictions(answers("bad", [1] * 6))
    found.break_last()
    summary = found.ask(base=keys("base"), models=keys("good", "bad"))
    assert [model["logged"] for model in summary["models"]] == [True, True, False]
    (note,) = summary["notes"]
    assert (note["message"], note["model"]) == ("A record is damaged.", keys("bad"))


def test_a_broken_data_set_is_told_each_time_and_its_predictions_compare_by_id() -> None:
    found = log("base", "model")
    found.predictions(answers("base", [0] * 6))
    found.predictions(answers("model", [0] * 6))
    found.dataset(dataset())
    found.break_last()
    for _ in range(2):
        summary = found.ask(base=keys("base"), models=keys("model"))
        messages = [note["message"] for note in summary["notes"]]
        assert messages.count("A record is damaged.") == 1
        assert summary["models"][1]["agreement"]["value"] == 1.0


def test_answers_of_another_kind_are_told_apart() -> None:
    found = log("base", "model")
    found.dataset(dataset())
    found.predictions(answers("base", [0] * 6))
    found.predictions(Predictions("model", "test", IDS, "texts", outputs=("a",) * 6))
    summary = found.ask(base=keys("base"), models=keys("model"))
    assert "Its predictions are texts, not classes" in summary["notes"][0]["message"]
    assert summary["models"][1]["outcomes"] is None


def test_what_did_not_fit_is_told() -> None:
    found = log("base")
    found.dataset(dataset())
    found.predictions(answers("base", [0] * 6, dropped=("vectors", "top-k")))
    (note,) = found.ask(base=keys("base"))["notes"]
    assert (
        note["message"] == "Its predictions lack what did not fit into max_bytes: vectors, top-k."
    )


def test_each_record_is_read_once() -> None:
    found = log("base", "model")
    found.dataset(dataset())
    found.predictions(answers("base", [0] * 6))
    found.predictions(answers("model", [0] * 6))
    for level in ("summary", "instances", "slices", "harmed"):
        found.ask(base=keys("base"), models=keys("model"), level=level)
    assert found.reads == 3
