"""The bulk values of one tag in an event file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_cnc.errors import CncError
from tensorboard_cnc.event_files.event_file import EventFile
from tensorboard_cnc.event_files.frames import frames_with, read_frame


def tag_values(file: EventFile, tag: str) -> Iterator[tuple[int, list[bytes]]]:
    """The step and chunks of each, in order, as far as the file can be read."""
    with suppress(CncError, OSError, DecodeError):
        for frame in frames_with([tag.encode()], file):
            data = frame.data if frame.is_whole else read_frame(file, frame.offset, frame.length)
            event = Event.FromString(data)
            for value in event.summary.value:
                if value.tag == tag:
                    yield event.step, list(value.tensor.string_val)
