"""One broken run never hides the others, and the page learns what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.context import RequestContext
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.cnc_pb2 import Envelope
from tensorboard_cnc.format.tags import model_tag, tensor_summary
from tensorboard_cnc.plugin.snapshot import Snapshot
from tensorboard_cnc.reader import event_store
from tensorboard_cnc.records.models import ModelCard
from tests.conftest import Serve


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """A good run, and one to break."""
    for run in ("broken", "good"):
        with cnc_summary.model(tmp_path / run, run, description="words " * 50) as model:
            model.metrics({"accuracy": 0.5})
    return tmp_path


def event_file(logdir: Path) -> Path:
    (file,) = (logdir / "broken").rglob("*tfevents*")
    return file


def ids(answer: dict[str, Any]) -> set[str]:
    return {model["id"] for model in answer["models"]}


def good_is_whole(answer: dict[str, Any]) -> bool:
    good = [m for m in answer["models"] if m["id"] == "good"]
    return bool(good) and good[0]["status"] == "finished" and "accuracy" in good[0]["metrics"]


def write_raw(run: Path, tag: str, content: bytes, step: int = 1) -> None:
    writer = EventFileWriter(str(run))
    writer.add_event(Event(step=step, wall_time=1.0, summary=tensor_summary(tag, content)))
    writer.close()


def test_no_data_and_no_directory(tmp_path: Path, serve: Serve) -> None:
    for logdir in (tmp_path, tmp_path / "absent"):
        answer = serve(logdir).models()
        assert (answer["models"], answer["metrics"], answer["problems"]) == ([], [], [])


def test_only_other_peoples_data(tmp_path: Path, serve: Serve) -> None:
    with SummaryWriter(tmp_path / "r") as writer:
        writer.add_scalar("loss", 1.0, 1)
    assert serve(tmp_path).models()["models"] == []


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.3, 0.5, 0.9, 0.99])
def test_a_file_cut_anywhere(keep: float, logdir: Path, serve: Serve) -> None:
    file = event_file(logdir)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * keep)])
    answer = serve(logdir).models_when(good_is_whole)
    assert ids(answer) <= {"good", "broken"}


def test_a_zero_filled_tail(logdir: Path, serve: Serve) -> None:
    file = event_file(logdir)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] + bytes(len(content) // 2))
    serve(logdir).models_when(good_is_whole)


def test_a_flipped_byte_is_never_shown_as_data(logdir: Path, serve: Serve, loader: str) -> None:
    file = event_file(logdir)
    content = bytearray(file.read_bytes())
    # In the latest card's description, which the Rust loader hands out without checking.
    where = content.rindex(b"cnc/model/broken") + 200
    content[where] ^= 0x40
    file.write_bytes(content)
    tensorboard = serve(logdir)
    if loader == "python":
        tensorboard.models_when(good_is_whole)
        return
    answer = tensorboard.models_when(lambda a: good_is_whole(a) and a["problems"])
    assert any("damaged" in problem["message"] for problem in answer["problems"])
    assert all("traceback" not in problem["message"].lower() for problem in answer["problems"])


def test_a_record_of_a_future_version(logdir: Path, serve: Serve) -> None:
    future = Envelope()
    future.ParseFromString(envelope.encode(ModelCard("future")))
    future.format_version = 99
    future.checksum = envelope.checksum_of(99, future.compression, future.size, future.payload)
    tag = model_tag("future", "0f")
    write_raw(logdir / "future", tag, future.SerializeToString())
    answer = serve(logdir).models_when(lambda a: good_is_whole(a) and a["problems"])
    (problem,) = answer["problems"]
    assert "99" in problem["message"]
    assert "upgrade" in problem["remedy"].lower()
    assert (problem["run"], problem["tag"]) == ("future", tag)
    assert ids(answer) == {"good", "broken"}


@pytest.mark.parametrize(
    ("tag", "content"),
    [
        ("cnc/model/a", b""),
        ("cnc/model/a", b"garbage" * 10),
        ("cnc/model/b", envelope.encode(ModelCard("a"))),
        ("cnc/model/b/0f", envelope.encode(ModelCard("a"))),
        ("cnc/metrics/a/x", envelope.encode(ModelCard("a"))),
        ("whatever", envelope.encode(ModelCard("a"))),
    ],
)
def test_foreign_or_misplaced_content(tag: str, content: bytes, logdir: Path, serve: Serve) -> None:
    write_raw(logdir / "odd", tag, content)
    answer = serve(logdir).models_when(lambda a: good_is_whole(a) and a["problems"])
    (problem,) = answer["problems"]
    assert (problem["run"], problem["tag"]) == ("odd", tag)
    assert problem["message"]
    assert problem["remedy"]


def test_missing_parents_and_cycles_across_runs(tmp_path: Path, serve: Serve) -> None:
    for run, parents in {"a": "b", "b": "a", "c": "<b>lost</b>"}.items():
        with cnc_summary.model(tmp_path / run, run, parents=parents):
            pass
    answer = serve(tmp_path).models_when(lambda a: len(a["models"]) == 4)
    models = {model["id"]: model for model in answer["models"]}
    assert models["<b>lost</b>"]["status"] == "missing"
    assert models["<b>lost</b>"]["run"] is None
    assert models["c"]["parents"] == [models["<b>lost</b>"]["key"]]
    assert sorted([models["a"]["parents"], models["b"]["parents"]]) in (
        [[], [models["a"]["key"]]],
        [[], [models["b"]["key"]]],
    )
    assert len(answer["problems"]) == 2


def test_a_value_without_a_tensor(logdir: Path, serve: Serve) -> None:
    summary = tensor_summary(model_tag("empty", "0f"), b"")
    summary.value[0].ClearField("tensor")
    writer = EventFileWriter(str(logdir / "empty"))
    writer.add_event(Event(step=1, wall_time=1.0, summary=summary))
    writer.close()
    answer = serve(logdir).models_when(lambda a: good_is_whole(a) and a["problems"])
    assert ids(answer) == {"good", "broken"}
    assert [problem["run"] for problem in answer["problems"]] == ["empty"]


@pytest.mark.parametrize("wall_time", [1e305, -1e305, 1e15])
def test_a_scalar_of_another_age(wall_time: float, tmp_path: Path, serve: Serve) -> None:
    spec = cnc_summary.metric("accuracy", goal="max", scalar="val/acc")
    with SummaryWriter(tmp_path / "r") as writer, cnc_summary.model(writer, "m", metrics=[spec]):
        writer.add_scalar("val/acc", 0.5, 1, walltime=wall_time)
    with cnc_summary.model(tmp_path / "good", "good") as good:
        good.metrics({"accuracy": 0.25})
    answer = serve(tmp_path).models_when(good_is_whole)
    assert ids(answer) == {"good", "m"}


class Failing:
    """A data provider whose calls fail as told; otherwise the one it wraps."""

    def __init__(self, provider: Any, fails: Callable[[str, Any], bool]) -> None:
        self._provider = provider
        self._fails = fails

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._provider, name)

        def call(*args: Any, **named: Any) -> Any:
            if self._fails(name, named.get("run_tag_filter")):
                raise KeyError("tensor")
            return method(*args, **named)

        return call


def test_reading_is_tried_in_halves_down_to_the_broken_series(logdir: Path, serve: Serve) -> None:
    tensorboard = serve(logdir)
    tensorboard.models_when(lambda a: good_is_whole(a) and len(ids(a)) == 2)

    def fails(name: str, only: Any) -> bool:
        return name == "read_tensors" and any("broken" in run for run in only.runs)

    snapshot = Snapshot(Failing(tensorboard.provider, fails), "")
    answer = json.loads(snapshot.current(RequestContext()).body.content)
    assert ids(answer) == {"good"}
    assert {p["tag"].split("/")[1] for p in answer["problems"]} == {"model", "metrics"}


def test_a_listing_that_fails_keeps_what_was_read(logdir: Path, serve: Serve) -> None:
    tensorboard = serve(logdir)
    tensorboard.models_when(lambda a: good_is_whole(a) and len(ids(a)) == 2)
    broken: list[bool] = []
    provider = Failing(tensorboard.provider, lambda name, _: bool(broken) and "list" in name)
    snapshot = Snapshot(provider, "")
    assert len(json.loads(snapshot.current(RequestContext()).body.content)["models"]) == 2
    broken.append(True)
    snapshot.renew(RequestContext())
    answer = json.loads(snapshot.current(RequestContext()).body.content)
    assert ids(answer) == {"good", "broken"}
    assert any("could not list" in problem["message"] for problem in answer["problems"])


def test_not_every_one_of_many_failures_is_looked_into(tmp_path: Path, serve: Serve) -> None:
    for number in range(100):
        with cnc_summary.model(tmp_path / f"r{number}", f"m{number}"):
            pass
    tensorboard = serve(tmp_path)
    tensorboard.models_when(lambda a: len(a["models"]) == 100)
    calls: list[str] = []

    def fails(name: str, _only: Any) -> bool:
        calls.append(name)
        return name == "read_tensors"

    snapshot = Snapshot(Failing(tensorboard.provider, fails), "")
    answer = json.loads(snapshot.current(RequestContext()).body.content)
    assert answer["models"] == []
    assert len(answer["problems"]) == 100
    assert calls.count("read_tensors") <= 2 * event_store._FAILURES_LOOKED_INTO + 1


def test_a_provider_that_fails_altogether_is_told_in_the_answer() -> None:
    class Nothing:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(f"no {name}")

    answer = json.loads(Snapshot(Nothing(), "").current(RequestContext()).body.content)
    assert answer["models"] == []
    assert "could not be read" in answer["problems"][0]["message"]
