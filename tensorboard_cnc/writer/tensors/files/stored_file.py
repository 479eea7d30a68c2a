"""Bytes at any place of a file, on this machine or elsewhere."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import DIMENSIONS

# Of one file: the largest models have some ninety thousand tensors.
MOST_TENSORS = 2**17


def is_shape(sizes: Sequence[Any]) -> bool:
    """Whether these are the sizes of a tensor that NumPy could have."""
    whole = all(type(each) is int and 0 <= each < 2**63 for each in sizes)
    return whole and len(sizes) <= DIMENSIONS and prod(sizes) < 2**63


class StoredFile(Protocol):
    """A file, written as the user named it."""

    @property
    def name(self) -> str:
        """Its name within its directory."""

    def size(self) -> int:
        """How many bytes it has.

        Raises:
          ArgumentError: it has no size, or is not reached.
          OSError: it cannot be read.
        """

    def read(self, offset: int, count: int) -> NDArray[np.uint8]:
        """The bytes from `offset` on, fewer at its end.

        Raises:
          ArgumentError: it is not reached.
          OSError: it cannot be read.
        """

    def is_file(self) -> bool:
        """Whether it is there."""

    def beside(self, name: str) -> StoredFile:
        """A file of its directory; what leads out of this is cut off the name."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of this machine. Read instead of mapped: one that shrinks is an error, no crash."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    def size(self) -> int:
        state = self.path.stat()
        if not stat.S_ISREG(state.st_mode):
            # Opening a pipe would wait for ever.
            raise damaged(
                self, "is not a regular file", "Tensors are read from any place in a file"
            )
        return state.st_size

    def read(self, offset: int, count: int) -> NDArray[np.uint8]:
        return np.fromfile(self.path, np.uint8, count, offset=offset)

    def is_file(self) -> bool:
        return "\0" not in str(self.path) and self.path.is_file()

    def beside(self, name: str) -> LocalFile:
        return LocalFile(self.path.parent / Path(name).name)


def numbers_at(
    file: StoredFile, owner: str, offset: int, dtype: np.dtype[Any], count: int
) -> NDArray[Any]:
    """`count` numbers of the tensor `owner`.

    Raises:
      ArgumentError: the file ended within it, or is not reached.
      OSError: it cannot be read.
    """
    found = file.read(offset, count * dtype.itemsize)
    if len(found) < count * dtype.itemsize:
        raise ArgumentError(
            f'{file} ended within "{owner}"',
            "The file must not change while it is read",
            "Read it again once it is written",
        )
    return found.view(dtype)


def damaged(file: object, seen: str, rule: str) -> ArgumentError:
    """A file that is not what its format wants."""
    return ArgumentError(f"{file} {seen}", rule, "Download or save the file again")
