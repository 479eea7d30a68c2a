"""Where records go: every kind of writer, seen as something that takes a summary and a step."""

from __future__ import annotations

import os
import sys
from typing import Any, Protocol

from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_cnc.errors import ClosedError, WriterError
from tensorboard_cnc.writer.directory_sink import DirectorySink


class Sink(Protocol):
    """Takes summaries; `flush` makes them visible, `close` gives up what the sink itself opened."""

    def write(self, summary: Summary, step: int) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


def open_sink(writer: object) -> Sink:
    """The sink for `writer`.

    Raises:
      WriterError: it is none of the kinds we know.
    """
    if _is_other_rank():
        return NullSink()
    if isinstance(writer, str | os.PathLike):
        return DirectorySink(os.fspath(writer))
    families = {base.__module__.partition(".")[0] for base in type(writer).__mro__}
    if "tensorboardX" in families and hasattr(writer, "_get_file_writer"):
        return TensorboardXSink(writer)
    if "torch" in families and hasattr(writer, "_get_file_writer"):
        return TorchSink(writer)
    if "tensorflow" in families and hasattr(writer, "as_default"):
        return TensorFlowSink(writer)
    if families & {"lightning", "pytorch_lightning", "lightning_fabric", "lightning_utilities"}:
        if hasattr(writer, "experiment"):
            raise _refused(writer, "Pass its writer: logger.experiment")
        # Lightning hands out a stand-in on ranks other than 0.
        return NullSink()
    raise _refused(
        writer,
        "Pass a directory (str or Path), a SummaryWriter of torch or tensorboardX, Lightning's "
        "logger.experiment, or a tf.summary writer",
    )


class NullSink:
    """Takes everything and writes nothing."""

    def write(self, summary: Summary, step: int) -> None:
        del summary, step

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


class TorchSink:
    """PyTorch's SummaryWriter. It stays the user's: closing the sink only flushes it."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, summary: Summary, step: int) -> None:
        self._check_open()
        self._writer._get_file_writer().add_summary(summary, step)

    def flush(self) -> None:
        if not self._is_closed():
            self._writer.flush()

    def close(self) -> None:
        self.flush()

    def _is_closed(self) -> bool:
        return self._writer.all_writers is None

    def _check_open(self) -> None:
        # A closed SummaryWriter would open a second event file, which hides the first.
        if self._is_closed():
            raise ClosedError(
                f"The {type(self._writer).__name__} given to cnc_summary is closed",
                "Records go into its event file",
                "Close the model's handle before its writer, or make a new writer",
            )


class TensorboardXSink(TorchSink):
    """tensorboardX's SummaryWriter, which has protobuf classes of its own."""

    def write(self, summary: Summary, step: int) -> None:
        from tensorboardX.proto.summary_pb2 import Summary as TheirSummary

        self._check_open()
        # Their class lacks the field data_class; as an unknown field it survives.
        theirs = TheirSummary.FromString(summary.SerializeToString())
        self._writer._get_file_writer().add_summary(theirs, step)


class TensorFlowSink:
    """A writer of ``tf.summary``."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, summary: Summary, step: int) -> None:
        import tensorflow as tf

        with self._writer.as_default():
            tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self.flush()


def _is_other_rank() -> bool:
    distributed = sys.modules.get("torch.distributed")
    return (
        distributed is not None
        and distributed.is_available()
        and distributed.is_initialized()
        and distributed.get_rank() != 0
    )


def _refused(writer: object, remedy: str) -> WriterError:
    kind = f"{type(writer).__module__}.{type(writer).__qualname__}"
    return WriterError(f"The writer is a {kind}", "Records need a place to go to", remedy)
