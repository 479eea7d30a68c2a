"""The handle through which one model is logged."""

from __future__ import annotations

import atexit
import os
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.errors import ArgumentError, ClosedError, CncWarning
from tensorboard_cnc.instance_codec import encode
from tensorboard_cnc.instance_records import Predictions
from tensorboard_cnc.records import Measurement, Metrics, ModelCard, Status
from tensorboard_cnc.tags import metrics_tag, model_tag, predictions_tag
from tensorboard_cnc.writer import event_clock
from tensorboard_cnc.writer.answers import Answers
from tensorboard_cnc.writer.efficiency_entry import efficiency_measurements, suggested_specs
from tensorboard_cnc.writer.endings import is_normal_exit, reason_text, uncaught_exception
from tensorboard_cnc.writer.evaluation import Evaluation
from tensorboard_cnc.writer.joined_predictions import joined
from tensorboard_cnc.writer.journal import Journal
from tensorboard_cnc.writer.known_datasets import known_dataset
from tensorboard_cnc.writer.measurement import measurements
from tensorboard_cnc.writer.metric_spec import write_specs
from tensorboard_cnc.writer.policy import tolerate
from tensorboard_cnc.writer.prediction_budget import DEFAULT_BYTES, fitted
from tensorboard_cnc.writer.predictions import predictions_of
from tensorboard_cnc.writer.problem_log import ProblemLog


class ModelHandle:
    """Logs one model; made by `model` and `attach`, and usable from several threads.

    As a context manager it is closed at the end of the block, and an exception in the block
    marks the model as failed. A handle that was not closed is closed when Python exits.
    """

    def __init__(
        self, model_id: str, journal: Journal, problems: ProblemLog, card: ModelCard | None
    ) -> None:
        """`card` is None for a model that is logged elsewhere."""
        self._id = model_id
        self._journal = journal
        self._problems = problems
        self._card = card
        self._measured: dict[str, Measurement] = {}
        self._closed = False
        self._pid = os.getpid()
        # Reentrant, so that a signal handler may log what ends the job.
        self._lock = threading.RLock()
        if card is not None:
            self._call(lambda: self._write_card(card))
        # After the writer's own exit hooks were registered, so that this runs before them.
        atexit.register(self._close_at_exit)

    @property
    def id(self) -> str:
        """The model's id."""
        return self._id

    def metrics(self, values: Mapping[str, Any], *, step: int | None = None) -> None:
        """Adds measurements of the model; a name that was logged before gets the new value.

        Args:
          values: numbers by metric name. A list or one-dimensional array holds repeated
            measurements of the same thing, in the order they were made. Scalars and arrays of
            NumPy, torch and others are fine. NaN and infinities are kept as they are.
          step: the training step at which they were measured.

        Raises:
          ArgumentError: a name or a value that cannot be logged; then nothing of the call is.
          ClosedError: the handle or its writer has been closed.
        """
        self._call(lambda: self._measure(values, step))

    def predictions(
        self,
        dataset: str,
        ids: Any,
        *,
        probabilities: Any = None,
        logits: Any = None,
        predicted: Any = None,
        outputs: Any = None,
        scores: Mapping[str, Any] | None = None,
        labels: Any = None,
        classes: Sequence[Any] | None = None,
        multilabel: bool = False,
        budget: int = DEFAULT_BYTES,
    ) -> None:
        """Logs what the model answered on instances of a data set; a later call replaces it.

        One of `probabilities`, `logits`, `predicted` and `outputs` says what it answered; `scores`
        may come with it or alone. Arrays and tensors of any library and device, or lists. Rows
        that are not finite are kept, counted, and left out of all comparisons.

        Args:
          dataset: the name of the data set, as in `cnc_summary.dataset`. Where nobody logs it,
            models are compared by the ids all the same.
          ids: of the instances (n,), in the order of everything else here.
          probabilities: (n, C) that sum to 1, or (n,) those of the second of two classes.
          logits: the same before the softmax (sigmoid for two classes or with `multilabel`).
          predicted: classes, as indices or names (n,); several for each instance with
            `multilabel`; or the numbers (n,) of a regression, as floats.
          outputs: generated texts.
          scores: one number for each instance by name, such as {"F1": f1}.
          labels: right classes, where the data set is not logged by this process before.
          classes: names of the C classes, likewise.
          multilabel: an instance may have several classes, each of its own probability.
          budget: compressed bytes that the record may take. Full vectors go first, but for a
            random subset that is the same for all models; then top-k, then confidence.

        Raises:
          ArgumentError: an argument that breaks a rule, with the row where it is one.
          ClosedError: the handle or its writer has been closed.
        """
        answers = Answers(
            probabilities=probabilities,
            logits=logits,
            predicted=predicted,
            outputs=outputs,
            scores=scores,
            labels=labels,
            classes=classes,
            multilabel=multilabel,
        )
        self._call(lambda: self._predict(dataset, ids, answers, budget))

    def efficiency(
        self,
        model: Any,
        example_inputs: Any = None,
        *,
        repeats: int = 30,
        warmup: int = 3,
        step: int | None = None,
    ) -> Efficiency | None:
        """Measures a torch model and logs its sizes, operations, latency and peak memory.

        Args:
          model: the module, or what `measure` returned for it.
          example_inputs: what one forward pass takes, as for `measure`.
          repeats: forward passes that are timed.
          warmup: forward passes before these.
          step: the training step at which it is measured.

        Returns:
          What was measured; None where ``on_error("warn")`` let an error pass.

        Raises:
          ArgumentError: an argument that cannot be measured or logged; then nothing is logged.
          ClosedError: the handle or its writer has been closed.
          Exception: what the model raises when it is called with `example_inputs`.
        """
        found: list[Efficiency] = []

        def log() -> None:
            measured = (
                model
                if isinstance(model, Efficiency)
                else measure(model, example_inputs, repeats=repeats, warmup=warmup)
            )
            new = efficiency_measurements(measured, step, self._problems.note)
            write_specs(self._journal, suggested_specs(new))
            self._add(new)
            found.append(measured)

        self._call(log)
        return found[0] if found else None

    def evaluation(
        self,
        dataset: str,
        *,
        classes: Sequence[Any] | None = None,
        multilabel: bool = False,
        sharded: bool = True,
        budget: int = DEFAULT_BYTES,
    ) -> Evaluation:
        """Logs predictions batch by batch, for a ``with`` block around an evaluation loop.

        ::

            with m.evaluation("test") as evaluation:
                for ids, images, labels in loader:
                    evaluation.add(ids, logits=net(images), labels=labels)

        The record is written when the block ends. Memory holds a few numbers for each instance,
        and only as many full vectors as could fit into the budget.

        Args:
          dataset: as for `predictions`, like all else that is not told here.
          classes: names of the C classes.
          multilabel: an instance may have several classes.
          sharded: in a ``torch.distributed`` job each rank adds its shard, all ranks end the block
            together, rank 0 writes them all, and an id that several have counts once. False
            where rank 0 evaluates alone.
          budget: compressed bytes that the record may take.
        """
        return Evaluation(
            self._id,
            dataset,
            budget,
            classes=classes,
            multilabel=multilabel,
            sharded=sharded,
            call=self._call,
            write=self._write_predictions,
        )

    def failed(self, reason: str | BaseException) -> None:
        """Marks the model as failed. It stays on the page, and more metrics may follow.

        Args:
          reason: what went wrong, such as "diverged", or the exception.

        Raises:
          ArgumentError: the model is logged elsewhere.
          ClosedError: the handle or its writer has been closed.
        """
        self._call(lambda: self._fail(reason))

    def close(self) -> None:
        """Marks the model as finished, unless it failed. The writer stays open.

        Raises:
          ClosedError: the writer has been closed before.
        """
        if self._pid != os.getpid():
            return
        with tolerate(self._problems.note), self._lock:
            if self._closed:
                return
            self._closed = True
            atexit.unregister(self._close_at_exit)
            try:
                self._write_end()
            finally:
                self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or is_normal_exit(error):
            self.close()
            return
        try:
            self._close_as_failed(error)
        except Exception as second:
            error.add_note(f'The model "{self._id}" could not be marked as failed: {second}')

    def _close_as_failed(self, error: BaseException) -> None:
        try:
            if self._card is not None and self._card.status == "running":
                self.failed(error)
        finally:
            self.close()

    def _close_at_exit(self) -> None:
        if self._pid != os.getpid():
            return
        try:
            uncaught = uncaught_exception()
            self._close_as_failed(uncaught) if uncaught else self.close()
        except Exception as error:
            with suppress(Exception):
                text = f'The model "{self._id}" stays marked as running. {error}'
                warnings.warn(text, CncWarning, stacklevel=1)

    def _call(self, action: Callable[[], None]) -> None:
        """One call of the user: checked, alone, under the policy, its problems written."""
        with tolerate(self._problems.note):
            self._check_process()
            with self._lock:
                self._check_open()
                with tolerate(self._problems.note):
                    action()
                self._problems.write(self._journal, self._id)
                self._journal.flush_now_and_then()

    def _measure(self, values: Mapping[str, Any], step: int | None) -> None:
        self._add(measurements(values, step, self._problems.note))

    def _add(self, new: Mapping[str, Measurement]) -> None:
        if new:
            merged = self._measured | dict(new)
            record = Metrics(self._id, tuple(merged.values()))
            self._journal.write(metrics_tag(self._id, self._journal.handle), record)
            self._measured = merged

    def _predict(self, dataset: str, ids: Any, answers: Answers, budget: int) -> None:
        known = known_dataset(dataset)
        self._write_predictions(
            predictions_of(self._id, dataset, ids, answers, known, budget), budget
        )

    def _write_predictions(self, whole: Predictions, budget: int) -> None:
        record, packed = fitted(replace(joined([whole]), logged_us=event_clock.now_us()), budget)
        tag = predictions_tag(self._id, record.dataset)
        self._journal.write_chunks(tag, encode(record, packed))

    def _fail(self, reason: str | BaseException) -> None:
        if self._card is None:
            raise ArgumentError(
                f'The model "{self._id}" is only attached here',
                "Whether a model failed is known where it is logged",
                "Call failed(...) on the handle of cnc_summary.model(...)",
            )
        self._write_closed(replace(self._card, status="failed", reason=reason_text(reason)))
        self._journal.flush()

    def _write_card(self, card: ModelCard) -> None:
        # Kept even if it cannot be written now: close() writes it again.
        self._card = card
        self._journal.write(model_tag(self._id), card)

    def _write_closed(self, card: ModelCard) -> None:
        status: Status = "finished" if card.status == "running" else card.status
        self._write_card(replace(card, status=status, closed_us=event_clock.now_us()))

    def _write_end(self) -> None:
        if self._card is not None:
            self._write_closed(self._card)
            self._journal.flush()
            return
        # A writer that was closed before has flushed what was attached.
        with suppress(ClosedError):
            self._journal.flush()

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            raise ClosedError(
                f'The model "{self._id}" was opened by the process that this one was forked from',
                "A handle works in the process that made it",
                "Log from there, or add metrics from here with "
                f'cnc_summary.attach(directory, "{self._id}")',
            )

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError(
                f'The handle of the model "{self._id}" has been closed',
                "A model is logged until close() or the end of its with block",
                f'Log before, or add metrics with cnc_summary.attach(writer, "{self._id}")',
            )
