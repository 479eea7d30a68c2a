"""An event file on a local disk, each event of which is in the file when `append` returns.

Unlike TensorBoard's EventFileWriter it needs no thread and no open descriptor, so that any number
of models can be logged at once, and it never imports TensorFlow.
"""

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
    """A new event file in a directory that no other process writes into."""

    def __init__(self, directory: Path) -> None:
        start = time.time()
        name = f"events.out.tfevents.{start:010.0f}.{socket.gethostname()}.{os.getpid()}.cnc"
        self.path = directory / name
        self.path.touch(exist_ok=False)
        try:
            self.append(Event(wall_time=start, file_version="brain.Event:2"))
        except OSError:
            self.path.unlink()
            raise

    def append(self, event: Event) -> None:
        """Writes the event as a whole or, on an error, not at all.

        Raises:
          OSError: the disk is full, say.
        """
        frame = _framed(event.SerializeToString())
        # Appending in one call, so that a signal handler may log in the middle of this.
        with self.path.open("ab", buffering=0) as file:
            end = file.tell()
            try:
                _write_all(file, frame)
            except OSError:
                file.truncate(end)
                raise


def _write_all(file: io.FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _framed(data: bytes) -> bytes:
    """A TFRecord: length, its checksum, the data, their checksum."""
    length = struct.pack("<Q", len(data))
    return length + _masked_crc(length) + data + _masked_crc(data)


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
