"""The writers of ``tf.summary``, with a real TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ClosedError
from tensorboard_cnc.records.models import ModelCard
from tests.writer.logged import event_files, events, latest, only, values
from tests.writer.scripts import run_script

pytestmark = pytest.mark.writers
tf: Any = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Any]:
    writer = tf.summary.create_file_writer(str(tmp_path))
    yield writer
    writer.close()


def test_a_model_beside_ordinary_scalars(writer: Any, tmp_path: Path) -> None:
    with cnc_summary.model(writer, "m", metrics={"accuracy": "max"}) as model:
        assert only(ModelCard, tmp_path).status == "running"
        with writer.as_default():
            tf.summary.scalar("loss", 0.5, step=1)
        model.metrics({"accuracy": 0.9}, step=1)
    assert only(ModelCard, tmp_path).status == "finished"
    assert values(tmp_path) == {"accuracy": (0.9,)}
    (file,) = event_files(tmp_path)
    assert "loss" in {value.tag for event in events(file) for value in event.summary.value}


def test_recording_that_is_switched_off_does_not_hide_models(writer: Any, tmp_path: Path) -> None:
    with tf.summary.record_if(False), cnc_summary.model(writer, "m") as model:
        model.metrics({"a": 1})
    assert values(tmp_path) == {"a": (1.0,)}


def test_values_of_tensorflow(writer: Any, tmp_path: Path) -> None:
    operation = cnc_summary.operation("quantize", dtype=tf.int8, amount=tf.constant(2))
    with cnc_summary.model(writer, "m", operation=operation) as model:
        model.metrics({"a": tf.constant(0.5), "b": tf.Variable([1.0, 2.0])}, step=tf.constant(3))
    assert operation.parameters == {"dtype": "int8", "amount": 2}
    assert values(tmp_path) == {"a": (0.5,), "b": (1.0, 2.0)}


def test_a_closed_writer_is_refused(writer: Any, tmp_path: Path) -> None:
    model = cnc_summary.model(writer, "m")
    writer.close()
    with pytest.raises(ClosedError, match=r"tf\.summary writer has been closed"):
        model.metrics({"a": 1})
    with pytest.raises(ClosedError, match=r"Call close\(\) on the model before the writer"):
        model.close()
    assert len(event_files(tmp_path)) == 1


def test_a_writer_that_writes_nothing(tmp_path: Path) -> None:
    with cnc_summary.model(tf.summary.create_noop_writer(), "m") as model:
        model.metrics({"a": 1})
    assert latest(tmp_path) == {}


def test_a_directory_needs_no_tensorflow_even_where_it_is_installed(tmp_path: Path) -> None:
    run_script(
        """
        import sys
        from tensorboard_cnc import cnc_summary
        cnc_summary.model(sys.argv[1], "m").close()
        assert not {"tensorflow", "torch"} & set(sys.modules)
        """,
        tmp_path / "logs",
    )
    assert only(ModelCard, tmp_path).status == "finished"
