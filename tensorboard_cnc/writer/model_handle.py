"""A model that is being logged."""

from __future__ import annotations

import atexit
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from tensorboard_cnc import codec
from tensorboard_cnc.errors import ArgumentError, ClosedError, CncError
from tensorboard_cnc.metadata import tensor_summary
from tensorboard_cnc.records import (
    Goal,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Problems,
    Record,
)
from tensorboard_cnc.subrun import new_handle
from tensorboard_cnc.tags import metric_specs_tag, metrics_tag, model_tag, problems_tag
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.event_clock import next_step, now_us
from tensorboard_cnc.writer.metric import as_specs, repeats_of
from tensorboard_cnc.writer.sinks import Sink

_FLUSH_EVERY_SECONDS = 2.0


class ModelHandle:
    """Logs one model. Use it in a ``with`` block, or call `close` at the end.

    An exception that leaves the ``with`` block, or ends the script while the handle is open,
    marks the model as failed. Calls from several threads are safe.
    """

    def __init__(self, model_id: str, sink: Sink, card: ModelCard | None) -> None:
        self._id = model_id
        self._sink = sink
        self._card = card
        self._handle = new_handle()
        self._measured: dict[str, Measurement] = {}
        self._problems: dict[str, LoggedProblem] = {}
        self._flushed_at = 0.0
        self._closed = False
        self._lock = threading.RLock()
        if card is not None:
            self._write(model_tag(model_id), card)
            self._flush()
        # Runs before the writer's own exit hooks, which were registered before.
        atexit.register(self._close_at_exit)

    @property
    def id(self) -> str:
        """The model's id."""
        return self._id

    def metrics(self, values: Mapping[str, object], /, *, step: int | None = None) -> None:
        """Logs metrics; what an earlier call said of the same names is replaced.

        Args:
          values: by name a number, or a list or 1-d array of repeated measurements. NaN and
            infinities are kept and shown as such. Leave out what was not measured.
          step: the training step they belong to.

        Raises:
          ArgumentError: a name or a value cannot be logged; with `on_error("warn")` the others are.
          ClosedError: the handle is closed.
        """
        with self._lock:
            self._check_open()
            logged = now_us()
            for name, value in values.items():
                with self._passing_over():
                    repeats = repeats_of(name, value)
                    self._measured[name] = Measurement(
                        name, repeats, _checked_step(step), logged, socket.gethostname()
                    )
            if self._measured:
                record = Metrics(self._id, tuple(self._measured.values()))
                self._write(metrics_tag(self._id, self._handle), record)
            if time.monotonic() - self._flushed_at > _FLUSH_EVERY_SECONDS:
                self._flush()

    def failed(self, reason: str) -> None:
        """Marks the model as failed, with the reason. It stays a node like any other.

        Raises:
          ArgumentError: the handle only attaches to the model.
          ClosedError: the handle is closed.
        """
        with self._lock, self._passing_over():
            self._check_open()
            if self._card is None:
                raise ArgumentError(
                    f"The handle is attached to the model {self._id}",
                    "Only the script that logs a model can say that it failed",
                    "Call failed() on the handle of cnc_summary.model",
                )
            self._card = replace(self._card, status="failed", reason=str(reason))
            self._write(model_tag(self._id), self._card)
            self._flush()

    def close(self) -> None:
        """Marks the model as finished unless it failed. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            atexit.unregister(self._close_at_exit)
            try:
                if self._card is not None:
                    if self._card.status == "running":
                        self._card = replace(self._card, status="finished")
                    self._card = replace(self._card, closed_us=now_us())
                    self._write(model_tag(self._id), self._card)
            finally:
                self._sink.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del kind, traceback
        if error is not None and not self._closed:
            self._fail_with(error)
        self.close()

    def define(self, metrics: Mapping[str, Goal] | Iterable[MetricSpec]) -> None:
        """Logs metric specs for the run."""
        with self._lock, self._passing_over():
            defined = now_us()
            specs = tuple(replace(spec, defined_us=defined) for spec in as_specs(metrics))
            if specs:
                self._write(metric_specs_tag(self._handle), MetricSpecs(specs))

    @contextlib.contextmanager
    def _passing_over(self) -> Any:
        """Data errors within are raised, or warned about and recorded, as `on_error` says."""
        try:
            yield
        except ArgumentError as error:
            policy.pass_over(error)
            self._record_problem(error)

    def _record_problem(self, error: CncError) -> None:
        known = LoggedProblem(error.message, error.remedy, now_us())
        self._problems.setdefault(error.message, known)
        record = Problems(self._id, tuple(self._problems.values()))
        self._write(problems_tag(self._id, self._handle), record)

    def _fail_with(self, error: BaseException) -> None:
        if self._card is not None and self._card.status != "failed":
            text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self.failed(text)

    def _close_at_exit(self) -> None:
        # A handle whose writer is closed by now has nothing more to say.
        with contextlib.suppress(Exception):
            error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
            if error is not None:
                self._fail_with(error)
        with contextlib.suppress(Exception):
            self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError(
                f"The handle of the model {self._id} is closed",
                "A closed handle takes no more metrics",
                "Log them before, or with cnc_summary.attach(writer, id)",
            )

    def _write(self, tag: str, record: Record) -> None:
        self._sink.write(tensor_summary(tag, codec.encode(record)), next_step())

    def _flush(self) -> None:
        self._sink.flush()
        self._flushed_at = time.monotonic()


def _checked_step(step: object) -> int | None:
    if step is None or (isinstance(step, int) and not isinstance(step, bool)):
        return step
    if hasattr(step, "__index__"):
        return int(step.__index__())
    raise ArgumentError(f"The step is {step!r:.80}", "A step is a whole number", "Pass int(…)")
