"""The event files below an address that fsspec reaches."""

from __future__ import annotations

import importlib
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.event_files.event_file import FileProblem, RemoteFile
from tensorboard_cnc.event_files.local_directory import is_event_file, run_name
from tensorboard_cnc.wording import text_of

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_T = TypeVar("_T")


def is_address(name: str) -> bool:
    """Whether it is read through fsspec, as "s3://bucket/runs"."""
    return _ADDRESS.match(name) is not None


@dataclass(slots=True)
class RemoteDirectory:
    """A log directory elsewhere: an object store, a server, an archive of fsspec's."""

    address: str
    prefix: str = ""
    problems: list[FileProblem] = field(default_factory=list)

    def event_files(self) -> list[RemoteFile]:
        """All event files, by run and name.

        Raises:
          ReadError: fsspec is not installed, the address is a chain, or it cannot be listed.
        """
        if "::" in self.address:
            raise ReadError(
                f"{self.address} is a chain of addresses",
                "What an address names within another is never fetched",
                "Name the directory itself",
            )
        files, root = self._reached(lambda: _fsspec().url_to_fs(self.address))
        listed = self._reached(lambda: _listed(files, root))
        found = []
        for path, size in listed.items():
            within, name = posixpath.split(posixpath.relpath(path, root))
            if is_event_file(name):
                run = run_name(self.prefix, within)
                found.append(RemoteFile(run, posixpath.join(within, name), size, path, files))
        return sorted(found, key=lambda file: (file.run, file.name))

    def _reached(self, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except ReadError:
            raise
        except Exception as error:
            # Each of fsspec's file systems has errors of its own.
            raise ReadError(
                f"{self.address} cannot be read: {text_of(error)}",
                "Directories elsewhere are listed and read through fsspec",
                "Check the address and the access to it, or copy the event files here",
            ) from error


def _fsspec() -> Any:
    try:
        return importlib.import_module("fsspec.core")
    except ImportError as error:
        raise ReadError(
            "An address is read, and fsspec is not installed",
            "Addresses are read through fsspec",
            "Install it with: pip install 'tensorboard-cnc[remote]'",
        ) from error


def _listed(files: Any, root: str) -> dict[str, int]:
    """Sizes by path of all files."""
    if not files.exists(root):
        raise FileNotFoundError(root)
    return {path: int(info["size"] or 0) for path, info in files.find(root, detail=True).items()}
