"""Every kind of writer that records can go to, recognised without importing any library."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath
from typing import Any, Protocol
from urllib.request import url2pathname

from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import WriterError
from tensorboard_cnc.wording import shown, text_of, type_name
from tensorboard_cnc.writer.ranks import rank_and_size
from tensorboard_cnc.writer.sinks.directory import LocalSink, RemoteSink
from tensorboard_cnc.writer.sinks.summary_writers import (
    TensorboardXSink,
    TfSummarySink,
    TorchSink,
)

_RULE = (
    "A writer is a SummaryWriter of torch or tensorboardX, Lightning's logger.experiment, a "
    "tf.summary writer, or a directory (str or Path)"
)
_LIGHTNING = {"lightning", "lightning_fabric", "pytorch_lightning"}
# Such directories are on this machine, and TensorBoard would rewrite their files as a whole.
_LOCAL = "file://"
_COLLAPSED_URL = re.compile(r"[a-z][a-z0-9+.-]+:/(?!/)", re.IGNORECASE)


class Sink(Protocol):
    """Where records go."""

    @property
    def losses(self) -> int:
        """How often what was written before has been found missing: deleted, say."""

    def write(self, summary: Summary, step: int) -> None:
        """Hands over one event."""

    def settle(self) -> None:
        """Waits until the writer has all events so far, and may be closed by its owner."""

    def flush(self) -> None:
        """Makes all events so far visible to others."""

    def close(self) -> None:
        """Releases what the sink itself has opened."""


class NullSink:
    """For processes that must not write."""

    losses = 0

    def write(self, summary: Summary, step: int) -> None:
        """Writes nothing."""

    def settle(self) -> None:
        """Nothing is on its way."""

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


def open_sink(writer: Any) -> Sink:
    """The sink for what a user passes as writer.

    Raises:
      WriterError: records cannot go there.
    """
    if rank_and_size()[0]:
        return NullSink()
    if isinstance(writer, str | os.PathLike):
        return directory_sink(writer)
    for kind in type(writer).__mro__:
        match kind.__module__.partition(".")[0], kind.__name__:
            case "torch", "SummaryWriter":
                return TorchSink(writer, directory_sink)
            case "tensorboardX", "SummaryWriter":
                on_disk = writer._write_to_disk
                return TensorboardXSink(writer, directory_sink) if on_disk else NullSink()
            case "tensorflow", "SummaryWriter":
                return TfSummarySink(writer)
            case package, "DummyExperiment" | "_DummyExperiment" if package in _LIGHTNING:
                return NullSink()
    raise _unknown(writer)


def directory_of(writer: Any) -> str | None:
    """Where `writer` writes, as an absolute path or a URL; None where that is unknown."""
    given = writer
    if not isinstance(writer, str | os.PathLike):
        # torch's SummaryWriter, then tensorboardX's.
        given = getattr(writer, "log_dir", None) or getattr(writer, "logdir", None)
    try:
        path = os.fspath(given)
        return path if "://" in path else str(Path(path).resolve())
    except (TypeError, ValueError, OSError, RuntimeError):
        # Opening the sink has said what is wrong.
        return None


def directory_sink(given: str | os.PathLike[Any]) -> Sink:
    """The sink for a directory, here or elsewhere.

    Raises:
      WriterError: records cannot go there.
    """
    path = os.fspath(given)
    if not isinstance(path, str) or not path:
        raise _unknown(given)
    if "://" in path and not path.startswith(_LOCAL):
        return RemoteSink(path)
    if isinstance(given, PurePath) and _COLLAPSED_URL.match(path):
        raise WriterError(
            f"The directory is {given!r}",
            'A Path turns "//" into "/"',
            "Pass a remote directory as a str",
        )
    directory = Path(url2pathname(path.removeprefix(_LOCAL)) if path.startswith(_LOCAL) else path)
    try:
        if directory.exists() and not directory.is_dir():
            raise WriterError(
                f"The path {shown(path)} is a file", _RULE, "Pass the directory that holds the run"
            )
        _check_listable(directory.resolve())
        return LocalSink(directory)
    except (ValueError, OSError, RuntimeError) as error:
        raise WriterError(
            f"The path {shown(path)} cannot be used: {text_of(error)}",
            _RULE,
            "Pass another directory",
        ) from error


def _check_listable(directory: Path) -> None:
    try:
        str(directory).encode()
    except UnicodeEncodeError as error:
        raise WriterError(
            f"The path {shown(str(directory))} is no UTF-8",
            "Where one directory is named so, TensorBoard cannot list any run beside it",
            "Pass another directory, or rename this one",
        ) from error


def _unknown(writer: Any) -> WriterError:
    is_logger = hasattr(type(writer), "experiment")
    return WriterError(
        f"The writer is {shown(writer)} of type {type_name(writer)}",
        _RULE,
        "Pass the logger.experiment of a TensorBoardLogger"
        if is_logger
        else "Pass one of these as the first argument",
    )
