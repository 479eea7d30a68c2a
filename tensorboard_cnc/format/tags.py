"""How records stand in TensorBoard's logs: their tags, summaries and sub-runs.

A tag is ``cnc/<kind>/<part>/...``, its parts percent-encoded.

No two processes may write event files into one run: TensorBoard's Python loader would follow only
one of the files. So a directory writer puts its events into a sub-run of its own, shown as the
directory: the first process takes ``<path>/cnc`` and each further one ``<path>/cnc/<handle>``.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    DATA_CLASS_TENSOR,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING

from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import (
    BulkKind,
    Metrics,
    MetricSpecs,
    ModelCard,
    Problems,
    Record,
)
from tensorboard_cnc.records.sensitivity import Sensitivity
from tensorboard_cnc.records.sketches import SketchRecord

PLUGIN_NAME = "cnc"
# In the metadata of what a directory writer puts into a sub-run of its own.
SUBRUN_MARK = b"subrun"
SUBRUN = "cnc"
_SUBRUN = re.compile(r"(?:^|[/\\])cnc(?:[/\\][0-9a-f]{8})?\Z")
_MAX_PART_BYTES = 200


# A model's id is in the tags of all its records.
@lru_cache(maxsize=4096)
def encode_part(text: str) -> str:
    """One part of a tag: percent-encoded, or "=" and a SHA-256 prefix where that is over 200 bytes.

    Percent-encoding never yields "=", so the two cannot be confused.
    """
    encoded = quote(text, safe="")
    if len(encoded) <= _MAX_PART_BYTES:
        return encoded
    return "=" + hashlib.sha256(text.encode()).hexdigest()[:40]


def model_tag(model_id: str, handle: str) -> str:
    return f"cnc/model/{encode_part(model_id)}/{handle}"


def model_tag_of_0_1_0(model_id: str) -> str:
    """The tag that all handles of a model shared, so that the last one erased the others' cards."""
    return f"cnc/model/{encode_part(model_id)}"


def metrics_tag(model_id: str, handle: str) -> str:
    return f"cnc/metrics/{encode_part(model_id)}/{handle}"


def metric_specs_tag(handle: str) -> str:
    return f"cnc/metric_specs/{handle}"


def problems_tag(model_id: str, handle: str) -> str:
    return f"cnc/problems/{encode_part(model_id)}/{handle}"


def dataset_tag(name: str) -> str:
    return f"cnc/dataset/{encode_part(name)}"


def predictions_tag(model_id: str, dataset: str) -> str:
    return f"cnc/predictions/{encode_part(model_id)}/{encode_part(dataset)}"


def weights_tag(model_id: str) -> str:
    return f"cnc/weights/{encode_part(model_id)}"


def activations_tag(model_id: str) -> str:
    return f"cnc/activations/{encode_part(model_id)}"


def sensitivity_tag(model_id: str) -> str:
    return f"cnc/sensitivity/{encode_part(model_id)}"


def tag_of_bulk(record: Dataset | Predictions | SketchRecord | Sensitivity) -> str:
    """The tag under which a bulk record is stored."""
    match record:
        case Dataset():
            return dataset_tag(record.name)
        case Predictions():
            return predictions_tag(record.model_id, record.dataset)
        case Sensitivity():
            return sensitivity_tag(record.model_id)
        case SketchRecord(subject="weights"):
            return weights_tag(record.model_id)
        case SketchRecord():
            return activations_tag(record.model_id)


class BulkTag(NamedTuple):
    """What a bulk record's tag says; `model` is the model's part of it, as `encode_part` gave."""

    kind: BulkKind
    model: str
    dataset: str


def bulk_tag(tag: str) -> BulkTag | None:
    """The parts of a bulk record's tag; None where it is no such tag."""
    match tag.split("/"):
        case ["cnc", "dataset", name]:
            return BulkTag("dataset", "", unquote(name))
        case ["cnc", "predictions", model, name]:
            return BulkTag("predictions", model, unquote(name))
        case ["cnc", "weights", model]:
            return BulkTag("weights", model, "")
        case ["cnc", "activations", model]:
            return BulkTag("activations", model, "")
        case ["cnc", "sensitivity", model]:
            return BulkTag("sensitivity", model, "")
        case _:
            return None


def holds(tag: str, record: Record) -> bool:
    """Whether `record` is one that is stored under `tag`."""
    handle = tag.rpartition("/")[2]
    match record:
        case ModelCard():
            return tag == model_tag(record.id, handle) or tag == model_tag_of_0_1_0(record.id)
        case Metrics():
            return tag == metrics_tag(record.model_id, handle)
        case MetricSpecs():
            return tag == metric_specs_tag(handle)
        case Problems():
            return tag == problems_tag(record.model_id, handle)


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
