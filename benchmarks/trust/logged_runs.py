"""Runs that log a model through each kind of writer, and what can be read of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

from tensorboard_cnc.format import envelope
from tensorboard_cnc.records.models import Metrics, ModelCard

# Where TensorFlow is installed, the others load it too, and no forked process can use it then.
WRITERS = (
    ("tf.summary",) if find_spec("tensorflow") else ("directory", "torch", "tensorboardX", "remote")
)


class Store(LocalFileSystem):  # type: ignore[misc]
    """An object store: what is put appears as a whole, and cannot be appended to."""

    protocol = "store"

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        return str(path).removeprefix("store://").rstrip("/")

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        return _Put(Path(path)) if "w" in mode else super()._open(path, mode, **options)


class _Put(io.BytesIO):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def close(self) -> None:
        if not self.closed:
            hidden = self._path.with_name(f".{self._path.name}")
            hidden.write_bytes(self.getvalue())
            hidden.replace(self._path)
        super().close()


@dataclass(frozen=True, slots=True)
class _TfScalars:
    """The scalars of a writer of TensorFlow, by the names that SummaryWriters have for them."""

    summary: Any
    writer: Any

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        with self.writer.as_default():
            self.summary.scalar(tag, value, step)

    def close(self) -> None:
        self.writer.close()


def opened(kind: str, directory: Path) -> tuple[Any, Any]:
    """A writer as a user passes it, and what logs scalars; None where nothing does."""
    match kind:
        case "torch":
            from torch.utils.tensorboard import SummaryWriter

            writer = SummaryWriter(str(directory))
            return writer, writer
        case "tensorboardX":
            import tensorboardX

            writer = tensorboardX.SummaryWriter(str(directory))
            return writer, writer
        case "tf.summary":
            import tensorflow as tf

            writer = tf.summary.create_file_writer(str(directory))
            return writer, _TfScalars(tf.summary, writer)
        case "remote":
            fsspec.register_implementation("store", Store, clobber=True)
            return f"store://{directory}", None
        case _:
            return directory, None


@dataclass
class Found:
    """What can be read of a run; `cut` are files that hold anything but whole events."""

    card: ModelCard | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    scalars: dict[str, float] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)


def read(directory: Path) -> Found:
    """Reads with TensorBoard's own reader what newest records say."""
    found = Found()
    steps: dict[str, int] = {}
    for path in sorted(directory.rglob("events.out.tfevents*")):
        if not _is_whole(path):
            found.cut.append(path.name)
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name != "cnc":
                    found.scalars[value.tag] = float(make_ndarray(value.tensor))
                elif event.step >= steps.get(value.tag, event.step):
                    steps[value.tag] = event.step
                    _keep(found, envelope.decode(value.tensor.string_val[0]))
    return found


def _keep(found: Found, record: Any) -> None:
    if isinstance(record, ModelCard):
        found.card = record
    elif isinstance(record, Metrics):
        found.metrics = {each.name: each.repeats[0] for each in record.measurements}


def _is_whole(path: Path) -> bool:
    return sum(_sizes(path.read_bytes())) == path.stat().st_size


def _sizes(content: bytes) -> Iterator[int]:
    """Of each whole event, up to the first that is cut."""
    start = 0
    while start + 16 <= len(content):
        size = 16 + int.from_bytes(content[start : start + 8], "little")
        if start + size > len(content):
            return
        yield size
        start += size
