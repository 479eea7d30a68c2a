"""Sinks for the writers that a script has already: of torch, tensorboardX and ``tf.summary``.

The SummaryWriters of torch and tensorboardX recreate a closed file writer when asked for it, which
would put a second event file into the run, so the sinks ask first. Both write in a thread that a
forked process does not have.
"""

from __future__ import annotations

import importlib
import time
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import ClosedError


class TorchSink:
    """Writes through a ``torch.utils.tensorboard.SummaryWriter``."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, summary: Summary, step: int) -> None:
        self._file_writer().add_summary(summary, step)

    def flush(self) -> None:
        self._file_writer().flush()

    def close(self) -> None:
        """The writer is its owner's to close."""

    def _file_writer(self) -> Any:
        file_writer = _open_file_writer(self._writer)
        worker = file_writer.event_writer._async_writer._worker
        if worker.exception is None:
            _check_same_process(worker)
        return file_writer


class TensorboardXSink:
    """Writes through a ``tensorboardX.SummaryWriter``, past its queue, which cannot be flushed."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        # tensorboardX has protocol buffer classes of its own.
        self._event_class = importlib.import_module("tensorboardX.proto.event_pb2").Event

    def write(self, summary: Summary, step: int) -> None:
        event = Event(wall_time=time.time(), step=step, summary=summary)
        self._events().write_event(self._event_class.FromString(event.SerializeToString()))

    def flush(self) -> None:
        self._events().flush()

    def close(self) -> None:
        """The writer is its owner's to close."""

    def _events(self) -> Any:
        event_writer = _open_file_writer(self._writer).event_writer
        _check_same_process(event_writer._worker)
        return event_writer._ev_writer


class TfSummarySink:
    """Writes through what ``tf.summary.create_file_writer`` made."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._summary = importlib.import_module("tensorflow").summary

    def write(self, summary: Summary, step: int) -> None:
        self._check_open()
        # The caller may have switched recording off, for example for all but every 100th step.
        with self._writer.as_default(), self._summary.record_if(True):
            self._summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)

    def flush(self) -> None:
        self._check_open()
        self._writer.flush()

    def close(self) -> None:
        """The writer is its owner's to close."""

    def _check_open(self) -> None:
        if getattr(self._writer, "_closed", False):
            raise ClosedError(
                "The tf.summary writer has been closed",
                "A model is logged while its writer is open",
                "Call close() on the model before the writer",
            )


def _open_file_writer(writer: Any) -> Any:
    if writer.all_writers is None:
        raise ClosedError(
            "The SummaryWriter has been closed",
            "A model is logged while its writer is open",
            "Close the model first: open it inside the writer's with block, or call close() on "
            "the model before the writer",
        )
    return writer._get_file_writer()


def _check_same_process(worker: Any) -> None:
    if not worker.is_alive():
        raise ClosedError(
            "The SummaryWriter's thread does not run in this process",
            "A SummaryWriter works in the process that made it",
            "Pass a directory here, or a SummaryWriter that this process made for another one",
        )
