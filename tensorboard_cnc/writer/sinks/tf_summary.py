"""Sink for the writers of ``tf.summary``."""

from __future__ import annotations

import importlib
from typing import Any

from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import ClosedError


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
