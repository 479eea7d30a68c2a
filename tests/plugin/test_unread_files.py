"""What loaders leave unread without a word is said, with its remedy."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin.snapshot import Snapshot
from tensorboard_cnc.plugin.unread_files import EventFiles, Loader, watched
from tests.conftest import Serve

FAST = Loader(fast=True)
PYTHON = Loader(fast=False)


def event_file(directory: Path, name: str = "events.out.tfevents.1.a", text: str = "x") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(text)
    return path


def messages(files: EventFiles) -> list[str]:
    return [problem.error.message for problem in files.look()]


def test_more_files_than_the_fast_loader_may_open(tmp_path: Path) -> None:
    for number in range(30):
        event_file(tmp_path / f"run-{number}")
    files = EventFiles(tmp_path, Loader(fast=True, open_files=40))
    (problem,) = files.look()
    assert "has 30 event files" in problem.error.message
    assert "may open 40" in problem.error.message
    assert "--load_fast=false" in problem.error.remedy
    assert "ulimit -n 64" in problem.error.remedy
    assert messages(EventFiles(tmp_path, Loader(fast=True, open_files=64))) == []
    assert messages(EventFiles(tmp_path, PYTHON)) == []


def test_a_file_that_was_replaced_under_the_fast_loader(tmp_path: Path) -> None:
    kept, replaced = (event_file(tmp_path / name) for name in ("kept", "replaced"))
    files = EventFiles(tmp_path, FAST)
    assert messages(files) == []
    kept.write_text("longer than before")
    event_file(tmp_path / "elsewhere", "new").replace(replaced)
    (message,) = messages(files)
    assert "1 event file was replaced" in message
    assert os.path.relpath(replaced, tmp_path) in message
    assert messages(files) == [message], "it is said for as long as it is so"
    replaced.unlink()
    assert messages(files) == []


def test_a_file_that_grows_beside_a_later_one_under_the_python_loader(tmp_path: Path) -> None:
    early, late = (event_file(tmp_path, f"events.out.tfevents.{n}") for n in (1, 2))
    files = EventFiles(tmp_path, PYTHON)
    assert messages(files) == []
    late.write_text("the loader follows this one")
    assert messages(files) == []
    early.write_text("nobody reads this")
    (message,) = messages(files)
    assert "1 event file grows beside a later one" in message
    assert messages(EventFiles(tmp_path, Loader(fast=False, multifile=True))) == []


def test_a_name_that_is_no_utf_8_can_be_told(tmp_path: Path) -> None:
    odd = event_file(tmp_path / os.fsdecode(b"run-\xff"))
    files = EventFiles(tmp_path, FAST)
    files.look()
    event_file(tmp_path / "elsewhere").replace(odd)
    (message,) = messages(files)
    assert "run-\\udcff" in message


def test_what_cannot_be_looked_at_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    event_file(tmp_path, "ordinary.txt")
    files = EventFiles(tmp_path, Loader(fast=True, open_files=18))
    assert messages(files) == []
    event_file(tmp_path)
    assert messages(files) == []
    assert messages(EventFiles(tmp_path / "nowhere", FAST)) == []


@pytest.mark.parametrize("logdir", ["", "s3://bucket/runs", "/no/such/directory"])
def test_only_a_local_directory_is_watched(logdir: str) -> None:
    assert watched(TBContext(logdir=logdir)) is None


def test_nothing_is_missing_before_a_loader_shows_nothing_more(
    tmp_path: Path, serve: Serve
) -> None:
    with cnc_summary.model(tmp_path / "run", "child", parents="dense"):
        pass
    tensorboard = serve(tmp_path)
    tensorboard.models_when(lambda answer: len(answer["models"]) == 2)
    snapshot = Snapshot(tensorboard.provider, "")
    said = []
    for _ in range(2):
        snapshot.renew(RequestContext())
        answer = json.loads(snapshot.current(RequestContext()).body.content)
        (problem,) = answer["problems"]
        ghost = answer["models"][-1]
        said.append((problem["message"], ghost.get("unread"), answer.get("incomplete")))
    child = 'Model "child" names the parent "dense", which'
    assert said == [
        (f"{child} is not among what was read so far.", True, True),
        (f"{child} no run has logged.", None, None),
    ]
