"""The life of a handle: opened, called, failed, closed; also when the script ends first."""

from __future__ import annotations

import atexit
import os
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tensorboard_cnc.errors import ArgumentError, ClosedError, CncWarning
from tensorboard_cnc.format.tags import model_tag
from tensorboard_cnc.records.models import ModelCard, Status
from tensorboard_cnc.writer.endings import is_normal_exit, reason_text, uncaught_exception
from tensorboard_cnc.writer.journal import Journal, ProblemLog, now_us
from tensorboard_cnc.writer.policy import tolerate


class OpenHandle:
    """Writes the records of one model from the first to the last, each call alone.

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
        self._closed = False
        self._pid = os.getpid()
        # Reentrant, so that a signal handler may log what ends the job.
        self._lock = threading.RLock()
        if card is not None:
            self._begin(card)
        # After the writer's own exit hooks were registered, so that this runs before them.
        atexit.register(self._close_at_exit)

    @property
    def id(self) -> str:
        """The model's id."""
        return self._id

    def __repr__(self) -> str:
        """Such as ``<model prune-50 in runs/a, running>``."""
        attached = "closed" if self._closed else "attached"
        state = attached if self._card is None else self._card.status
        where = f" in {_place(self._journal.directory)}" if self._journal.directory else ""
        return f"<model {self._id}{where}, {state}>"

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

    def _begin(self, card: ModelCard) -> None:
        try:
            self._call(lambda: self._write_card(card))
        except Exception:
            raise
        except BaseException as error:
            # Of Ctrl-C: nobody has the handle yet that could close it.
            self.__exit__(type(error), error, error.__traceback__)
            raise

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

    def _fail(self, reason: str | BaseException) -> None:
        if self._card is None:
            raise ArgumentError(
                f'The model "{self._id}" is only attached here',
                "Only the handle that logs a model can mark it as failed",
                "Call failed(...) on the handle of cnc_summary.model(...)",
            )
        self._write_closed(replace(self._card, status="failed", reason=reason_text(reason)))
        self._journal.flush()

    def _write_card(self, card: ModelCard) -> None:
        # Kept even if it cannot be written now: close() writes it again.
        self._card = card
        self._journal.write(model_tag(self._id, self._journal.handle), card)

    def _write_closed(self, card: ModelCard) -> None:
        status: Status = "finished" if card.status == "running" else card.status
        closed = replace(card, status=status, closed_us=now_us())
        try:
            self._write_card(closed)
        except Exception:
            raise
        except BaseException:
            # Ctrl-C would leave the model running for ever.
            self._write_card(closed)
            raise

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
                f'Log before that, or add metrics with cnc_summary.attach(writer, "{self._id}")',
            )


def _place(directory: str) -> str:
    """`directory` as one would type it from here."""
    with suppress(ValueError, OSError):
        return str(Path(directory).relative_to(Path.cwd()))
    return directory
