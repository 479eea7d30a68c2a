"""Labels in the forms that people have them are read as they mean them, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tests.plugin.behaviors.through_routes import accuracy, another_process, asked


def log(where: Path, n: int, data: dict[str, Any], answers: dict[str, Any]) -> Any:
    """The behaviors of one model, whose answers the process of the data set has logged or not."""
    cnc_summary.dataset(where / "data", "test", range(n), **data)
    with cnc_summary.model(where / "near", "near") as model:
        model.predictions("test", range(n), **answers)
    return asked(where, "near", measure="correct")["models"][0]["value"]


SIGNS = [-1, -1, -1, 1, 1, 1]
SAID = [-1, 1, 1, 1, 1, -1]


@pytest.mark.parametrize("kind", [list, np.array, torch.tensor, lambda x: np.array(x, float)])
def test_minus_one_and_one_are_two_classes(kind: Any, tmp_path: Path) -> None:
    found = log(tmp_path, 6, {"labels": kind(SIGNS)}, {"predicted": kind(SAID)})
    assert (found["value"], found["n"]) == (0.5, 6)
    another_process()
    with cnc_summary.model(tmp_path / "far", "far") as model:
        model.predictions("test", range(6), predicted=np.array(SAID))
    with cnc_summary.model(tmp_path / "ones", "ones") as model:
        model.predictions("test", range(6), predicted=[1] * 6)
    with cnc_summary.model(tmp_path / "vectors", "vectors") as model:
        model.predictions("test", range(6), probabilities=[0.1, 0.2, 0.3, 0.8, 0.7, 0.6])
    assert accuracy(tmp_path, "near", "far", "ones", "vectors") == [0.5, 0.5, 0.5, 1]


@pytest.mark.parametrize(
    ("labels", "unknown"),
    [
        ([0, 1, -100, 2], None),
        ([0, 1, None, 2], None),
        ([0, 1, -1, 2], -1),
        (np.array([0, 1, 255, 2], np.uint8), 255),
        (torch.tensor([0, 1, -7, 2]), -7),
        (["a", "b", "?", "c"], "?"),
        (["a", "b", None, "c"], None),
    ],
)
def test_the_unknown_label_is_named_or_that_of_pytorch(
    labels: Any, unknown: Any, tmp_path: Path
) -> None:
    answers = {"predicted": ["a", "b", "c", "a"] if isinstance(labels[0], str) else [0, 1, 2, 0]}
    found = log(tmp_path, 4, {"labels": labels, "unknown_label": unknown}, answers)
    assert (found["value"], found["n"]) == (pytest.approx(2 / 3), 3)


@pytest.mark.parametrize("labels", [[0, 1, -1], [-1, -1, -1], [0, 3, -3], [-1, 1, 0]])
def test_other_negative_labels_are_refused_with_the_remedy(labels: Any, tmp_path: Path) -> None:
    says = r"Row \d of the labels is -\d.*unknown are None.*unknown_label=-\d"
    with pytest.raises(ArgumentError, match=says):
        cnc_summary.dataset(tmp_path, "test", range(3), labels=labels)


P = np.array([[0.45, 0.30, 0.25], [0.1, 0.8, 0.1], [0.2, 0.35, 0.45], [0.05, 0.9, 0.05]])
ONE_HOT = np.eye(3, dtype=int)[[0, 1, 2, 1]]


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor, lambda x: x.tolist(), lambda x: x > 0])
@pytest.mark.parametrize("answers", [{"probabilities": P}, {"logits": np.log(P)}])
def test_one_hot_labels_are_one_class(kind: Any, answers: Any, tmp_path: Path) -> None:
    assert log(tmp_path, 4, {"labels": kind(ONE_HOT)}, answers)["value"] == 1
    another_process()
    with cnc_summary.model(tmp_path / "far", "far") as model:
        model.predictions("test", range(4), **answers, labels=kind(ONE_HOT))
    with cnc_summary.model(tmp_path / "bare", "bare") as model:
        model.predictions("test", range(4), predicted=kind(ONE_HOT))
    assert accuracy(tmp_path, "near", "far", "bare") == [1, 1, 1]


def test_one_class_each_of_multi_label_data_is_said_to_be_several(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "a", "one", range(4), labels=ONE_HOT)
    cnc_summary.dataset(tmp_path / "a", "some", range(4), labels=ONE_HOT, multilabel=True)
    with cnc_summary.model(tmp_path / "m", "m") as model:
        with pytest.raises(ArgumentError, match=r"each instance of .* has one.*multilabel=True"):
            model.predictions("one", range(4), probabilities=P, multilabel=True)
        model.predictions("some", range(4), probabilities=P)
    assert asked(tmp_path, "m")["kind"] == "multi-label"


TEXTS = [str(i) for i in np.arange(22) % 11]
LOGITS = np.eye(11)[np.arange(22) % 11] * 5


def test_numbers_as_texts_are_never_in_the_order_of_texts(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "data", "test", range(22), labels=TEXTS)
    numeric = [str(i) for i in range(11)]
    with cnc_summary.model(tmp_path / "m", "m") as model:
        with pytest.raises(ArgumentError, match=r"order of the numbers or of the texts.*classes="):
            model.predictions("test", range(22), logits=LOGITS)
        model.predictions("test", range(22), logits=LOGITS, classes=numeric)
    with cnc_summary.model(tmp_path / "sorted", "sorted") as model:
        by_text = LOGITS[:, [int(name) for name in sorted(numeric)]]
        model.predictions("test", range(22), logits=by_text, classes=sorted(numeric))
    with cnc_summary.model(tmp_path / "bare", "bare") as model:
        model.predictions("test", range(22), predicted=TEXTS)
    another_process()
    with cnc_summary.model(tmp_path / "far", "far") as model:
        model.predictions("test", range(22), logits=LOGITS)
    assert accuracy(tmp_path, "m", "sorted", "bare", "far") == [1, 1, 1, 1]


def test_fewer_than_eleven_have_one_order(tmp_path: Path) -> None:
    answers = {"logits": np.eye(10)[np.arange(20) % 10]}
    assert log(tmp_path, 20, {"labels": [str(i % 10) for i in range(20)]}, answers)["value"] == 1


@pytest.mark.parametrize("classes", [np.array([10, 20, 35]), [10, 20, 35], (1, 2, 3), [-1, 0, 1]])
def test_classes_that_are_numbers_are_named_by_labels(classes: Any, tmp_path: Path) -> None:
    """As scikit-learn has them: `classes_`, `y` and what `predict` returns."""
    y = np.asarray(classes)[[0, 1, 2, 1]]
    data = {"labels": y, "classes": classes}
    assert log(tmp_path, 4, data, {"predicted": y[[0, 1, 2, 2]]})["value"] == 0.75
    with cnc_summary.model(tmp_path / "vectors", "vectors") as model:
        model.predictions("test", range(4), probabilities=P)
    assert accuracy(tmp_path, "near", "vectors") == [0.75, 1]
    with pytest.raises(ArgumentError, match="classes= are the numbers"):
        cnc_summary.dataset(tmp_path, "other", range(2), labels=[y[0], 99], classes=classes)


def test_names_that_are_numbers_are_not_indices(tmp_path: Path) -> None:
    """As torchvision's ImageFolder has them: names sorted as texts, and targets as indices."""
    names = sorted(map(str, range(11)))
    data = {"labels": np.arange(22) % 11, "classes": names}
    assert log(tmp_path, 22, data, {"logits": LOGITS})["value"] == 1


@pytest.mark.parametrize("labels", [["cat", "cat "], np.array([" cat", "cat"])])
def test_names_that_differ_in_spaces_are_refused(labels: Any, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"differ only in spaces.*strip"):
        cnc_summary.dataset(tmp_path, "test", range(2), labels=labels)


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [
        ([True, False, True], [1, 0, 0]),
        ([1.0, 0.0, 1.0], [1, 0, 0]),
        ([1, 0, 1], np.array([1.0, 0.0, 0.0])),
        (np.array([1, 0, 1], np.uint8), torch.tensor([True, False, False])),
        (np.array([[1], [0], [1]]), np.array([[1], [0], [0]], object)),
    ],
)
def test_other_types_of_the_same_labels(labels: Any, predicted: Any, tmp_path: Path) -> None:
    found = log(tmp_path, 3, {"labels": labels}, {"predicted": predicted})
    assert (found["value"], found["n"]) == (pytest.approx(2 / 3), 3)


def test_a_single_instance(tmp_path: Path) -> None:
    assert log(tmp_path, 1, {"labels": [1]}, {"probabilities": [[0.2, 0.8]]})["value"] == 1
