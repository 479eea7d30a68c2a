"""Finds the events of an event file that hold certain bytes, and reads nothing of the others.

An event file is a row of TFRecords: the length of the data (8 bytes), its checksum (4), the data,
and their checksum (4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import google_crc32c

from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.event_files.event_file import EventFile

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_BEFORE, _AFTER = 12, 4
# An event begins with its time, its step and its tag, which is at most 400 bytes long.
HEAD_BYTES = 1024
# Read at a time: files of a usual size at once, of larger ones what follows a skipped event.
_WINDOW_BYTES = 4 << 20


class Frame(NamedTuple):
    """One event: where its data begin and how many bytes they have.

    `data`: all of them where they were read anyway, else the first.
    """

    offset: int
    length: int
    data: bytes

    @property
    def is_whole(self) -> bool:
        return len(self.data) == self.length


def frames_with(needles: Sequence[bytes], file: EventFile) -> Iterator[Frame]:
    """The events of which the first bytes hold one of the `needles`, in order.

    Raises:
      DamagedRecordError: the file ends within an event, or a length is damaged; what comes before
        has been given.
      OSError: it cannot be read.
    """
    at = 0
    while at < file.size:
        window = _Window(file, at, needles)
        if window.holds_none:
            return
        yield from window.frames()
        if window.next == at:
            raise _damaged(file, at, "it ends there, within an event")
        at = window.next


class _Window:
    """A part of the file that begins with an event; `next` is where the first unread one does."""

    def __init__(self, file: EventFile, start: int, needles: Sequence[bytes]) -> None:
        self.next = start
        self._file, self._start, self._needles = file, start, needles
        self._data = file.read(start, min(_WINDOW_BYTES, file.size - start))
        self._is_last = start + len(self._data) == file.size

    @property
    def holds_none(self) -> bool:
        """Whether it reaches to the end and holds none of the needles."""
        return self._is_last and self._found(0) == len(self._data)

    def frames(self) -> Iterator[Frame]:
        data, at, end = self._data, 0, len(self._data)
        size = self._file.size - self._start
        found = self._found(0)
        while at + _BEFORE <= end:
            (length,) = _LENGTH.unpack_from(data, at)
            after = at + _BEFORE + length + _AFTER
            if after > size:
                self._check_length(at)
                self.next = self._start + at
                raise _damaged(self._file, self.next, "it ends there, within an event")
            if found < after:
                head_end = at + _BEFORE + min(length, HEAD_BYTES)
                if head_end > end:
                    break
                if found < head_end:
                    self._check_length(at)
                    offset = self._start + at + _BEFORE
                    if after <= end:
                        yield Frame(offset, length, self._checked_data(at + _BEFORE, length))
                    else:
                        yield Frame(offset, length, data[at + _BEFORE : head_end])
                found = self._found(after)
            at = after
        self.next = self._start + at

    def _found(self, start: int) -> int:
        """Where the next needle is; the window's end where there is none."""
        places = [self._data.find(needle, start) for needle in self._needles]
        return min((place for place in places if place >= 0), default=len(self._data))

    def _checked_data(self, at: int, length: int) -> bytes:
        """The data; none of them where their checksum is another."""
        (checksum,) = _CHECKSUM.unpack_from(self._data, at + length)
        found = self._data[at : at + length]
        return found if masked_crc(found) == checksum else b""

    def _check_length(self, at: int) -> None:
        (checksum,) = _CHECKSUM.unpack_from(self._data, at + _LENGTH.size)
        if masked_crc(self._data[at : at + _LENGTH.size]) != checksum:
            raise _damaged(self._file, self._start + at, "the length of an event is damaged")


def read_frame(file: EventFile, offset: int, length: int) -> bytes:
    """The data of the event at `offset`, whose checksum holds.

    Raises:
      DamagedRecordError: they are not what was written.
      OSError: the file cannot be read.
    """
    data = file.read(offset, length + _AFTER)
    if len(data) < length + _AFTER:
        raise _damaged(file, offset, "it ends there, within an event")
    (checksum,) = _CHECKSUM.unpack_from(data, length)
    if masked_crc(data[:length]) != checksum:
        raise _damaged(file, offset, "an event's checksum is another")
    return data[:length]


def masked_crc(data: bytes) -> int:
    """The checksum that TFRecords hold."""
    crc = int(google_crc32c.value(data))
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _damaged(file: EventFile, at: int, why: str) -> DamagedRecordError:
    return DamagedRecordError(
        f"{file.name} is damaged at byte {at:,}: {why}",
        "",
        "What it holds before is read; copy the file again, or wait where it is being written",
    )
