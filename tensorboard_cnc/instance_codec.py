"""Data sets and predictions to checksummed chunks and back; docs/format.md tells the layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from tensorboard_cnc import cnc_pb2 as pb
from tensorboard_cnc import column_codec as columns
from tensorboard_cnc.codec import FORMAT_VERSION, checksum_of, damaged, future, parse_envelope
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.instance_records import Dataset, InstanceRecord, Predictions

CHUNK_BYTES = 8 << 20
MAX_BYTES = 256 << 20
KINDS = ("classes", "multi-label", "numbers", "texts", "scores")

_Pack = Callable[[str, Any], pb.Column]
_FIELDS: dict[str, _Pack] = {
    "ids": columns.ids,
    "classes": columns.texts,
    "labels": columns.whole_numbers,
    "predicted": columns.whole_numbers,
    "memberships": columns.bits,
    "numbers": columns.numbers,
    "targets": columns.texts,
    "texts": columns.texts,
    "outputs": columns.texts,
    "images": columns.files,
    "correct": columns.whole_numbers,
    "confidence": columns.probabilities,
    "true_probability": columns.probabilities,
    "top_classes": columns.whole_numbers,
    "top_probabilities": columns.probabilities,
    "vector_rows": columns.ids,
}
_TYPES = {
    "labels": np.int32,
    "predicted": np.int32,
    "top_classes": np.int32,
    "correct": np.int8,
}
_TEXTS = {"classes", "targets", "texts", "outputs"}


def columns_of(record: InstanceRecord) -> dict[str, pb.Column]:
    """The compressed columns of a record, by name."""
    packed = {}
    for name, pack in _FIELDS.items():
        value = getattr(record, name, None)
        if value is not None and (len(value) or name != "classes"):
            packed[name] = pack(name, value)
    if isinstance(record, Predictions):
        if record.vectors is not None:
            coarse = "vectors" in record.dropped
            packed["vectors"] = columns.probabilities("vectors", record.vectors, coarse=coarse)
        for name, score in record.scores.items():
            packed[f"scores/{name}"] = columns.numbers(f"scores/{name}", score)
        return packed
    for name, values in record.attributes.items():
        if isinstance(values, tuple):
            packed[f"levels/{name}"] = columns.texts(f"levels/{name}", values[1])
            packed[f"codes/{name}"] = columns.whole_numbers(f"codes/{name}", values[0])
        else:
            packed[f"attributes/{name}"] = columns.numbers(f"attributes/{name}", values)
    return packed


def encode(record: InstanceRecord, packed: Mapping[str, pb.Column] | None = None) -> list[bytes]:
    """The chunks of one record; `packed` are its `columns_of`, if they are known already.

    Raises:
      ArgumentError: it is larger than readers accept.
    """
    is_dataset = isinstance(record, Dataset)
    message = pb.InstanceRecord(
        subject=pb.InstanceRecord.DATASET if is_dataset else pb.InstanceRecord.PREDICTIONS,
        kind=record.kind,
        columns=(columns_of(record) if packed is None else packed).values(),
        dropped=record.dropped,
        logged_us=record.logged_us,
    )
    if isinstance(record, Dataset):
        message.dataset, message.fingerprint = record.name, record.fingerprint
    else:
        message.dataset, message.fingerprint = record.dataset, record.dataset_fingerprint
        message.model_id, message.excluded = record.model_id, record.excluded
    return _chunks(message.SerializeToString())


def decode(chunks: Iterable[bytes]) -> InstanceRecord:
    """The record in the chunks of one value.

    Raises:
      DamagedRecordError: the bytes are not what was written.
      FutureRecordError: they are, but by a newer tensorboard-cnc.
    """
    envelope = parse_envelope(b"".join(chunks))
    if envelope.format_version > FORMAT_VERSION:
        raise future(f"its format version is {envelope.format_version}, not {FORMAT_VERSION}")
    if envelope.compression != pb.Envelope.NONE or envelope.size != len(envelope.payload):
        raise damaged("its size is not what it declares")
    message = pb.InstanceRecord()
    try:
        message.ParseFromString(envelope.payload)
    except DecodeError as error:
        raise damaged(str(error)) from error
    if message.kind not in KINDS:
        raise future(f'its kind is "{message.kind}"')
    return _record_of(message)


def _chunks(payload: bytes) -> list[bytes]:
    if len(payload) > MAX_BYTES:
        raise ArgumentError(
            f"A record has {len(payload):,} compressed bytes",
            f"At most {MAX_BYTES:,} can be read back",
            "Log fewer instances, or set a smaller budget=",
        )
    data = pb.Envelope(
        format_version=FORMAT_VERSION,
        checksum=checksum_of(FORMAT_VERSION, pb.Envelope.NONE, len(payload), payload),
        compression=pb.Envelope.NONE,
        size=len(payload),
        payload=payload,
    ).SerializeToString()
    return [data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)]


def _record_of(message: pb.InstanceRecord) -> InstanceRecord:
    found: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {"scores": {}, "attributes": {}, "levels": {}, "codes": {}}
    for column in message.columns:
        group, slash, name = column.name.partition("/")
        if slash and group in groups:
            groups[group][name] = _value(group, column)
        elif column.name in _FIELDS or column.name == "vectors":
            found[column.name] = _value(column.name, column)
    if "ids" not in found:
        raise damaged("it has no ids")
    shared = {"kind": message.kind, "dropped": tuple(message.dropped)} | found
    shared["logged_us"] = message.logged_us
    try:
        record = _built(message, shared, groups)
    except (TypeError, KeyError) as error:
        raise damaged(f"it has a column out of place: {error}") from error
    _check_lengths(record)
    return record


def _built(
    message: pb.InstanceRecord, shared: dict[str, Any], groups: dict[str, dict[str, Any]]
) -> InstanceRecord:
    if message.subject == pb.InstanceRecord.DATASET:
        categories = {
            name: (codes.astype(np.int32), groups["levels"][name])
            for name, codes in groups["codes"].items()
        }
        attributes = groups["attributes"] | categories
        return Dataset(
            name=message.dataset, fingerprint=message.fingerprint, attributes=attributes, **shared
        )
    return Predictions(
        model_id=message.model_id,
        dataset=message.dataset,
        dataset_fingerprint=message.fingerprint,
        scores=groups["scores"],
        excluded=message.excluded,
        **shared,
    )


def _value(name: str, column: pb.Column) -> Any:
    if name in _TEXTS or name == "levels":
        return columns.texts_of(column)
    if name == "images":
        return columns.files_of(column)
    values = columns.array_of(column)
    if name in _TYPES and values.dtype != _TYPES[name]:
        values = values.astype(_TYPES[name])
        values.flags.writeable = False
    return values


def _check_lengths(record: InstanceRecord) -> None:
    n = len(record.ids)
    for name in (*_FIELDS, "vectors"):
        value = getattr(record, name, None)
        if value is None or name in ("classes", "vectors", "vector_rows"):
            continue
        if len(value) != n:
            raise damaged(f"its column {name} has {len(value):,} of {n:,} rows")
    sides: list[NDArray[Any]]
    if isinstance(record, Dataset):
        sides = [v[0] if isinstance(v, tuple) else v for v in record.attributes.values()]
    else:
        sides = list(record.scores.values())
        rows = record.vector_rows
        if (rows is None) != (record.vectors is None) or (
            rows is not None
            and record.vectors is not None
            and (
                len(rows) != len(record.vectors) or (len(rows) and not 0 <= rows[0] <= rows[-1] < n)
            )
        ):
            raise damaged("its vectors do not fit their rows")
    if any(len(side) != n for side in sides):
        raise damaged(f"a column has not {n:,} rows")
