"""Files elsewhere, in ranges through fsspec: what the user typed, and what is beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.tensors.files.contents import needed

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# Read at once: pieces of a tensor follow one another.
_AHEAD = 2**22
# How names of files end, unlike those of directories.
_FILE = re.compile(r"\.(?:safetensors|gguf|onnx|pt|pth|bin|ckpt|json)$")

_T = TypeVar("_T")


def is_address(name: str) -> bool:
    """Whether it is read through fsspec, as "s3://bucket/model.safetensors"."""
    return _ADDRESS.match(name) is not None


def remote_place(address: str) -> RemoteFile | RemoteFolder:
    """The file or the directory at this address.

    Raises:
      ArgumentError: fsspec is not installed, it is a chain of addresses, or cannot be reached.
    """
    if "::" in address:
        raise ArgumentError(
            f"{address} is a chain of addresses",
            "What a file elsewhere names is never fetched",
            "Name the file itself, or download it first",
        )
    core = needed("fsspec.core", address, "remote")
    files, path = _reached(address, lambda: core.url_to_fs(address))
    file = RemoteFile(files, path, address)
    if _FILE.search(path) or not _reached(address, lambda: files.isdir(path)):
        return file
    return RemoteFolder(file)


class RemoteFile:
    """One file, opened when it is first read."""

    def __init__(self, files: Any, path: str, address: str) -> None:
        self._files = files
        self._path = path
        self._address = address
        self._open: Any = None

    def __str__(self) -> str:
        return self._address

    @property
    def name(self) -> str:
        return posixpath.basename(self._path)

    def size(self) -> int:
        size = _reached(self._address, lambda: self._files.size(self._path))
        if not isinstance(size, int):
            raise ArgumentError(
                f"{self._address} does not say its size",
                "Tensors are read from any place in a file",
                "Download it first",
            )
        return size

    def read(self, offset: int, count: int) -> NDArray[np.uint8]:
        found = bytearray(_reached(self._address, lambda: self._range(offset, count)))
        return np.frombuffer(found, np.uint8)

    def _range(self, offset: int, count: int) -> bytes:
        if self._open is None:
            options = {"block_size": _AHEAD, "cache_type": "readahead"}
            self._open = self._files.open(self._path, "rb", **options)
        self._open.seek(offset)
        found: bytes = self._open.read(count)
        return found

    def is_file(self) -> bool:
        return bool(_reached(self._address, lambda: self._files.isfile(self._path)))

    def beside(self, name: str) -> RemoteFile:
        return self._at(posixpath.dirname(self._path), posixpath.dirname(self._address), name)

    def within(self, name: str) -> RemoteFile:
        """A file of the directory that this is."""
        return self._at(self._path.rstrip("/"), self._address.rstrip("/"), name)

    def _at(self, path: str, address: str, name: str) -> RemoteFile:
        own = posixpath.basename(name)
        return RemoteFile(self._files, f"{path}/{own}", f"{address}/{own}")

    def names_within(self) -> list[str]:
        """The names of the files in the directory that this is."""
        path = self._path.rstrip("/")
        found = _reached(self._address, lambda: self._files.ls(path, detail=True))
        names = (each["name"].rstrip("/") for each in found if each["type"] == "file")
        return sorted({posixpath.basename(each) for each in names})


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A directory elsewhere."""

    place: RemoteFile

    def __str__(self) -> str:
        return str(self.place)

    def names(self) -> list[str]:
        return self.place.names_within()

    def file(self, name: str) -> RemoteFile:
        return self.place.within(name)


def _reached(address: str, ask: Callable[[], _T]) -> _T:
    try:
        return ask()
    except Exception as error:
        # Each of fsspec's file systems has errors of its own.
        raise ArgumentError(
            f"{address} cannot be read: {text_of(error) or type(error).__name__}",
            "Files elsewhere are read through fsspec, by ranges",
            "Check the address and the access to it, or download the file",
        ) from error
