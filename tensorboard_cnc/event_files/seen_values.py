"""What an event says of the records in it, without the bytes of large ones."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.event_files.event_file import EventFile
from tensorboard_cnc.event_files.frames import Frame, read_frame

# Fields of an event, a summary and a value, as protobuf writes number and type.
_WALL_TIME, _STEP, _SUMMARY, _VALUE, _TAG, _TENSOR = 0x09, 0x10, 0x2A, 0x0A, 0x0A, 0x42
_MOST_AFTER_TENSOR = 1 << 16
_DOUBLE = struct.Struct("<d")


class SeenValue(NamedTuple):
    """One value of an event; without its tensor where it is not `whole`."""

    value: Summary.Value
    step: int
    wall_time: float
    whole: bool = True


def values_in(file: EventFile, frame: Frame) -> Iterator[SeenValue]:
    """The values of an event.

    Raises:
      DamagedRecordError: its checksum is another, or it does not parse.
      OSError: the file cannot be read.
    """
    if not frame.is_whole and frame.data:
        large = _large_value(file, frame)
        if large is not None:
            yield large
            return
    data = frame.data if frame.is_whole else read_frame(file, frame.offset, frame.length)
    event = _parsed(file, data)
    for value in event.summary.value:
        yield SeenValue(value, event.step, event.wall_time)


def read_tensor(file: EventFile, offset: int, length: int, tag: str) -> TensorProto:
    """The tensor under `tag` of the event at `offset`.

    Raises:
      DamagedRecordError: the event is not what was written.
      OSError: the file cannot be read.
    """
    event = _parsed(file, read_frame(file, offset, length))
    found = next((value.tensor for value in event.summary.value if value.tag == tag), None)
    if found is None:
        raise _unparsed(file, "it was replaced while it was read")
    return found


def _parsed(file: EventFile, data: bytes) -> Event:
    try:
        return Event.FromString(data)
    except DecodeError as error:
        raise _unparsed(file, str(error)) from error


def _unparsed(file: EventFile, why: str) -> DamagedRecordError:
    return DamagedRecordError(
        f"An event of {file.name} cannot be read: {why}", "", "Log again what it held"
    )


class _OtherFieldError(Exception):
    """The event is not written in the usual order."""


class _Cursor:
    """Reads the beginning of a message."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data

    def varint(self) -> int:
        found = shift = 0
        while True:
            byte = self._data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    def double(self) -> float:
        (found,) = _DOUBLE.unpack_from(self._data, self.at)
        self.at += _DOUBLE.size
        return float(found)

    def enter(self, field: int) -> int:
        """Goes to the content of `field`, which must come next; returns where that ends."""
        if self.varint() != field:
            raise _OtherFieldError
        length = self.varint()
        return self.at + length

    def text(self, end: int) -> str:
        found = self._data[self.at : end].decode()
        self.at = end
        return found


def _large_value(file: EventFile, frame: Frame) -> SeenValue | None:
    """The one value of an event that is written as protobuf writes it; None where it is not."""
    cursor = _Cursor(frame.data)
    wall_time, step = 0.0, 0
    try:
        while (key := frame.data[cursor.at]) != _SUMMARY:
            cursor.at += 1
            if key == _WALL_TIME:
                wall_time = cursor.double()
            elif key == _STEP:
                step = _signed(cursor.varint())
            else:
                return None
        cursor.enter(_SUMMARY)
        end = cursor.enter(_VALUE)
        tag = cursor.text(cursor.enter(_TAG))
        after_tensor = cursor.enter(_TENSOR)
        if not 0 <= end - after_tensor <= _MOST_AFTER_TENSOR:
            return None
        rest = file.read(frame.offset + after_tensor, end - after_tensor)
        value = Summary.Value.FromString(rest)
    except (IndexError, struct.error, UnicodeDecodeError, DecodeError, _OtherFieldError):
        return None
    value.tag = tag
    return SeenValue(value, step, wall_time, whole=False)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
