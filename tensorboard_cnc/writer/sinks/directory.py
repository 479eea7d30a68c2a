"""Sinks for a directory: each process writes an event file into a sub-run that is its own."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import ClosedError, WriterError
from tensorboard_cnc.format.tags import SUBRUN, mark_as_subrun, new_handle
from tensorboard_cnc.wording import shown, text_of
from tensorboard_cnc.writer.sinks.courier import Courier
from tensorboard_cnc.writer.sinks.event_file import EventFile, file_name, first_frame, framed


class LocalSink:
    """Writes into this process's sub-run of a local directory; each event is there at once."""

    def __init__(self, directory: Path) -> None:
        self._subrun = _subrun_of(directory)

    @property
    def losses(self) -> int:
        return self._subrun.losses

    def write(self, summary: Summary, step: int) -> None:
        self._subrun.append(summary, step)

    def settle(self) -> None:
        """Nothing is on its way."""

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


class RemoteSink:
    """Writes into a sub-run of its own, because a remote directory cannot be claimed.

    Where a file system cannot append, as most cannot, each flush stores the whole file anew.
    """

    losses = 0

    def __init__(self, url: str) -> None:
        self._courier = Courier()
        self._file: Any = None
        self._courier.do(lambda: self._open(url))

    def write(self, summary: Summary, step: int) -> None:
        frame = framed(_marked(summary, step))
        self._courier.do(lambda: self._opened().write(frame))

    def settle(self) -> None:
        """Nothing is on its way."""

    def flush(self) -> None:
        self._courier.do(lambda: self._file and self._file.flush())

    def close(self) -> None:
        self._courier.do(self._close)

    def _open(self, url: str) -> None:
        from tensorboard.compat import tf

        subrun = f"{url.rstrip('/')}/{SUBRUN}/{new_handle()}"
        try:
            tf.io.gfile.makedirs(subrun)
            self._file = tf.io.gfile.GFile(f"{subrun}/{file_name()}", "wb")
            self._file.write(first_frame())
            self._file.flush()
        except Exception as error:
            # Each file system raises errors of its own; TensorFlow's are not OSErrors.
            raise WriterError(
                f"The directory {shown(url)} cannot be written: {text_of(error)}",
                "Remote directories are written by the file systems that TensorBoard knows",
                "Install what its protocol needs, such as fsspec with s3fs or gcsfs, or pass a "
                "local directory and copy that",
            ) from error

    def _opened(self) -> Any:
        if self._file is None:
            raise ClosedError(
                "The remote event file has been closed",
                "A model is logged while its handle is open",
                "Log before close()",
            )
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class _SubRun:
    """The sub-run of a directory that this process has claimed, and its one event file."""

    def __init__(self, directory: Path) -> None:
        self.losses = 0
        self._directory = directory
        # Reentrant, so that a signal handler may log in the middle of a call.
        self._lock = threading.RLock()
        self._file: EventFile | None = None

    def append(self, summary: Summary, step: int) -> None:
        with self._lock:
            try:
                if self._file is None:
                    self._begin()
                frame = framed(_marked(summary, step))
                while self._file is None or not self._file.append(frame):
                    self._begin()
            except OSError as error:
                raise WriterError(
                    f"The directory {shown(str(self._directory))} cannot be written: "
                    f"{error.strerror or error}",
                    "Records go into an event file below it",
                    "Check its permissions and the free space, or pass another directory",
                ) from error

    def _begin(self) -> None:
        # It may have been deleted while the process runs, as in a notebook.
        if self._file is not None and not self._file.path.exists():
            self.losses += 1
        subrun = _claim(self._directory)
        try:
            self._file = EventFile(subrun)
        except BaseException:
            # A signal handler may have logged below it in between.
            with suppress(OSError):
                subrun.rmdir()
            raise


_subruns: dict[Path, _SubRun] = {}


def _subrun_of(directory: Path) -> _SubRun:
    resolved = directory.resolve()
    # Of several threads that get here at once, all take what the first has stored.
    return _subruns.setdefault(resolved, _SubRun(resolved))


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


def _marked(summary: Summary, step: int) -> Event:
    """An event with a copy of `summary`, marked as written into a sub-run."""
    event = Event(wall_time=time.time(), step=step, summary=summary)
    mark_as_subrun(event.summary)
    return event


if hasattr(os, "register_at_fork"):
    # A forked process must not write into the files of the one it came from.
    os.register_at_fork(after_in_child=_subruns.clear)
