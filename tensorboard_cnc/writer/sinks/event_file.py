"""One event file that stays whole at every instruction."""

from __future__ import annotations

import io
import os
import socket
import struct
import time
from pathlib import Path

import google_crc32c
from tensorboard.compat.proto.event_pb2 import Event


class EventFile:
    """A new event file in a directory that no other process writes into.

    An event is in the file when `append` returns. Unlike TensorBoard's EventFileWriter this needs
    no thread and no open descriptor, so that any number of models can be logged at once, and it
    never imports TensorFlow.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / file_name()
        # The sizes that it may have unless something went wrong: before the last event and after.
        self._whole = (0, 0)
        self.path.touch(exist_ok=False)
        try:
            self.append(first_frame())
        except BaseException:
            self.path.unlink()
            raise

    def append(self, frame: bytes) -> bool:
        """Writes one event at the end.

        Returns False where the event may not be readable there, and has to go into another file:
        this one was deleted, or does not end where an event ends. What follows half an event is
        lost to readers, and half an event cannot be cut off, as a reader may have begun with it.

        Raises:
          OSError: the disk is full, say.
        """
        try:
            file = io.FileIO(self.path, "a", opener=_existing)
        except (FileNotFoundError, NotADirectoryError):
            return False
        with file:
            size = file.seek(0, os.SEEK_END)
            if size not in self._whole:
                return False
            end = size + len(frame)
            self._whole = (size, end)
            # In one call, unless the disk is full.
            written = file.write(frame)
            while written < len(frame):
                written += file.write(frame[written:])
            # Otherwise a signal handler has logged in between, and nobody knows what became of it.
            return file.tell() == end


def file_name() -> str:
    """A name under which TensorBoard looks for events."""
    host, process = socket.gethostname(), os.getpid()
    return f"events.out.tfevents.{time.time():010.0f}.{host}.{process}.cnc"


def first_frame() -> bytes:
    """What an event file begins with."""
    return framed(Event(wall_time=time.time(), file_version="brain.Event:2"))


def framed(event: Event) -> bytes:
    """A TFRecord: length, its checksum, the data, their checksum."""
    data: bytes = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    return length + _masked_crc(length) + data + _masked_crc(data)


def _existing(path: str | os.PathLike[str], flags: int) -> int:
    """Opens a file, and makes none where it has been deleted."""
    return os.open(path, flags & ~os.O_CREAT)


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
