"""What a path or an address names: a file, or a directory of files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tensorboard_cnc.writer.tensors.files.remote_files import (
    RemoteFile,
    RemoteFolder,
    is_address,
    remote_place,
)
from tensorboard_cnc.writer.tensors.files.stored_file import LocalFile, StoredFile


class Folder(Protocol):
    """A directory, of which only the files in itself count."""

    def names(self) -> list[str]:
        """The names of its files, sorted."""

    def file(self, name: str) -> StoredFile:
        """The file of this name."""


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A directory of this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def names(self) -> list[str]:
        return sorted(each.name for each in self.path.iterdir() if each.is_file())

    def file(self, name: str) -> StoredFile:
        return LocalFile(self.path / name)


def place_of(path: str | os.PathLike[str]) -> LocalFile | RemoteFile | LocalFolder | RemoteFolder:
    """What stands at `path`.

    Raises:
      ArgumentError: it is an address that cannot be read from.
      OSError: a directory cannot be read.
    """
    name = os.fspath(path)
    # Such as simplecache::s3://…, which is refused there.
    if is_address(name) or ("::" in name and "://" in name):
        return remote_place(name)
    found = Path(name)
    return LocalFolder(found) if found.is_dir() else LocalFile(found)
