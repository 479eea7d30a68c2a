"""Sinks for a directory: each process writes an event file into a sub-run that is its own."""

from __future__ import annotations

import io
import os
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import google_crc32c
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import WriterError
from tensorboard_cnc.format.tags import SUBRUN, mark_as_subrun, new_handle
from tensorboard_cnc.wording import shown, text_of


class LocalSink:
    """Writes into this process's sub-run of a local directory; each event is there at once."""

    def __init__(self, directory: Path) -> None:
        self._subrun = _subrun_of(directory)

    def write(self, summary: Summary, step: int) -> None:
        mark_as_subrun(summary)
        self._subrun.append(summary, step)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


class RemoteSink:
    """Writes into a sub-run of its own, because a remote directory cannot be claimed."""

    def __init__(self, url: str) -> None:
        self._events = _remote_writer(f"{url.rstrip('/')}/{SUBRUN}/{new_handle()}")

    def write(self, summary: Summary, step: int) -> None:
        mark_as_subrun(summary)
        self._events.add_event(Event(wall_time=time.time(), step=step, summary=summary))

    def flush(self) -> None:
        self._events.flush()

    def close(self) -> None:
        self._events.close()


class _SubRun:
    """The sub-run of a directory that this process has claimed, and its one event file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.RLock()
        self._file: EventFile | None = None

    def append(self, summary: Summary, step: int) -> None:
        with self._lock:
            # It may have been deleted while the process runs, as in a notebook.
            if self._file is None or not self._file.path.exists():
                self._file = _new_event_file(self._directory)
            self._file.append(Event(wall_time=time.time(), step=step, summary=summary))


class EventFile:
    """A new event file in a directory that no other process writes into.

    An event is in the file when `append` returns. Unlike TensorBoard's EventFileWriter this needs
    no thread and no open descriptor, so that any number of models can be logged at once, and it
    never imports TensorFlow.
    """

    def __init__(self, directory: Path) -> None:
        start = time.time()
        name = f"events.out.tfevents.{start:010.0f}.{socket.gethostname()}.{os.getpid()}.cnc"
        self.path = directory / name
        self.path.touch(exist_ok=False)
        try:
            self.append(Event(wall_time=start, file_version="brain.Event:2"))
        except OSError:
            self.path.unlink()
            raise

    def append(self, event: Event) -> None:
        """Writes the event as a whole or, on an error, not at all.

        Raises:
          OSError: the disk is full, say.
        """
        frame = _framed(event.SerializeToString())
        # Appending in one call, so that a signal handler may log in the middle of this.
        with self.path.open("ab", buffering=0) as file:
            end = file.tell()
            try:
                _write_all(file, frame)
            except OSError:
                file.truncate(end)
                raise


_subruns: dict[Path, _SubRun] = {}


def _subrun_of(directory: Path) -> _SubRun:
    resolved = directory.resolve()
    # Of several threads that get here at once, all take what the first has stored.
    return _subruns.setdefault(resolved, _SubRun(resolved))


def _new_event_file(directory: Path) -> EventFile:
    try:
        subrun = _claim(directory)
        try:
            return EventFile(subrun)
        except OSError:
            subrun.rmdir()
            raise
    except OSError as error:
        raise WriterError(
            f"The directory {shown(str(directory))} cannot be written: {error.strerror or error}",
            "Records go into an event file below it",
            "Check its permissions and the free space, or pass another directory",
        ) from error


def _claim(directory: Path) -> Path:
    """A new sub-run: mkdir succeeds in one process only."""
    directory.mkdir(parents=True, exist_ok=True)
    first = directory / SUBRUN
    with suppress(FileExistsError):
        first.mkdir()
        return first
    further = first / new_handle()
    further.mkdir()
    return further


def _remote_writer(url: str) -> Any:
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    try:
        return EventFileWriter(url)
    except Exception as error:
        # Each file system raises errors of its own; TensorFlow's are not OSErrors.
        raise WriterError(
            f"The directory {shown(url)} cannot be written: {text_of(error)}",
            "Remote directories are written by the file systems that TensorBoard knows",
            "Install what its protocol needs, such as fsspec with s3fs or gcsfs, or pass a local "
            "directory and copy that",
        ) from error


def _write_all(file: io.FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _framed(data: bytes) -> bytes:
    """A TFRecord: length, its checksum, the data, their checksum."""
    length = struct.pack("<Q", len(data))
    return length + _masked_crc(length) + data + _masked_crc(data)


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


if hasattr(os, "register_at_fork"):
    # A forked process must not write into the files of the one it came from.
    os.register_at_fork(after_in_child=_subruns.clear)
