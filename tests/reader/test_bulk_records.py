"""Data sets and predictions come back as they were logged, through both loaders."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.context import RequestContext
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.reader.bulk_reader import BulkReader
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk
from tests.conftest import Serve
from tests.tensorboard_host import InProcessTensorBoard, wait_until

CLASSES = ["cat", "dog", "<b>"]


def logged(host: InProcessTensorBoard, count: int) -> dict[str, Bulk]:
    """All bulk records by tag, once there are so many."""
    found: tuple[Bulk, ...] = wait_until(
        lambda: bulk if len(bulk := host.bulk()) >= count else (), f"{count} bulk records"
    )
    return {bulk.tag: bulk for bulk in found}


def read(host: InProcessTensorBoard, bulk: Bulk) -> Any:
    return BulkReader(host.provider, "").read(RequestContext(), bulk)


def test_a_data_set_and_the_predictions_of_two_models(tmp_path: Path, serve: Serve) -> None:
    ids = ["a", "b", "c"]
    images = np.arange(3 * 8 * 8, dtype=np.uint8).reshape(3, 8, 8)
    cnc_summary.dataset(
        tmp_path / "data",
        "pets 1/2",
        ids,
        labels=["dog", "cat", None],
        classes=CLASSES,
        texts=["woof", "<script>", ""],
        images=images,
        attributes={"weight": [30.0, None, 4], "place": ["in", "out", None]},
    )
    probabilities = np.array([[0.1, 0.8, 0.1], [0.2, 0.5, 0.3], [1, 0, 0]], np.float32)
    with SummaryWriter(tmp_path / "dense") as writer, cnc_summary.model(writer, "dense") as dense:
        dense.predictions("pets 1/2", ids, probabilities=torch.from_numpy(probabilities))
    with cnc_summary.model(tmp_path / "pruned", "pruned", parents="dense"):
        pass
    with cnc_summary.attach(tmp_path / "phone", "pruned") as pruned:
        pruned.predictions("pets 1/2", ids[::-1], predicted=["dog", "cat", "dog"])

    host = serve(tmp_path)
    found = logged(host, 3)
    data: Dataset = read(host, found["cnc/dataset/pets%201%2F2"])
    assert data.ids.tolist() == ids
    assert data.classes == tuple(CLASSES)
    assert data.labels is not None
    assert data.labels.tolist() == [1, 0, -1]
    assert data.texts == ("woof", "<script>", "")
    assert data.images is not None
    assert [
        np.array_equal(decoded(png), image) for png, image in zip(data.images, images, strict=True)
    ]
    weight, place = data.attributes["weight"], data.attributes["place"]
    assert isinstance(weight, np.ndarray)
    np.testing.assert_array_equal(weight, [30, np.nan, 4])
    assert isinstance(place, tuple)
    assert (place[0].tolist(), place[1]) == ([0, 1, -1], ("in", "out"))

    dense_record: Predictions = read(host, found["cnc/predictions/dense/pets%201%2F2"])
    assert dense_record.dataset_fingerprint == data.fingerprint
    assert dense_record.correct is not None
    assert dense_record.correct.tolist() == [1, 0, -1]
    assert dense_record.vectors is not None
    np.testing.assert_allclose(dense_record.vectors, probabilities, rtol=3e-4, atol=1e-13)
    assert dense_record.confidence is not None
    assert dense_record.true_probability is not None
    np.testing.assert_allclose(dense_record.confidence, [0.8, 0.5, 1], rtol=3e-4)
    np.testing.assert_allclose(dense_record.true_probability, [0.8, 0.2, np.nan], rtol=3e-4)
    pruned_record: Predictions = read(host, found["cnc/predictions/pruned/pets%201%2F2"])
    assert pruned_record.ids.tolist() == ["a", "b", "c"]
    assert pruned_record.predicted is not None
    assert pruned_record.predicted.tolist() == [1, 0, 1]

    answer = host.models_when(lambda a: len(a["models"]) == 2 and a["datasets"])
    assert answer["datasets"] == ["pets 1/2"]
    assert [model["logged"]["predictions"] for model in answer["models"]] == [["pets 1/2"]] * 2
    assert answer["problems"] == []


def decoded(png: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_predictions_of_a_model_that_nobody_logged(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.attach(tmp_path / "phone", "lost") as model:
        model.predictions("test", [1, 2], predicted=[0, 1])
    answer = serve(tmp_path).models_when(lambda a: a["models"])
    (ghost,) = answer["models"]
    assert (ghost["key"], ghost["status"]) == (model_key("", "lost"), "missing")
    assert ghost["logged"]["predictions"] == ["test"]
    (problem,) = answer["problems"]
    assert problem["message"].startswith('Predictions were attached to the model "lost"')


def test_the_newest_version_is_read(tmp_path: Path, serve: Serve) -> None:
    host = serve(tmp_path)
    with cnc_summary.model(tmp_path / "r", "m") as model:
        model.predictions("test", [1, 2], predicted=[0, 1])
        (first,) = logged(host, 1).values()
        model.predictions("test", [1, 2], predicted=[1, 1])
    second = wait_until(
        lambda: next((bulk for bulk in host.bulk() if bulk != first), None), "the second version"
    )
    record: Predictions = read(host, second)
    assert record.predicted is not None
    assert record.predicted.tolist() == [1, 1]


@pytest.mark.parametrize("model_id", ["a/b", "é" * 1000, "%2F"])
def test_odd_ids_of_models(model_id: str, tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "r", model_id) as model:
        model.predictions("100 % <b>/", [1, 2], predicted=[0, 1])
    host = serve(tmp_path)
    (bulk,) = logged(host, 1).values()
    assert bulk.model_id == model_id
    assert read(host, bulk).model_id == model_id
    answer = host.models_when(lambda a: a["models"] and a["models"][0]["logged"]["predictions"])
    assert answer["models"][0]["logged"]["predictions"] == ["100 % <b>/"]
