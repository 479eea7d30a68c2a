"""The records of one handle on their way to its writer, and the problems met on the way.

Times and event steps only grow, within this process and across restarts of a script.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Sequence

from tensorboard_cnc.errors import CncError
from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.tags import blob_summary, new_handle, problems_tag, tensor_summary
from tensorboard_cnc.records.models import LoggedProblem, Problems, Record
from tensorboard_cnc.wording import storable
from tensorboard_cnc.writer.policy import Report, unreported
from tensorboard_cnc.writer.sinks.sink import Sink

# Seldom enough not to slow a training loop, often enough to see what it logs soon.
_FLUSH_EVERY_SECONDS = 2.0
# A loop may fail in a new way each time; the page needs no more to tell the tale.
_MOST_PROBLEMS = 100
# Keeps the steps of all times until the year 2112 negative, so that no purge_step reaches them.
_OFFSET_US = 2**52

_lock = threading.RLock()
_last_us = 0


class Journal:
    """Writes records as events, and flushes now or now and then."""

    def __init__(
        self, sink: Sink, directory: str | None = None, report: Report = unreported
    ) -> None:
        """`directory` is where the sink writes, if that is known; `report` is told of losses."""
        self.handle = new_handle()
        self.directory = directory
        self._sink = sink
        self._report = report
        self._flushed = -math.inf
        self._losses = sink.losses
        # What was said last under each tag. Bulk records are too large to be kept.
        self._said: dict[str, Record] = {}

    def write(self, tag: str, record: Record) -> None:
        """Hands over `record` as one event.

        Raises:
          ArgumentError: it is larger than readers accept.
          ClosedError: the writer has been closed.
          WriterError: the disk is full, say.
        """
        summary = tensor_summary(tag, envelope.encode(record))
        self._said[tag] = record
        self._sink.write(summary, next_step())
        self._say_again_what_is_lost()

    def write_chunks(self, tag: str, chunks: Sequence[bytes]) -> None:
        """Hands over the chunks of one bulk record as one event.

        Raises:
          ClosedError: the writer has been closed.
          WriterError: the disk is full, say.
        """
        self._sink.write(blob_summary(tag, chunks), next_step())
        self._say_again_what_is_lost()

    def flush(self) -> None:
        """Makes all records visible to readers."""
        self._sink.flush()
        if self._say_again_what_is_lost():
            self._sink.flush()
        self._flushed = time.monotonic()

    def settle(self) -> None:
        """Ends a call: the writer has what was handed over, and flushes now and then."""
        if time.monotonic() - self._flushed >= _FLUSH_EVERY_SECONDS:
            self.flush()
        else:
            self._sink.settle()

    def flush_soon(self) -> None:
        """Makes the next `settle` flush."""
        self._flushed = -math.inf

    def close(self) -> None:
        """Releases the sink. The user's own writer stays open."""
        self._sink.close()

    def _say_again_what_is_lost(self) -> bool:
        losses = self._sink.losses
        if losses == self._losses:
            return False
        for tag, record in list(self._said.items()):
            self._sink.write(tensor_summary(tag, envelope.encode(record)), next_step())
        self._losses = losses
        self._report(
            CncError(
                "The event file was deleted, moved or damaged while the model was logged",
                "Its card and metrics were written again, into another file",
                "Log predictions, weights and activations again that were logged before",
            )
        )
        return True


class ProblemLog:
    """Collects the data errors that were let pass, each once, and writes new ones."""

    def __init__(self) -> None:
        self._problems: dict[str, LoggedProblem] = {}
        self._written = 0

    def note(self, error: CncError) -> None:
        """Keeps `error` unless it is known or there are plenty."""
        if error.message not in self._problems and len(self._problems) < _MOST_PROBLEMS:
            self._problems[error.message] = LoggedProblem(
                storable(error.message), storable(error.remedy), now_us()
            )

    def write(self, journal: Journal, model_id: str) -> None:
        """Hands all over once more, if one is new since the last time."""
        # More than once, if a signal handler adds one in between.
        while len(self._problems) > self._written:
            record = Problems(model_id, tuple(self._problems.values()))
            journal.write(problems_tag(model_id, journal.handle), record)
            self._written = len(record.problems)


def now_us() -> int:
    """µs since 1970 (UTC), always later than before in this process, also when the clock is not."""
    global _last_us
    with _lock:
        while True:
            now = max(_last_us + 1, time.time_ns() // 1000)
            # No signal handler, which may ask as well, runs between these lines.
            if now > _last_us:
                _last_us = now
                return now


def next_step() -> int:
    """The step of the next event: `now_us`, made negative."""
    return now_us() - _OFFSET_US


def _forget_lock() -> None:
    """Another thread may have held the lock when this process was forked."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)
