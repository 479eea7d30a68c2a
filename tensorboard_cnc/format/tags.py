"""Names under which records are stored: ``cnc/<kind>/<part>/...``, parts percent-encoded."""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from urllib.parse import quote, unquote

from tensorboard_cnc.records.models import (
    BulkKind,
    Metrics,
    MetricSpecs,
    ModelCard,
    Problems,
    Record,
)

_MAX_PART_BYTES = 200


def encode_part(text: str) -> str:
    """One part of a tag: percent-encoded, or "=" and a SHA-256 prefix where that is over 200 bytes.

    Percent-encoding never yields "=", so the two cannot be confused.
    """
    encoded = quote(text, safe="")
    if len(encoded) <= _MAX_PART_BYTES:
        return encoded
    return "=" + hashlib.sha256(text.encode()).hexdigest()[:40]


def model_tag(model_id: str) -> str:
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
        case ["cnc", "weights" | "activations" as kind, model]:
            return BulkTag("weights" if kind == "weights" else "activations", model, "")
        case _:
            return None


def holds(tag: str, record: Record) -> bool:
    """Whether `record` is one that is stored under `tag`."""
    handle = tag.rpartition("/")[2]
    match record:
        case ModelCard():
            return tag == model_tag(record.id)
        case Metrics():
            return tag == metrics_tag(record.model_id, handle)
        case MetricSpecs():
            return tag == metric_specs_tag(handle)
        case Problems():
            return tag == problems_tag(record.model_id, handle)
