"""The life of a handle: opened, called, failed, closed; also when the script ends first."""

from __future__ import annotations

import atexit
import os
import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from tensorboard_cnc.errors import ClosedError, CncError, CncWarning, CopyError
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
        self._failure: str | None = None
        self._closed = False
        self._released = False
        self._pid = os.getpid()
        # Reentrant, so that a signal handler may log what ends the job.
        self._lock = threading.RLock()
        # After the writer's own exit hooks were registered, so that this runs before them.
        atexit.register(self._close_at_exit)
        if card is not None:
            self._begin()

    @property
    def id(self) -> str:
        """The model's id."""
        return self._id

    def __repr__(self) -> str:
        """Such as ``<model prune-50 in runs/a, running>``."""
        attached = "closed" if self._closed else "attached"
        state = attached if self._card is None else self._status
        where = f" in {_place(self._journal.directory)}" if self._journal.directory else ""
        return f"<model {self._id}{where}, {state}>"

    def failed(self, reason: str | BaseException) -> None:
        """Marks the model as failed. It stays on the page, and more metrics may follow.

        Of a model that is logged elsewhere the last word counts: whether it ended later or failed.

        Args:
          reason: what went wrong, such as "diverged", or the exception.

        Raises:
          ClosedError: the handle or its writer has been closed.
        """
        self._call(lambda: self._fail(reason))

    def __reduce__(self) -> NoReturn:
        raise CopyError(
            f'The handle of the model "{self._id}" cannot be pickled or copied',
            "It belongs to the process that made it, with the file that it writes into",
            "Pass the directory and the id instead, to other processes or to workers of a "
            f'DataLoader, and call cnc_summary.attach(directory, "{self._id}") there',
        )

    def close(self) -> None:
        """Marks the model as finished, unless it failed. The writer stays open.

        Raises:
          ClosedError: the writer has been closed before.
        """
        self._end(None)

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
            self._end(error)
        except Exception as second:
            error.add_note(f'The model "{self._id}" could not be marked as failed: {second}')

    @property
    def _status(self) -> Status:
        if self._failure is not None:
            return "failed"
        return "finished" if self._closed else "running"

    def _begin(self) -> None:
        try:
            self._call(self._write_card)
        except CncError:
            self._release()
            raise
        except BaseException as error:
            # Of Ctrl-C: nobody has the handle yet that could close it.
            self.__exit__(type(error), error, error.__traceback__)
            raise

    def _end(self, error: BaseException | None) -> None:
        """Writes how the model ended, unless that is done."""
        if self._pid != os.getpid():
            return
        with tolerate(self._problems.note):
            try:
                self._write_end(error)
            except BaseException as first:
                # After Ctrl-C, or what a signal handler raised, the model would seem to run for
                # ever. If this is interrupted too, it is done when Python exits.
                try:
                    self._write_end(error)
                except Exception:
                    self._release()
                    raise first from None
                raise

    def _write_end(self, error: BaseException | None) -> None:
        with self._lock:
            if self._released:
                return
            if error is not None and self._failure is None and not self._closed:
                self._failure = reason_text(error)
            self._closed = True
            self._write_card()
            self._problems.write(self._journal, self._id)
        # A writer that was closed before has flushed what was attached.
        with suppress(ClosedError) if self._card is None else nullcontext():
            self._journal.flush()
            self._problems.write(self._journal, self._id)
        self._release()

    def _release(self) -> None:
        with self._lock:
            self._released = True
            atexit.unregister(self._close_at_exit)
            self._journal.close()

    def _close_at_exit(self) -> None:
        try:
            self._end(uncaught_exception())
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
            # Not under the lock: where a signal handler has interrupted a call of the writer, this
            # would wait for the handler, and the handler for the lock.
            self._journal.settle()
            self._problems.write(self._journal, self._id)

    def _fail(self, reason: str | BaseException) -> None:
        if self._card is None:
            # Said of a model that is logged elsewhere, once; how this handle ends is not.
            self._card = ModelCard(
                self._id, created_us=now_us(), edits=True, says=frozenset({"status"})
            )
        self._failure = reason_text(reason)
        self._write_card()
        self._journal.flush_soon()

    def _write_card(self) -> None:
        """Writes how the model stands, again if a signal handler changes that meanwhile."""
        written: tuple[str | None, bool] | None = None
        while self._card is not None and written != (self._failure, self._closed):
            written = self._failure, self._closed
            status = self._status
            card = replace(self._card, status=status, reason=self._failure or "")
            if status != "running":
                card = replace(card, closed_us=now_us())
            self._journal.write(model_tag(self._id, self._journal.handle), card)

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            raise ClosedError(
                f'The model "{self._id}" was opened by the process that this one was forked from',
                "A handle works in the process that made it",
                "Log from there, or add metrics from here with "
                f'cnc_summary.attach(directory, "{self._id}")',
            )

    def _check_open(self) -> None:
        if self._released:
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
