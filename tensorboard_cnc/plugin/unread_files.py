"""What TensorBoard's loaders leave unread of a local log directory, as far as that can be seen.

They do so without a word: the data provider shows what was read as if that were all. A log
directory that is not on this machine, or that another server reads, cannot be looked into.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tensorboard.data.provider import DataProvider
from tensorboard.plugins.base_plugin import TBContext

from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.reader.event_store import Unreadable

# Descriptors that the data server needs for other things.
_OTHER_DESCRIPTORS = 16
# So many files are looked at; where a process may open more of them, nobody runs out.
_MOST_FILES = 100_000
# Looking takes at most this share of the time.
_LEAST_PAUSE_SECONDS = 15.0
_PAUSE_PER_SECOND = 50.0
_NAMED = 3

# By path below the log directory: what tells a file from another of its name, and its size.
_Files: TypeAlias = Mapping[str, "_File"]


@dataclass(frozen=True, slots=True)
class _File:
    inode: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Loader:
    """How TensorBoard reads: `open_files` is the most that may be open, None where none stay so."""

    fast: bool
    multifile: bool = False
    open_files: int | None = None


class EventFiles:
    """The event files of a local log directory, looked at again and again beside all else.

    `looked`: whether they have been looked at yet.
    """

    def __init__(self, logdir: Path, loader: Loader) -> None:
        self._logdir = logdir
        self._loader = loader
        self._first: dict[str, _File] = {}
        self._problems: tuple[Unreadable, ...] = ()
        self.looked = False
        self._due = -float("inf")
        self._looking = threading.Lock()

    def problems(self) -> tuple[Unreadable, ...]:
        """What was unread when they were last looked at; begins to look again when it is time."""
        if time.monotonic() >= self._due and not self._looking.locked():
            threading.Thread(target=self.look, daemon=True).start()
        return self._problems

    def look(self) -> tuple[Unreadable, ...]:
        """What is unread now."""
        with self._looking:
            start = time.monotonic()
            with contextlib.suppress(OSError):
                files = dict(_event_files(self._logdir, sizes=not self._loader.fast))
                self._problems = tuple(self._found(files))
                self._first = {path: self._first.get(path, file) for path, file in files.items()}
            self.looked = True
            now = time.monotonic()
            self._due = now + max(_LEAST_PAUSE_SECONDS, _PAUSE_PER_SECOND * (now - start))
            return self._problems

    def _found(self, files: _Files) -> Iterator[Unreadable]:
        limit = self._loader.open_files
        if limit is not None and len(files) > limit - _OTHER_DESCRIPTORS:
            yield _too_many(len(files), limit)
        if self._loader.fast:
            if replaced := sorted(
                path for path, file in files.items() if self._was(path, file).inode != file.inode
            ):
                yield _replaced(replaced)
        elif not self._loader.multifile and (starved := sorted(self._starved(files))):
            yield _starved(starved)

    def _was(self, path: str, file: _File) -> _File:
        return self._first.get(path, file)

    def _starved(self, files: _Files) -> Iterator[str]:
        """Files that grow although the loader has gone on to a later one of their directory."""
        by_directory: dict[str, list[str]] = defaultdict(list)
        for path in files:
            by_directory[path.rpartition(os.sep)[0]].append(path)
        for paths in by_directory.values():
            for path in sorted(paths)[:-1]:
                if self._was(path, files[path]).size != files[path].size:
                    yield path


def watched(context: TBContext) -> EventFiles | None:
    """The event files that TensorBoard itself reads from a local directory; else None."""
    logdir = context.logdir or ""
    if not logdir or "://" in logdir or getattr(context.flags, "grpc_data_provider", None):
        return None
    path = Path(logdir).expanduser()
    multifile = bool(getattr(context.flags, "reload_multifile", False))
    loader = Loader(fast=_is_fast(context.data_provider), multifile=multifile)
    if loader.fast:
        loader = Loader(fast=True, open_files=_open_files())
    return EventFiles(path, loader) if path.is_dir() else None


def _is_fast(provider: DataProvider) -> bool:
    # Whoever has such a provider has imported its module, which takes long otherwise.
    module = sys.modules.get("tensorboard.data.grpc_provider")
    return module is not None and isinstance(provider, module.GrpcDataProvider)


def _open_files() -> int | None:
    """How many files a process that this one starts may open; None where there is no limit."""
    try:
        import resource
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if 0 < soft < _MOST_FILES else None


def _event_files(logdir: Path, sizes: bool) -> Iterator[tuple[str, _File]]:
    """Every event file by its path below `logdir`, the first ones where there are very many."""
    root = os.fspath(logdir)
    pending, seen, left = [root], set[tuple[int, int]](), _MOST_FILES
    while pending:
        directory = pending.pop()
        try:
            at = Path(directory).stat()
            entries = list(os.scandir(directory))
        except OSError:
            continue
        if (at.st_dev, at.st_ino) in seen:
            continue
        seen.add((at.st_dev, at.st_ino))
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.is_dir():
                    pending.append(entry.path)
                elif "tfevents" in entry.name:
                    yield os.path.relpath(entry.path, root), _file(entry, sizes)
                    left -= 1
            if not left:
                return


def _file(entry: os.DirEntry[str], size: bool) -> _File:
    # The inode of an ordinary file is known without asking for it.
    if not size and not entry.is_symlink():
        return _File(entry.inode(), None)
    found = entry.stat()
    return _File(found.st_ino, found.st_size)


def _too_many(files: int, limit: int) -> Unreadable:
    count = f"{files:,}{' or more' if files == _MOST_FILES else ''}"
    return _unread(
        f"This log directory has {count} event files, and TensorBoard's fast loader, which keeps "
        f"each of them open, may open {limit:,}: some of its runs, or all, are not shown",
        "Start TensorBoard with --load_fast=false, or after raising the limit "
        f"(ulimit -n {1 << (2 * files).bit_length()}; above a hard limit only an administrator "
        "can), or log several models into one run",
    )


def _replaced(paths: list[str]) -> Unreadable:
    one = len(paths) == 1
    return _unread(
        f"{len(paths):,} event file{' was' if one else 's were'} replaced while TensorBoard had "
        f"{'it' if one else 'them'} open ({_named(paths)}): its fast loader goes on reading what "
        "was there before",
        "Restart TensorBoard, or start it with --load_fast=false; copy event files in a way that "
        "keeps them, such as rsync --inplace",
    )


def _starved(paths: list[str]) -> Unreadable:
    one = len(paths) == 1
    return _unread(
        f"{len(paths):,} event file{' grows' if one else 's grow'} beside a later one in the same "
        f"directory ({_named(paths)}): TensorBoard's Python loader has gone on to the later one, "
        "and does not come back",
        "Start TensorBoard with --reload_multifile=true, or give each writer a directory of its "
        "own",
    )


def _named(paths: list[str]) -> str:
    more = ", …" if len(paths) > _NAMED else ""
    # Names that are no UTF-8 hold lone surrogates.
    return ", ".join(paths[:_NAMED]).encode("utf-8", "backslashreplace").decode() + more


def _unread(message: str, remedy: str) -> Unreadable:
    return Unreadable(None, None, RecordError(message, "", remedy))
