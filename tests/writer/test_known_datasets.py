"""Which data set of this process predictions by name mean: one that is logged near them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorboardX
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Dataset
from tensorboard_cnc.writer.instances.task import known_dataset, remember
from tensorboard_cnc.writer.sinks.sink import directory_of
from tests.writer.logged import the_predictions


@pytest.mark.parametrize(
    ("data", "model", "near"),
    [
        ("/runs/data", "/runs/dense", True),
        ("/runs/dense", "/runs/dense", True),
        ("/runs", "/runs/sweep/a/dense", True),
        ("/runs/data", "/runs/sweep/a/dense", True),
        ("/runs/sweep/a/dense", "/runs/data", True),
        ("/runs/a/data", "/runs/b/dense", False),
        ("/tmp/x/runs/data", "/tmp/y/runs/dense", False),
        ("gs://bucket/runs/data", "gs://bucket/runs/dense", True),
        ("gs://bucket/a/data", "gs://bucket/b/dense", False),
        ("C:\\runs\\data", "C:\\runs\\dense", True),
        (None, None, True),
        (None, "/runs/dense", False),
    ],
)
def test_near(data: str | None, model: str | None, near: bool) -> None:
    remember(Dataset("test", np.arange(2), "scores", "f"), data)
    found = known_dataset("test", model)
    assert (found is not None) == near
    assert known_dataset("train", model) is None


def test_the_newest_of_several() -> None:
    for fingerprint in ("old", "new"):
        remember(Dataset("test", np.arange(2), "scores", fingerprint), "/runs/data")
    remember(Dataset("test", np.arange(2), "scores", "far"), "/other/runs/data")
    found = known_dataset("test", "/runs/dense")
    assert found is not None
    assert found.fingerprint == "new"


def test_directories_of_all_writers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = str(tmp_path / "runs" / "a")
    assert directory_of("runs/a") == directory_of(Path("runs/a")) == expected
    with SummaryWriter("runs/a") as torch_writer, tensorboardX.SummaryWriter("runs/a") as x_writer:
        assert directory_of(torch_writer) == directory_of(x_writer) == expected
    assert directory_of("gs://bucket/a") == "gs://bucket/a"
    for odd in (None, 7, b"runs", "nul\0"):
        assert directory_of(odd) is None


def test_another_experiment_of_the_same_process(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "a" / "data", "test", [1, 2], labels=[0, 1])
    with cnc_summary.model(tmp_path / "b" / "m", "m") as model:
        model.predictions("test", [1, 9], predicted=[0, 1])
    record = the_predictions(tmp_path / "b")
    assert (record.correct, record.dataset_fingerprint) == (None, "")
    with (
        cnc_summary.model(tmp_path / "a" / "m", "m") as model,
        pytest.raises(ArgumentError, match="such as 9, are not in the data set"),
    ):
        model.predictions("test", [1, 9], predicted=[0, 1])
