"""One event file, wherever it lies, and what cannot be read of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Protocol

from tensorboard_cnc.errors import DamagedRecordError


class EventFile(Protocol):
    """An event file that is read in ranges."""

    @property
    def run(self) -> str:
        """The run that TensorBoard shows it as."""
        ...

    @property
    def name(self) -> str:
        """How messages name it."""
        ...

    @property
    def size(self) -> int:
        """Bytes that it had when it was listed."""
        ...

    def read(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset` on; fewer only at the end.

        Raises:
          OSError: it cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of this machine; it is open only while it is read."""

    run: str
    name: str
    size: int
    path: str

    def read(self, offset: int, count: int) -> bytes:
        with io.FileIO(self.path) as file:
            if offset:
                file.seek(offset)
            return file.read(count)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that fsspec reaches, read by ranges."""

    run: str
    name: str
    size: int
    path: str
    files: Any

    def read(self, offset: int, count: int) -> bytes:
        end = min(offset + count, self.size)
        found: bytes = self.files.cat_file(self.path, start=offset, end=end)
        return found


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What could not be read of a run's files; the rest is read all the same."""

    run: str | None
    error: DamagedRecordError


def file_problem(run: str | None, seen: str, remedy: str) -> FileProblem:
    """A problem of the files of `run`; None where it concerns no single run."""
    return FileProblem(run, DamagedRecordError(seen, "", remedy))
