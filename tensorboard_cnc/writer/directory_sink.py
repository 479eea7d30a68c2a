"""A directory as a writer: events go into a sub-run that no other process writes into."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_cnc.errors import WriterError
from tensorboard_cnc.subrun import SUBRUN, new_handle
from tensorboard_cnc.writer.event_clock import now_us

_lock = threading.Lock()
# By (process, directory): the writer and how many sinks use it. A fork starts anew.
_shared: dict[tuple[int, str], tuple[EventFileWriter, int]] = {}


class DirectorySink:
    """Shares one event file among all sinks of this process for the same directory."""

    def __init__(self, path: str) -> None:
        self._key = (os.getpid(), path if "://" in path else str(Path(path).absolute()))
        with _lock:
            writer, users = _shared.get(self._key) or (_open(path), 0)
            _shared[self._key] = (writer, users + 1)
        self._writer: EventFileWriter | None = writer

    def write(self, summary: Summary, step: int) -> None:
        assert self._writer is not None
        event = Event(step=step, wall_time=now_us() / 1e6, summary=summary)
        self._writer.add_event(event)

    def flush(self) -> None:
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        if self._writer is None:
            return
        self._writer.flush()
        self._writer = None
        with _lock:
            writer, users = _shared.pop(self._key)
            if users > 1:
                _shared[self._key] = (writer, users - 1)
            else:
                writer.close()


def _open(path: str) -> EventFileWriter:
    try:
        return EventFileWriter(_claim(path))
    except OSError as error:
        raise WriterError(
            f"The directory {path} cannot be written: {error.strerror or error}",
            "Records go into event files there",
            "Check its permissions and free space, or give another directory",
        ) from error


def _claim(path: str) -> str:
    """A sub-run of `path` that nobody else has: the first process gets the plain name."""
    if "://" in path:
        return f"{path.rstrip('/')}/{SUBRUN}/{new_handle()}"
    subrun = Path(path) / SUBRUN
    subrun.parent.mkdir(parents=True, exist_ok=True)
    try:
        subrun.mkdir()
    except FileExistsError:
        return str(subrun / new_handle())
    return str(subrun)
