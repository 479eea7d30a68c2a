"""All records of ours that a list of event files holds: where each is, the newest of its tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.event_files.event_file import EventFile, FileProblem, file_problem
from tensorboard_cnc.event_files.frames import Frame, frames_with
from tensorboard_cnc.event_files.seen_values import SeenValue, values_in
from tensorboard_cnc.format.tags import bulk_tag
from tensorboard_cnc.wording import text_of

# What all tags of ours begin with.
_OURS = "cnc/"


@dataclass(slots=True)
class Series:
    """One tag of one run: what its first event says of it, and its newest event.

    `tensor` is None where it is only read when it is asked for.
    """

    plugin_name: str
    data_class: int
    content: bytes
    step: int
    wall_time: float
    file: EventFile
    offset: int
    length: int
    tensor: TensorProto | None

    def renew(self, seen: SeenValue, file: EventFile, frame: Frame) -> None:
        """Takes a later event of the tag, unless its step goes back."""
        if seen.step >= self.step:
            self.step, self.wall_time, self.tensor = seen.step, seen.wall_time, _small(seen)
            self.file, self.offset, self.length = file, frame.offset, frame.length


# By run, by tag.
Index = dict[str, dict[str, Series]]


def index_of(files: Iterable[EventFile], problems: list[FileProblem]) -> Index:
    """Reads the events whose tags are ours; adds to `problems` what could not be read."""
    found: Index = {}
    for file in files:
        for frame, seen in values_of(file, [_OURS.encode()], problems):
            tag = seen.value.tag
            if tag.startswith(_OURS):
                of_run = found.setdefault(file.run, {})
                if tag in of_run:
                    of_run[tag].renew(seen, file, frame)
                else:
                    of_run[tag] = _series(seen, file, frame)
    return found


def values_of(
    file: EventFile, needles: Sequence[bytes], problems: list[FileProblem]
) -> Iterator[tuple[Frame, SeenValue]]:
    """The values of the events of which the first bytes hold one of the `needles`."""
    try:
        for frame in frames_with(needles, file):
            try:
                for value in values_in(file, frame):
                    yield frame, value
            except DamagedRecordError as error:
                # The next event begins where the length says.
                problems.append(FileProblem(file.run, error))
    except DamagedRecordError as error:
        problems.append(FileProblem(file.run, error))
    except Exception as error:
        # Each of fsspec's file systems has errors of its own.
        seen = f"{file.name} cannot be read: {text_of(error)}"
        problems.append(file_problem(file.run, seen, "Check its permissions, and read again"))


def _series(seen: SeenValue, file: EventFile, frame: Frame) -> Series:
    metadata = seen.value.metadata
    return Series(
        metadata.plugin_data.plugin_name,
        metadata.data_class,
        metadata.plugin_data.content,
        seen.step,
        seen.wall_time,
        file,
        frame.offset,
        frame.length,
        _small(seen),
    )


def _small(seen: SeenValue) -> TensorProto | None:
    """The tensor, unless it is a record that is only read when it is asked for."""
    return seen.value.tensor if seen.whole and bulk_tag(seen.value.tag) is None else None
