"""The records of one handle on their way to its writer."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.metadata import blob_summary, tensor_summary
from tensorboard_cnc.format.subrun import new_handle
from tensorboard_cnc.records.models import Record
from tensorboard_cnc.writer import event_clock
from tensorboard_cnc.writer.sinks.sink import Sink

# A training loop is not slowed by flushing, and what it logs shows soon.
_FLUSH_EVERY_SECONDS = 2.0


class Journal:
    """Writes records as events, and flushes now or now and then."""

    def __init__(self, sink: Sink, directory: str | None = None) -> None:
        """`directory` is where the sink writes, if that is known."""
        self.handle = new_handle()
        self.directory = directory
        self._sink = sink
        self._flushed = -math.inf

    def write(self, tag: str, record: Record) -> None:
        """Hands over `record` as one event.

        Raises:
          ArgumentError: it is larger than readers accept.
          ClosedError: the writer has been closed.
          OSError: the disk is full, say.
        """
        self._sink.write(tensor_summary(tag, envelope.encode(record)), event_clock.next_step())

    def write_chunks(self, tag: str, chunks: Sequence[bytes]) -> None:
        """Hands over the chunks of one bulk record as one event.

        Raises:
          ClosedError: the writer has been closed.
          OSError: the disk is full, say.
        """
        self._sink.write(blob_summary(tag, chunks), event_clock.next_step())

    def flush(self) -> None:
        """Makes all records visible to readers."""
        self._sink.flush()
        self._flushed = time.monotonic()

    def flush_now_and_then(self) -> None:
        """Flushes unless that was done a moment ago."""
        if time.monotonic() - self._flushed >= _FLUSH_EVERY_SECONDS:
            self.flush()

    def close(self) -> None:
        """Releases the sink. The user's own writer stays open."""
        self._sink.close()
