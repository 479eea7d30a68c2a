"""How records stand in TensorBoard's logs: the plugin's name, their summaries and sub-runs.

No two processes may write event files into one run: TensorBoard's Python loader would follow only
one of the files. So a directory writer puts its events into a sub-run of its own, shown as the
directory: the first process takes ``<path>/cnc`` and each further one ``<path>/cnc/<handle>``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    DATA_CLASS_TENSOR,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING

PLUGIN_NAME = "cnc"
# In the metadata of what a directory writer puts into a sub-run of its own.
SUBRUN_MARK = b"subrun"
SUBRUN = "cnc"
_SUBRUN = re.compile(r"(?:^|[/\\])cnc(?:[/\\][0-9a-f]{8})?\Z")


def tensor_summary(tag: str, record: bytes) -> Summary:
    """One event's summary that holds one encoded record as a rank-0 string tensor."""
    tensor = TensorProto(dtype=DT_STRING, tensor_shape=TensorShapeProto(), string_val=[record])
    return _summary(tag, DATA_CLASS_TENSOR, tensor)


def blob_summary(tag: str, chunks: Sequence[bytes]) -> Summary:
    """One event's summary that holds the chunks of one record as a rank-1 string tensor."""
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(chunks))])
    tensor = TensorProto(dtype=DT_STRING, tensor_shape=shape, string_val=chunks)
    return _summary(tag, DATA_CLASS_BLOB_SEQUENCE, tensor)


def mark_as_subrun(summary: Summary) -> None:
    """Marks `summary` as written into a sub-run, so that a reader shows the run above it."""
    for value in summary.value:
        value.metadata.plugin_data.content = SUBRUN_MARK


def new_handle() -> str:
    """A few random characters that tell one handle's records from another's."""
    return secrets.token_hex(4)


def shown_run(run: str) -> str:
    """The run a reader shows for TensorBoard's `run`: without a directory writer's sub-run."""
    return _SUBRUN.sub("", run) or "."


def _summary(tag: str, data_class: int, tensor: TensorProto) -> Summary:
    metadata = SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=PLUGIN_NAME),
        data_class=data_class,
    )
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])
