"""What is refused as a writer, and how the remedies read."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import WriterError
from tests.writer.logged import event_files

TYPES = (
    "A writer is a SummaryWriter of torch or tensorboardX, Lightning's logger.experiment, a "
    "tf.summary writer, or a directory"
)


def made_in(module: str, name: str, **members: Any) -> Any:
    """An object of a class that says it comes from `module`."""
    return type(name, (), {"__module__": module, **members})()


@pytest.mark.parametrize("writer", [None, 3, b"runs", ["runs"], "", object(), ModuleType("torch")])
@pytest.mark.parametrize("open_handle", [cnc_summary.model, cnc_summary.attach])
def test_what_is_no_writer(writer: Any, open_handle: Any) -> None:
    with pytest.raises(
        WriterError, match=f"The writer is .* of type .*{TYPES}.* Pass one of these"
    ):
        open_handle(writer, "m")
    with pytest.raises(TypeError):
        cnc_summary.define_metrics(writer, cnc_summary.metric("a"))


@pytest.mark.parametrize(
    "package", ["lightning.pytorch", "pytorch_lightning", "lightning.fabric", "somewhere.else"]
)
def test_a_logger_is_told_to_hand_over_its_experiment(package: str) -> None:
    logger = made_in(f"{package}.loggers.tensorboard", "TensorBoardLogger", experiment=property())
    with pytest.raises(
        WriterError, match=r"of type .*TensorBoardLogger.* Pass the logger\.experiment of"
    ):
        cnc_summary.model(logger, "m")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("lightning.fabric.loggers.logger", "_DummyExperiment"),
        ("pytorch_lightning.loggers.logger", "DummyExperiment"),
        ("lightning_fabric.loggers.logger", "_DummyExperiment"),
    ],
)
def test_lightnings_stand_in_on_other_ranks_writes_nothing(module: str, name: str) -> None:
    stand_in = made_in(module, name)
    with cnc_summary.model(stand_in, "m") as model:
        model.metrics({"a": 1})


def test_a_path_that_has_swallowed_a_slash() -> None:
    with pytest.raises(WriterError, match=r'Path turns "//" into "/"\. Pass a remote'):
        cnc_summary.model(Path("s3://bucket/runs"), "m")


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("mine")
    with pytest.raises(WriterError, match=r"is a file\. .* Pass the directory that holds the run"):
        cnc_summary.model(tmp_path / "events", "m")


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    message = "cannot be written: Not a directory. .* Check its permissions and the free space"
    with pytest.raises(WriterError, match=message):
        cnc_summary.model(tmp_path / "file" / "run", "m")
    assert event_files(tmp_path) == []


def test_a_name_that_tensorboard_cannot_list_is_refused(tmp_path: Path) -> None:
    for name in (os.fsdecode(b"\xff"), os.fsdecode(b"caf\xe9/run")):
        with pytest.raises(WriterError, match=r"is no UTF-8\. .* cannot list any run beside it"):
            cnc_summary.model(tmp_path / name, "m")
    assert list(tmp_path.iterdir()) == []
