"""The SummaryWriters of torch and tensorboardX."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tensorboardX
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ClosedError
from tensorboard_cnc.records.models import Metrics, MetricSpecs, ModelCard, Problems
from tests.writer.logged import all_of, event_files, events, latest, only, values

KINDS = [SummaryWriter, tensorboardX.SummaryWriter]
WriterKind = Callable[..., Any]


@pytest.fixture(params=KINDS, ids=["torch", "tensorboardX"])
def kind(request: pytest.FixtureRequest) -> WriterKind:
    return request.param  # type: ignore[no-any-return]


def test_a_model_beside_ordinary_scalars(kind: WriterKind, tmp_path: Path) -> None:
    with kind(str(tmp_path)) as writer:
        with cnc_summary.model(writer, "m", metrics={"accuracy": "max"}) as model:
            writer.add_scalar("loss", 0.5, 1)
            model.metrics({"accuracy": 0.9}, step=1)
        writer.add_scalar("loss", 0.25, 2)
    assert only(ModelCard, tmp_path).status == "finished"
    assert values(tmp_path) == {"accuracy": (0.9,)}
    assert len(only(MetricSpecs, tmp_path).specs) == 1
    (file,) = event_files(tmp_path)
    tags = [value.tag for event in events(file) for value in event.summary.value]
    assert tags.count("loss") == 2


def test_the_model_shows_while_the_writer_is_open(kind: WriterKind, tmp_path: Path) -> None:
    with kind(str(tmp_path)) as writer, cnc_summary.model(writer, "m") as model:
        assert only(ModelCard, tmp_path).status == "running"
        model.failed("diverged")
        assert only(ModelCard, tmp_path).status == "failed"
    assert only(ModelCard, tmp_path).status == "failed"


def test_closing_the_model_makes_everything_visible(kind: WriterKind, tmp_path: Path) -> None:
    with kind(str(tmp_path)) as writer:
        with cnc_summary.model(writer, "m") as model:
            for number in range(100):
                model.metrics({"a": number})
        assert values(tmp_path) == {"a": (99.0,)}


def test_metrics_are_flushed_now_and_then(
    kind: WriterKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with kind(str(tmp_path)) as writer, cnc_summary.model(writer, "m") as model:
        now[0] += 2.5
        model.metrics({"a": 1})
        assert values(tmp_path) == {"a": (1.0,)}


def test_several_models_and_specs_in_one_run(kind: WriterKind, tmp_path: Path) -> None:
    with kind(str(tmp_path)) as writer:
        cnc_summary.define_metrics(writer, cnc_summary.metric("a", goal="max"))
        with cnc_summary.model(writer, "one") as one, cnc_summary.model(writer, "two") as two:
            one.metrics({"a": 1})
            two.metrics({"a": 2})
        with cnc_summary.attach(writer, "one") as again:
            again.metrics({"b": 3})
    assert {card.id for card in all_of(ModelCard, tmp_path)} == {"one", "two"}
    assert len(all_of(Metrics, tmp_path)) == 3
    assert len(event_files(tmp_path)) == 1


def test_a_closed_writer_is_refused_and_not_reopened(kind: WriterKind, tmp_path: Path) -> None:
    writer = kind(str(tmp_path))
    model = cnc_summary.model(writer, "m")
    writer.close()
    refused = pytest.raises(ClosedError, match=r"SummaryWriter has been closed\. .* Close the")
    with refused:
        model.metrics({"a": 1})
    with refused:
        model.failed("late")
    with refused:
        model.close()
    with refused:
        cnc_summary.model(writer, "other")
    assert len(event_files(tmp_path)) == 1


def test_the_first_error_is_not_hidden_by_a_closed_writer(kind: WriterKind, tmp_path: Path) -> None:
    def close_too_early() -> None:
        writer = kind(str(tmp_path))
        with cnc_summary.model(writer, "m"):
            writer.close()
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory") as caught:
        close_too_early()
    (note,) = caught.value.__notes__
    assert note.startswith('The model "m" could not be marked as failed: The SummaryWriter has')


def test_what_was_attached_is_not_lost_with_the_writer(kind: WriterKind, tmp_path: Path) -> None:
    writer = kind(str(tmp_path))
    attached = cnc_summary.attach(writer, "m")
    attached.metrics({"a": 1})
    attached.metrics({"a": 2})
    writer.close()
    attached.close()
    assert values(tmp_path) == {"a": (2.0,)}


def test_a_writer_that_was_used_again_works_again(kind: WriterKind, tmp_path: Path) -> None:
    writer = kind(str(tmp_path), filename_suffix=".one")
    writer.close()
    writer.add_scalar("loss", 1.0, 1)
    cnc_summary.model(writer, "m").close()
    writer.close()
    assert only(ModelCard, tmp_path).status == "finished"


def test_a_subclass_is_a_summary_writer(kind: WriterKind, tmp_path: Path) -> None:
    class Mine(kind):  # type: ignore[misc,valid-type]
        pass

    with Mine(str(tmp_path)) as writer:
        cnc_summary.model(writer, "m").close()
    assert only(ModelCard, tmp_path).id == "m"


def test_a_tensorboardx_writer_that_writes_nothing(tmp_path: Path) -> None:
    with (
        tensorboardX.SummaryWriter(str(tmp_path / "run"), write_to_disk=False) as writer,
        cnc_summary.model(writer, "m") as model,
    ):
        model.metrics({"a": 1})
    assert latest(tmp_path) == {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_a_deleted_file_held_is_written_beside_it(kind: WriterKind, tmp_path: Path) -> None:
    run = tmp_path / "run"
    writer = kind(str(run))
    with cnc_summary.model(writer, "m") as model:
        model.metrics({"a": 1})
        model.failed("diverged")
        shutil.rmtree(run)
        model.metrics({"b": 2})
        model.failed("diverged again")
        assert values(run) == {"a": (1.0,), "b": (2.0,)}
        assert only(ModelCard, run).reason == "diverged again"
    with suppress(FileNotFoundError):
        writer.close()
    assert [path.parent.name for path in event_files(run)] == ["cnc"]
    (problem,) = only(Problems, run).problems
    assert problem.message.startswith("The event file was deleted, moved or damaged")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_whose_thread_has_failed_takes_nothing_with_it(tmp_path: Path) -> None:
    writer: Any = SummaryWriter(str(tmp_path))
    model = cnc_summary.model(writer, "m")
    queue = writer._get_file_writer().event_writer._async_writer._byte_queue
    # As Ctrl-C within an add_scalar leaves it: the thread counts one event too many.
    with queue.mutex:
        queue.unfinished_tasks -= 1
    model.metrics({"a": 1})
    model.metrics({"b": 2})
    model.close()
    assert values(tmp_path) == {"a": (1.0,), "b": (2.0,)}
    assert only(ModelCard, tmp_path).status == "finished"


def test_a_handler_that_interrupts_the_writer_logs_beside_it(
    kind: WriterKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kind(str(tmp_path)) as writer, cnc_summary.model(writer, "m") as model:
        model.metrics({"a": 1})
        file_writer = writer._get_file_writer()
        add_event = file_writer.event_writer.add_event

        def interrupted(event: Any) -> None:
            add_event(event)
            model.failed("preempted")
            assert only(ModelCard, tmp_path).reason == "preempted"
            assert values(tmp_path) == {"a": (1.0,)}, "what was logged before is there too"

        monkeypatch.setattr(file_writer.event_writer, "add_event", interrupted)
        writer.add_scalar("loss", 0.5, 1)
        monkeypatch.undo()
        model.metrics({"b": 2})
    assert {path.parent.name for path in event_files(tmp_path)} == {tmp_path.name, "cnc"}
    assert only(ModelCard, tmp_path).status == "failed"
    assert values(tmp_path) == {"a": (1.0,), "b": (2.0,)}


def test_ctrl_c_within_the_writer_ends_the_model_beside_it(
    kind: WriterKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = kind(str(tmp_path))
    events = writer._get_file_writer().event_writer
    queue = events._event_queue if hasattr(events, "_event_queue") else events._async_writer
    lock = queue._notempty if hasattr(queue, "_notempty") else queue._byte_queue.mutex

    def interrupted(*_: Any, **__: Any) -> None:
        # As between the two instructions that take the lock of the queue and promise its release.
        lock.acquire()
        raise KeyboardInterrupt

    def train() -> None:
        with cnc_summary.model(writer, "m") as model:
            model.metrics({"a": 1})
            monkeypatch.setattr(events, "add_event", interrupted)
            writer.add_scalar("loss", 0.5, 1)

    with pytest.raises(KeyboardInterrupt):
        train()
    lock.release()
    assert only(ModelCard, tmp_path).reason == "KeyboardInterrupt"
    assert values(tmp_path) == {"a": (1.0,)}
    monkeypatch.undo()
    writer.close()
