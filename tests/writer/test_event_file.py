"""Event files that stay whole whatever happens."""

from __future__ import annotations

import errno
import io
import time
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import WriterError
from tensorboard_cnc.records.models import ModelCard
from tensorboard_cnc.writer.sinks.event_file import EventFile, framed
from tests.writer.logged import event_files, events, only, values


def event(step: int) -> bytes:
    return framed(Event(step=step))


def test_frames_are_tensorboards() -> None:
    content = Event(step=3).SerializeToString()
    frame = event(3)
    assert frame[:8] == len(content).to_bytes(8, "little")
    assert frame[8:12] == masked_crc32c(frame[:8]).to_bytes(4, "little")
    assert frame[12:-4] == content
    assert frame[-4:] == masked_crc32c(content).to_bytes(4, "little")


def test_a_second_file_of_the_same_name_is_not_overwritten(tmp_path: Path) -> None:
    first = EventFile(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: int(first.path.name.split(".")[3]))
        with pytest.raises(FileExistsError):
            EventFile(tmp_path)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A disk that has room for so many more bytes; the last number counts."""
    room = [1 << 30]

    class Disk(io.FileIO):
        def write(self, data: Any) -> int:
            written = super().write(bytes(data)[: room[-1]]) if room[-1] else 0
            room[-1] -= written
            if not written:
                raise OSError(errno.ENOSPC, "No space left on device")
            return written

    monkeypatch.setattr(io, "FileIO", Disk)
    return room


@pytest.mark.parametrize("left", [0, 1, 8, 15, 20, 60])
def test_a_full_disk_hides_nothing_that_follows(left: int, tmp_path: Path, room: list[int]) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1})
        room.append(left)
        with pytest.raises(WriterError, match="cannot be written: No space left on device"):
            model.metrics({"b": 2})
        room.append(1 << 30)
        model.metrics({"c": 3})
    assert values(tmp_path) == {"a": (1.0,), "b": (2.0,), "c": (3.0,)}
    assert only(ModelCard, tmp_path).status == "finished"
    # A file that holds half an event is left alone, because a reader may have read the half.
    assert len(event_files(tmp_path)) == (1 if left == 0 else 2)


def test_a_limit_of_the_system_hides_nothing_that_follows(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX limits the sizes of files")
    with cnc_summary.model(tmp_path, "m") as model:
        (file,) = event_files(tmp_path)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 30, hard))
        try:
            with pytest.raises(WriterError, match="cannot be written: File too large"):
                model.metrics({"a": 1})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        model.metrics({"b": 2})
    assert values(tmp_path) == {"a": (1.0,), "b": (2.0,)}
    assert only(ModelCard, tmp_path).status == "finished"


def test_a_file_that_cannot_begin_is_removed(tmp_path: Path, room: list[int]) -> None:
    room.append(5)
    with pytest.raises(OSError, match="No space left"):
        EventFile(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_write_may_take_several_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(io.FileIO):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:3])

    monkeypatch.setattr(io, "FileIO", Slow)
    file = EventFile(tmp_path)
    assert file.append(event(1))
    assert [event.step for event in events(file.path)] == [0, 1]


def test_what_another_has_cut_short_gets_no_more_events(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    file.append(event(1))
    with file.path.open("ab") as theirs:
        theirs.write(b"half")
    before = file.path.read_bytes()
    assert not file.append(event(2))
    assert file.path.read_bytes() == before
    file.path.unlink()
    assert not file.append(event(2))
    assert not file.path.exists()


def test_an_event_that_a_signal_handler_writes_in_between_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested: list[bool] = []

    class Interrupted(io.FileIO):
        def write(self, data: Any) -> int:
            if not nested:
                nested.append(True)
                nested.append(file.append(event(2)))
            return super().write(data)

    file = EventFile(tmp_path)
    monkeypatch.setattr(io, "FileIO", Interrupted)
    # It cannot be told from half an event, so the one around it goes into another file too.
    assert not file.append(event(1))
    assert nested == [True, True]
    assert [event.step for event in events(file.path)] == [0, 2, 1]
    assert not file.append(event(3))
