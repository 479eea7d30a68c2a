"""Sinks for the writers that a script has already: of torch, tensorboardX and ``tf.summary``.

They are touched in a thread of ours alone, so that no interruption of the script leaves half an
event in their files. The SummaryWriters of torch and tensorboardX recreate a closed file writer
when asked for it, which would put a second event file into the run, so the sinks ask first.
"""

from __future__ import annotations

import importlib
import mmap
import os
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from traceback import walk_stack, walk_tb
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import ClosedError
from tensorboard_cnc.writer.endings import uncaught_exception
from tensorboard_cnc.writer.sinks.courier import Courier

# Their functions hold locks that only their caller can give back.
_LOCKING = ("tensorboardX.", "torch.utils.tensorboard.", "tensorboard.summary.writer.")


class _Spare(Protocol):
    """Where records go that a SummaryWriter cannot take."""

    def write(self, summary: Summary, step: int) -> None: ...
    def flush(self) -> None: ...


class _Pending:
    """An event that has not been seen in the file yet."""

    def __init__(self, summary: Summary, step: int) -> None:
        self.summary = summary
        self.step = step
        # The bytes that the writer was given: none where it refused, None before it was asked.
        self.data: bytes | None = None


class SummaryWriterSink(ABC):
    """Writes through a SummaryWriter of torch or tensorboardX.

    Events go beside its file, into a sub-run of the same run, where the writer cannot take them:
    after a call of the writer was interrupted, by a signal handler that still runs or by Ctrl-C,
    because its locks stay taken; and after the writer has lost an event, because its file was
    deleted, its thread has failed, or an interruption has spoilt its queue.
    """

    def __init__(self, writer: Any, spare: Callable[[str], _Spare]) -> None:
        """`spare` makes a sink for the directory of the writer."""
        self.losses = 0
        self._writer = writer
        self._make_spare = spare
        self._spare: _Spare | None = None
        self._pending: deque[_Pending] = deque()
        self._found = _Found("", 0, 0)
        self._courier = _courier_of(self._events())

    def write(self, summary: Summary, step: int) -> None:
        events = self._events()
        if self.losses or _interrupts_a_writer():
            self._beside().write(summary, step)
            return
        pending = _Pending(summary, step)
        self._pending.append(pending)
        self._courier.send(lambda: self._hand_over(events, pending))

    def settle(self) -> None:
        if not self.losses and not _interrupts_a_writer():
            self._courier.do(lambda: None)

    def flush(self) -> None:
        events = self._events()
        if self.losses or _interrupts_a_writer():
            self._write_beside(list(self._pending))
        else:
            self._courier.do(lambda: self._save(events))
        if self._spare is not None:
            self._spare.flush()

    def close(self) -> None:  # noqa: B027 - nothing to do is what there is to do
        """The writer is its owner's to close."""

    @abstractmethod
    def _check(self, events: Any) -> None:
        """Raises ClosedError where the writer's thread is that of another process."""

    @abstractmethod
    def _add(self, events: Any, event: Event) -> bytes:
        """Gives the writer `event`; returns the bytes that it stores."""

    @abstractmethod
    def _flush(self, events: Any) -> None:
        """Lets the writer write all that it has."""

    @abstractmethod
    def _path(self, events: Any) -> str:
        """The event file."""

    def _events(self) -> Any:
        """What torch and tensorboardX call the writer's EventFileWriter."""
        if self._writer.all_writers is None:
            raise ClosedError(
                "The SummaryWriter has been closed",
                "A model is logged while its writer is open",
                "Close the model first: open it inside the writer's with block, or call close() on "
                "the model before the writer",
            )
        events = self._writer._get_file_writer().event_writer
        self._check(events)
        return events

    def _hand_over(self, events: Any, pending: _Pending) -> None:
        event = Event(wall_time=time.time(), step=pending.step, summary=pending.summary)
        try:
            pending.data = self._add(events, event)
        except Exception:
            # Then it is not found in the file, and goes beside it.
            pending.data = b""

    def _save(self, events: Any) -> None:
        pending = [each for each in list(self._pending) if each.data is not None]
        if pending and not self._has_saved(events, pending[-1].data):
            self._write_beside(pending)
            self.losses += 1
        for each in pending:
            self._pending.remove(each)

    def _has_saved(self, events: Any, data: bytes | None) -> bool:
        path = self._path(events)
        try:
            self._flush(events)
        except Exception:
            if "://" in path:
                return False
        return bool(data) and ("://" in path or self._is_in_file(path, data or b""))

    def _is_in_file(self, path: str, data: bytes) -> bool:
        """Whether the file, still the same, holds `data` behind what was found in it before."""
        try:
            with (
                Path(path).open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ):
                inode = os.fstat(file.fileno()).st_ino
                before = self._found if self._found.path == path else _Found(path, inode, 0)
                at = content.find(data, before.end)
        except (OSError, ValueError):
            return False
        self._found = _Found(path, inode, at + len(data))
        return at >= 0 and before.inode == inode

    def _write_beside(self, pending: list[_Pending]) -> None:
        for each in pending:
            self._beside().write(each.summary, each.step)

    def _beside(self) -> _Spare:
        if self._spare is None:
            self._spare = self._make_spare(self._writer._get_file_writer().get_logdir())
        return self._spare


class _Found(NamedTuple):
    """Up to where events of ours were found in which file."""

    path: str
    inode: int
    end: int


class TorchSink(SummaryWriterSink):
    """Writes through a ``torch.utils.tensorboard.SummaryWriter``."""

    def _check(self, events: Any) -> None:
        worker = events._async_writer._worker
        if worker.exception is None:
            _check_same_process(worker)

    def _add(self, events: Any, event: Event) -> bytes:
        events.add_event(event)
        data: bytes = event.SerializeToString()
        return data

    def _flush(self, events: Any) -> None:
        queue = events._async_writer._byte_queue
        with queue.mutex:
            # An interrupted put may have woken nobody, and flush() would wait for flush_secs.
            queue.not_empty.notify_all()
        events.flush()

    def _path(self, events: Any) -> str:
        return str(events._file_name)


class TensorboardXSink(SummaryWriterSink):
    """Writes through a ``tensorboardX.SummaryWriter``, past its queue, which cannot be flushed."""

    def __init__(self, writer: Any, spare: Callable[[str], _Spare]) -> None:
        super().__init__(writer, spare)
        # tensorboardX has protocol buffer classes of its own.
        self._event_class = importlib.import_module("tensorboardX.proto.event_pb2").Event

    def _check(self, events: Any) -> None:
        _check_same_process(events._worker)

    def _add(self, events: Any, event: Event) -> bytes:
        theirs = self._event_class.FromString(event.SerializeToString())
        events._ev_writer.write_event(theirs)
        data: bytes = theirs.SerializeToString()
        return data

    def _flush(self, events: Any) -> None:
        events._ev_writer.flush()

    def _path(self, events: Any) -> str:
        return str(events._ev_writer._file_name)


class TfSummarySink:
    """Writes through what ``tf.summary.create_file_writer`` made."""

    losses = 0

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._summary = importlib.import_module("tensorflow").summary
        self._courier = _courier_of(writer)

    def write(self, summary: Summary, step: int) -> None:
        self._check_open()
        self._courier.do(lambda: self._write(summary, step))

    def settle(self) -> None:
        """Nothing is on its way."""

    def flush(self) -> None:
        self._check_open()
        self._courier.do(self._writer.flush)

    def close(self) -> None:
        """The writer is its owner's to close."""

    def _write(self, summary: Summary, step: int) -> None:
        # Recording may be switched off, for example for all but every 100th step.
        with self._writer.as_default(), self._summary.record_if(True):
            self._summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)

    def _check_open(self) -> None:
        if getattr(self._writer, "_closed", False):
            raise ClosedError(
                "The tf.summary writer has been closed",
                "A model is logged while its writer is open",
                "Call close() on the model before the writer",
            )


_couriers: WeakKeyDictionary[Any, Courier] = WeakKeyDictionary()


def _courier_of(writer: Any) -> Courier:
    """One for each writer, because a writer may keep it waiting."""
    found = _couriers.get(writer)
    if found is None:
        found = _couriers.setdefault(writer, Courier())
    return found


def _interrupts_a_writer() -> bool:
    """Whether a call of a SummaryWriter was interrupted, and has not ended, or never will.

    It is below us on the stack, if this is a signal handler; or what ends the block or the script
    (Ctrl-C, an exit) came out of it, and has left its queue as it was.
    """
    error = sys.exception() or uncaught_exception()
    if isinstance(error, Exception):
        error = None
    trace = walk_tb(error.__traceback__ if error else None)
    return any(
        str(frame.f_globals.get("__name__")).startswith(_LOCKING)
        for frame, _ in chain(walk_stack(sys._getframe()), trace)
    )


def _check_same_process(worker: Any) -> None:
    # Not is_alive(): interrupted in there, CPython takes a thread that runs for one that has ended.
    if worker not in threading.enumerate():
        raise ClosedError(
            "The SummaryWriter's thread does not run in this process",
            "A SummaryWriter works in the process that made it",
            "Pass a directory here, or a SummaryWriter that this process made for another one",
        )


if hasattr(os, "register_at_fork"):
    # Threads are not in a forked process.
    os.register_at_fork(after_in_child=_couriers.clear)
