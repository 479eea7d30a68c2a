"""The header of a GGUF file, read by our own code: what is said of the model, and its tensors.

The package's reader walks an array for as long as a damaged file says, past its end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.files.stored_file import (
    MOST_TENSORS,
    StoredFile,
    damaged,
    is_shape,
)

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
# Vocabularies of a few hundred thousand words take some 10 MB.
_LONGEST = 2**28
_LONGEST_NAME = 2**16
# Of longer arrays, such as vocabularies, nothing is kept.
_LONGEST_ARRAY = 2**12
_MOST_DIMENSIONS = 8
# Words and merges of all vocabularies.
_MOST_TEXTS = 2**22
_CHUNK = 2**20
_STRING, _ARRAY = 8, 9
# The types of values, as struct knows them.
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
# The least that a value and a tensor take.
_LEAST_VALUE, _LEAST_TENSOR = 13, 24


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """One tensor: `type` is a number of ggml's, `shape` as torch has it, `offset` in the file."""

    name: str
    file: StoredFile
    type: int
    shape: tuple[int, ...]
    offset: int

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the file says of the model, by key, and its tensors in their order."""

    values: dict[str, Any]
    tensors: list[GgufTensor]


def gguf_header(file: StoredFile) -> GgufHeader:
    """The header of a file.

    Raises:
      ArgumentError: it is not a GGUF file, or is damaged or truncated.
      OSError: it cannot be read.
    """
    cursor = _Cursor(file)
    if cursor.take(4) != _MAGIC:
        raise damaged(file, "does not begin with GGUF", "GGUF files do")
    version = cursor.number("I")
    if version not in _VERSIONS:
        big = int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS
        seen = "is big-endian" if big else f"is of version {version}"
        raise damaged(file, seen, "Versions 2 and 3 are read, little-endian")
    tensors = cursor.count(_LEAST_TENSOR)
    if tensors > MOST_TENSORS:
        raise cursor.damaged(f"says that {tensors:,} tensors follow")
    count = cursor.count(_LEAST_VALUE)
    values = dict(_values(cursor, count))
    if len(values) < count:
        raise damaged(file, "says one thing twice", "Keys are unique")
    found = [_tensor(cursor) for _ in range(tensors)]
    if len({each.name for each in found}) < tensors:
        raise damaged(file, "names a tensor twice", "Names are unique")
    alignment = values.get("general.alignment", 32)
    aligned = isinstance(alignment, int) and 0 < alignment <= _CHUNK
    if not aligned or alignment.bit_count() != 1:
        raise damaged(file, f"aligns by {shown(alignment)}", "It aligns by a power of two")
    start = -(-cursor.at // alignment) * alignment
    moved = [
        GgufTensor(each.name, file, each.type, each.shape, start + each.offset) for each in found
    ]
    return GgufHeader(values, moved)


class _Cursor:
    """Reads a file from its beginning on, never past its end."""

    def __init__(self, file: StoredFile) -> None:
        self.file = file
        self.at = 0
        self._end = min(file.size(), _LONGEST)
        self._chunk, self._chunk_at = b"", 0
        self._texts = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        start = self.skip(count)
        if not self._chunk_at <= start <= self.at <= self._chunk_at + len(self._chunk):
            self._chunk_at = start
            self._chunk = self.file.read(start, max(count, _CHUNK)).tobytes()
        found = self._chunk[start - self._chunk_at : self.at - self._chunk_at]
        if len(found) < count:
            raise self.damaged("shrinks while it is read")
        return found

    def skip(self, count: int) -> int:
        """Where the cursor stood before it left out `count` bytes."""
        start = self.at
        if count > self._end - start:
            raise self.damaged(
                f"ends within its header, of which {count:,} bytes more were to come"
            )
        self.at += count
        return start

    def skip_texts(self, count: int) -> None:
        """Leaves out `count` texts, of which a file has so many and no more."""
        self._texts += count
        if self._texts > _MOST_TEXTS:
            raise self.damaged(f"lists {self._texts:,} texts")
        for _ in range(count):
            self.skip(self.number("Q"))

    def number(self, kind: str) -> Any:
        return struct.unpack(f"<{kind}", self.take(struct.calcsize(f"<{kind}")))[0]

    def count(self, least: int) -> int:
        """How many things follow, each of at least so many bytes."""
        count: int = self.number("Q")
        if count > (self._end - self.at) // least:
            raise self.damaged(f"says that {count:,} more entries follow")
        return count

    def text(self) -> str:
        length = self.number("Q")
        if length > _LONGEST_NAME:
            raise self.damaged(f"has a name of {length:,} bytes")
        return self.take(length).decode("utf-8", "replace")

    def damaged(self, seen: str) -> Exception:
        return damaged(self.file, seen, "Its header is whole, and lists what the file holds")


def _values(cursor: _Cursor, count: int) -> Iterator[tuple[str, Any]]:
    for _ in range(count):
        yield cursor.text(), _value(cursor, cursor.number("I"))


def _value(cursor: _Cursor, kind: int) -> Any:
    if kind in _SCALARS:
        return cursor.number(_SCALARS[kind])
    if kind == _STRING:
        return _text(cursor)
    if kind != _ARRAY:
        raise cursor.damaged(f"holds a value of the type {kind}")
    inner = cursor.number("I")
    if inner == _STRING:
        cursor.skip_texts(cursor.count(8))
        return None
    if inner not in _SCALARS:
        raise cursor.damaged(f"holds an array of the type {inner}")
    width = struct.calcsize(f"<{_SCALARS[inner]}")
    count = cursor.count(width)
    if count > _LONGEST_ARRAY:
        cursor.skip(count * width)
        return None
    return list(struct.unpack(f"<{count}{_SCALARS[inner]}", cursor.take(count * width)))


def _text(cursor: _Cursor) -> str | None:
    """A value; long ones, such as templates of chats, are left out."""
    length = cursor.number("Q")
    if length > _LONGEST_NAME:
        cursor.skip(length)
        return None
    return cursor.take(length).decode("utf-8", "replace")


def _tensor(cursor: _Cursor) -> GgufTensor:
    name = cursor.text()
    dimensions = cursor.number("I")
    if dimensions > _MOST_DIMENSIONS:
        raise cursor.damaged(f"gives {shown(name)} {dimensions} dimensions")
    # The last dimension comes first.
    shape = tuple(cursor.number("Q") for _ in range(dimensions))[::-1]
    if not is_shape(shape):
        raise cursor.damaged(f"gives {shown(name)} the shape {shape}")
    return GgufTensor(name, cursor.file, cursor.number("I"), shape, cursor.number("Q"))
