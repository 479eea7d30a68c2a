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

from tensorboard_cnc.writer.sinks import directory
from tensorboard_cnc.writer.sinks.event_file import EventFile
from tests.writer.logged import events


def test_frames_are_tensorboards(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    content = Event(step=3).SerializeToString()
    file.append(Event(step=3))
    frame = file.path.read_bytes()[-len(content) - 16 :]
    assert frame[:8] == len(content).to_bytes(8, "little")
    assert frame[8:12] == masked_crc32c(frame[:8]).to_bytes(4, "little")
    assert frame[12:-4] == content
    assert frame[-4:] == masked_crc32c(content).to_bytes(4, "little")


def test_a_second_file_of_the_same_name_is_not_overwritten(tmp_path: Path) -> None:
    first = EventFile(tmp_path)
    first.path.with_name("other").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: int(first.path.name.split(".")[3]))
        with pytest.raises(FileExistsError):
            EventFile(tmp_path)


def limit(patch: pytest.MonkeyPatch, left: int) -> None:
    """A disk that has room for `left` more bytes."""
    room = [left]

    def write_some(file: io.FileIO, data: Any) -> None:
        written = file.write(data[: room[0]])
        room[0] -= written
        if written < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")

    patch.setattr(directory, "_write_all", write_some)


@pytest.mark.parametrize("left", [0, 1, 8, 15, 20])
def test_a_full_disk_leaves_the_file_whole(
    left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = EventFile(tmp_path)
    file.append(Event(step=1))
    with monkeypatch.context() as patch:
        limit(patch, left)
        with pytest.raises(OSError, match="No space left"):
            file.append(Event(step=2, file_version="x" * 100))
    file.append(Event(step=3))
    assert [event.step for event in events(file.path)] == [0, 1, 3]


def test_a_file_that_cannot_begin_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, 5)
    with pytest.raises(OSError, match="No space left"):
        EventFile(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_write_may_take_several_calls(tmp_path: Path) -> None:
    class Slow(io.FileIO):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:3])

    with Slow(tmp_path / "file", "w") as file:
        directory._write_all(file, b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"
