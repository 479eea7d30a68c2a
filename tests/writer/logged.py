"""What event files hold, read with TensorBoard's own loader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_BLOB_SEQUENCE

from tensorboard_cnc.format import envelope
from tensorboard_cnc.format import instances as instance_format
from tensorboard_cnc.format.tags import holds, shown_run
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.records.models import (
    Measurement,
    Metrics,
    MetricSpecs,
    ModelCard,
    Problems,
    Record,
)

R = TypeVar("R", ModelCard, Metrics, MetricSpecs, Problems)


@dataclass(frozen=True)
class Logged:
    """One record where it was found."""

    run: str
    tag: str
    step: int
    record: Record


def event_files(logdir: Path) -> list[Path]:
    return sorted(logdir.rglob("*tfevents*"))


def events(path: Path) -> list[Event]:
    return list(EventFileLoader(str(path)).Load())


def logged(logdir: Path) -> list[Logged]:
    """All records under `logdir`, file by file, in the order they were written."""
    return [entry for path in event_files(logdir) for entry in _records(logdir, path)]


def latest(logdir: Path) -> dict[tuple[str, str], Logged]:
    """By shown run and tag, the record with the greatest step: what readers see."""
    in_order = sorted(logged(logdir), key=lambda entry: entry.step)
    return {(shown_run(entry.run), entry.tag): entry for entry in in_order}


def all_of(kind: type[R], logdir: Path) -> list[R]:
    """The latest records of one kind, in the order of their steps."""
    in_order = sorted(latest(logdir).values(), key=lambda entry: entry.step)
    return [entry.record for entry in in_order if isinstance(entry.record, kind)]


def only(kind: type[R], logdir: Path) -> R:
    """The one record of its kind."""
    (record,) = all_of(kind, logdir)
    return record


def measured(logdir: Path) -> dict[str, Measurement]:
    """The measurements of the one handle that has measured something, by name."""
    return {m.name: m for m in only(Metrics, logdir).measurements}


def values(logdir: Path) -> dict[str, tuple[float, ...]]:
    """The repetitions of each metric."""
    return {name: measurement.repeats for name, measurement in measured(logdir).items()}


def _records(logdir: Path, path: Path) -> Iterator[Logged]:
    run = path.parent.relative_to(logdir).as_posix()
    for event in events(path):
        for value in event.summary.value:
            is_bulk = value.metadata.data_class == DATA_CLASS_BLOB_SEQUENCE
            if value.metadata.plugin_data.plugin_name == "cnc" and not is_bulk:
                (content,) = value.tensor.string_val
                record = envelope.decode(content)
                assert holds(value.tag, record)
                assert event.step < 0, "purge_step must not reach it"
                yield Logged(run, value.tag, event.step, record)


def bulk_records(logdir: Path) -> list[InstanceRecord]:
    """The latest data set or predictions of each tag, in the order of their steps."""
    found: dict[tuple[str, str], tuple[int, InstanceRecord]] = {}
    for path in event_files(logdir):
        run = shown_run(path.parent.relative_to(logdir).as_posix())
        for event in events(path):
            for value in event.summary.value:
                if value.metadata.data_class == DATA_CLASS_BLOB_SEQUENCE:
                    record = instance_format.decode(value.tensor.string_val)
                    assert event.step < 0, "purge_step must not reach it"
                    found[run, value.tag] = (event.step, record)
    return [record for _, record in sorted(found.values(), key=lambda entry: entry[0])]


def the_dataset(logdir: Path) -> Dataset:
    """The one data set."""
    (found,) = (each for each in bulk_records(logdir) if isinstance(each, Dataset))
    return found


def the_predictions(logdir: Path) -> Predictions:
    """The predictions of the one model on one data set."""
    (found,) = (each for each in bulk_records(logdir) if isinstance(each, Predictions))
    return found
