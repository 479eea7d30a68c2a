"""The event files below a directory of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.event_files.event_file import FileProblem, LocalFile, file_problem
from tensorboard_cnc.wording import plain, storable


def is_event_file(name: str) -> bool:
    """Whether TensorBoard reads a file of this name."""
    return "tfevents" in name and not name.endswith(".profile-empty")


@dataclass(slots=True)
class LocalDirectory:
    """A log directory. Links are followed within it only, and never in circles."""

    root: Path
    # What every run's name begins with.
    prefix: str = ""
    problems: list[FileProblem] = field(default_factory=list)

    def event_files(self) -> list[LocalFile]:
        """All event files, by run and name.

        Raises:
          ReadError: there is no such directory, or it cannot be listed.
        """
        try:
            real = self.root.resolve(strict=True)
            found = list(self._below(str(real), str(real), "", (str(real),)))
        except OSError as error:
            raise ReadError(
                f"{self.root} cannot be read: {error.strerror or error}",
                "Logs are read from a directory or an address of fsspec",
                "Name the directory that tensorboard --logdir is given",
            ) from error
        return sorted(found, key=lambda file: (file.run, file.name))

    def _below(
        self, root: str, directory: str, within: str, above: tuple[str, ...]
    ) -> Iterator[LocalFile]:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_symlink() and not self._may_follow(root, entry, above):
                    continue
                if entry.is_dir():
                    yield from self._within(root, entry, os.path.join(within, entry.name), above)  # noqa: PTH118
                elif is_event_file(entry.name) and entry.is_file():
                    name = storable(os.path.join(within, entry.name))  # noqa: PTH118
                    run = run_name(self.prefix, storable(within))
                    yield LocalFile(run, name, entry.stat().st_size, entry.path)

    def _within(
        self, root: str, entry: os.DirEntry[str], within: str, above: tuple[str, ...]
    ) -> list[LocalFile]:
        path = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
        try:
            return list(self._below(root, entry.path, within, (*above, path)))
        except OSError as error:
            seen = f"The directory {plain(storable(within))} cannot be read: {error.strerror}"
            self.problems.append(file_problem(None, seen, "Check its permissions"))
            return []

    def _may_follow(self, root: str, entry: os.DirEntry[str], above: tuple[str, ...]) -> bool:
        target = os.path.realpath(entry.path)
        if target in above:
            return False
        if target == root or target.startswith(root + os.sep):
            return True
        if entry.is_dir() or is_event_file(entry.name):
            seen = f"The link {plain(storable(entry.name))} leads out of the directory"
            remedy = "Read where it leads by its own path; several can be read together"
            self.problems.append(file_problem(None, seen, remedy))
        return False


def run_name(prefix: str, within: str) -> str:
    """The run of a directory that lies `within` the log directory; "." is that itself."""
    return "/".join(part for part in (prefix, within) if part) or "."
