"""What can go wrong, each with what was seen, the rule it breaks, and the remedy.

::

    CncError
    +-- WriterError (TypeError)     the first argument is not a writer we know
    +-- ArgumentError (ValueError)  an id, operation, metric or spec that cannot be logged
    +-- ClosedError                 a handle used after close()
    +-- CopyError (TypeError)       a handle that was pickled or copied
    +-- TableError (ValueError)     an experiment table that cannot be imported
    +-- ReadError (LookupError)     what was asked of logs is not there, or cannot be read
    +-- RecordError                 bytes in a log that are not a record of ours
        +-- DamagedRecordError      checksum, sizes or content disagree
        +-- FutureRecordError       written by a newer tensorboard-cnc

    CncWarning (UserWarning)        any of the above while `cnc_summary.on_error("warn")` holds
"""

from __future__ import annotations


class CncError(Exception):
    """Base of all errors of tensorboard-cnc.

    Attributes:
      message: what was seen and the rule it breaks, one sentence each.
      remedy: what to do about it.
    """

    def __init__(self, seen: str, rule: str, remedy: str) -> None:
        self.message = f"{seen}. {rule}." if rule else f"{seen}."
        self.remedy = f"{remedy}."
        super().__init__(f"{self.message} {self.remedy}")


class WriterError(CncError, TypeError):
    """The first argument is not a writer that records can go to."""


class ArgumentError(CncError, ValueError):
    """A value that cannot be logged as it is."""


class ClosedError(CncError):
    """A handle was used after it was closed."""


class CopyError(CncError, TypeError):
    """A handle was pickled or copied, as for another process."""


class TableError(CncError, ValueError):
    """An experiment table that cannot be imported."""


class ReadError(CncError, LookupError):
    """What was asked of logs is not there, or they cannot be read."""


class RecordError(CncError):
    """Bytes in a log that cannot be read as a record."""


class DamagedRecordError(RecordError):
    """Checksum, sizes or content of a record disagree."""


class FutureRecordError(RecordError):
    """A record written by a newer version of tensorboard-cnc."""


class CncWarning(UserWarning):
    """A data error that `cnc_summary.on_error("warn")` let pass."""
