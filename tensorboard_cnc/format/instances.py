"""Data sets and predictions to checksummed chunks and back; docs/format.md tells the layout."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple, cast, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns
from tensorboard_cnc.format.bounds import CLASSES, NAME_CHARACTERS, THUMBNAIL_PIXELS_ASIDE, excess
from tensorboard_cnc.format.envelope import bulk_chunks, bulk_message, checked_payload
from tensorboard_cnc.format.refusals import damaged, future
from tensorboard_cnc.records.instances import (
    Attribute,
    Dataset,
    Ids,
    InstanceRecord,
    Kind,
    Predictions,
)

_Read = Callable[[pb.Column], Any]
# The beginning of a PNG file, up to its size in pixels.
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
# Pixels of four bytes that do not compress, and all that stands around them.
_LARGEST_IMAGE = 5 * THUMBNAIL_PIXELS_ASIDE**2
# What the first dimension of a column counts: instances, those with a vector, or anything.
_Rows = Literal["n", "vectors", "any"]


class _Field(NamedTuple):
    """How a field is stored and read, and what its length must be."""

    pack: Callable[[str, Any], pb.Column]
    read: _Read
    rows: _Rows = "n"


def _shares(dimensions: int = 1) -> _Read:
    """Reads probabilities, which only their own encoding keeps between 0 and 1."""
    read = _array(np.float32, dimensions)

    def read_shares(column: pb.Column) -> Any:
        if column.dtype != "-ln p":
            raise damaged(f"its column {column.name} holds {column.dtype} instead of probabilities")
        return read(column)

    return read_shares


def _array(dtype: DTypeLike, dimensions: int = 1) -> _Read:
    """Reads an array of this type and number of dimensions."""

    def read(column: pb.Column) -> NDArray[Any]:
        if len(column.shape) != dimensions:
            raise damaged(f"its column {column.name} has {len(column.shape)} dimensions")
        return columns.array_of(column, dtype)

    return read


_FIELDS: dict[str, _Field] = {
    "ids": _Field(columns.ids, columns.ids_of),
    "classes": _Field(columns.texts, columns.texts_of, "any"),
    "labels": _Field(columns.whole_numbers, _array(np.int32)),
    "predicted": _Field(columns.whole_numbers, _array(np.int32)),
    "memberships": _Field(columns.bits, _array(np.bool_, 2)),
    "memberships_known": _Field(columns.bits, _array(np.bool_, 2)),
    "numbers": _Field(columns.numbers, _array(np.float64)),
    "targets": _Field(columns.texts, columns.texts_of),
    "texts": _Field(columns.texts, columns.texts_of),
    "outputs": _Field(columns.texts, columns.texts_of),
    "images": _Field(columns.files, columns.files_of),
    "groups": _Field(columns.ids, _array(np.int64)),
    "correct": _Field(columns.whole_numbers, _array(np.int8)),
    "confidence": _Field(columns.probabilities, _shares()),
    "true_probability": _Field(columns.probabilities, _shares()),
    "top_classes": _Field(columns.whole_numbers, _array(np.int32, 2)),
    "top_probabilities": _Field(columns.probabilities, _shares(2)),
    "vector_rows": _Field(columns.ids, _array(np.int64), "vectors"),
    "vectors": _Field(columns.probabilities, _shares(2), "vectors"),
}
# Columns of a user's names: the part before the slash says what they are.
_NAMED: dict[str, _Field] = {
    "scores": _Field(columns.numbers, _array(np.float32)),
    "attributes": _Field(columns.numbers, _array(np.float64)),
    "codes": _Field(columns.whole_numbers, _array(np.int32)),
    "levels": _Field(columns.texts, columns.texts_of, "any"),
}


def columns_of(record: InstanceRecord, only: Collection[str] | None = None) -> dict[str, pb.Column]:
    """The compressed columns of a record, or of its fields `only`, by name."""
    packed = {}
    for name, field in _FIELDS.items():
        value = getattr(record, name, None) if only is None or name in only else None
        if value is None or (name == "classes" and not value):
            continue
        # Vectors that were cut to fit into max_bytes are stored in coarser steps.
        if name == "vectors" and "vectors" in record.dropped:
            packed[name] = columns.probabilities(name, value, coarse=True)
        else:
            packed[name] = field.pack(name, value)
    for name, value in _named_values(record) if only is None else ():
        packed[name] = _NAMED[name.partition("/")[0]].pack(name, value)
    return packed


def encode(record: InstanceRecord, packed: Mapping[str, pb.Column] | None = None) -> list[bytes]:
    """The chunks of one record; `packed` are its `columns_of`, if they are known already.

    Raises:
      ArgumentError: it is larger than readers accept.
    """
    message = pb.InstanceRecord(
        kind=record.kind,
        columns=(columns_of(record) if packed is None else packed).values(),
        dropped=record.dropped,
        logged_us=record.logged_us,
    )
    if isinstance(record, Dataset):
        message.subject = pb.InstanceRecord.DATASET
        message.dataset, message.fingerprint = record.name, record.fingerprint
    else:
        message.subject = pb.InstanceRecord.PREDICTIONS
        message.dataset, message.fingerprint = record.dataset, record.dataset_fingerprint
        message.model_id, message.excluded = record.model_id, record.excluded
    return bulk_chunks(checked_payload(message, columns.made_bytes(message.columns)))


def decode(chunks: Sequence[bytes]) -> InstanceRecord:
    """The record in the chunks of one value.

    Raises:
      DamagedRecordError: the bytes are not what was written.
      FutureRecordError: they are, but by a newer tensorboard-cnc.
    """
    message = bulk_message(pb.InstanceRecord, chunks)
    if message.kind not in get_args(Kind):
        raise future(f'its kind is "{message.kind}"')
    known = [column for column in message.columns if _field_of(column.name) is not None]
    if beyond := excess(columns.made_bytes(known), sum(map(len, chunks))):
        raise damaged(beyond)
    return _record_of(message, *_columns_in(known))


def _named_values(record: InstanceRecord) -> Iterable[tuple[str, Any]]:
    if isinstance(record, Predictions):
        yield from ((f"scores/{name}", score) for name, score in record.scores.items())
        return
    for name, values in record.attributes.items():
        if isinstance(values, tuple):
            yield f"codes/{name}", values[0]
            yield f"levels/{name}", values[1]
        else:
            yield f"attributes/{name}", values


def _field_of(column: str) -> _Field | None:
    """How a column is read; None where a newer version wrote it, and the others are shown."""
    group, slash, _ = column.partition("/")
    return _NAMED.get(group) if slash else _FIELDS.get(group)


def _columns_in(
    packed: Sequence[pb.Column],
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Fields by name and, by the part before the slash, a user's columns by name."""
    values: dict[str, Any] = {}
    lengths: dict[_Rows, dict[str, int]] = {"n": {}, "vectors": {}, "any": {}}
    for column in packed:
        field = _field_of(column.name)
        assert field is not None
        if column.name in values:
            raise damaged(f"it has the column {column.name[:100]} twice")
        values[column.name] = found = field.read(column)
        lengths[field.rows][column.name] = len(found)
    if "ids" not in values:
        raise damaged("it has no ids")
    for rows, known in (("n", "ids"), ("vectors", "vector_rows")):
        expected = len(values.get(known, ()))
        for name, length in lengths[cast(_Rows, rows)].items():
            if length != expected:
                raise damaged(f"its column {name} has {length:,} of {expected:,} rows")
    named: dict[str, dict[str, Any]] = {group: {} for group in _NAMED}
    for name in [name for name in values if "/" in name]:
        group, _, own = name.partition("/")
        named[group][own] = values.pop(name)
    return values, named


def _record_of(
    message: pb.InstanceRecord, fields: dict[str, Any], named: dict[str, dict[str, Any]]
) -> InstanceRecord:
    shared: dict[str, Any] = {
        "kind": message.kind,
        "dropped": tuple(message.dropped),
        "logged_us": message.logged_us,
    }
    known = (Dataset if message.subject == pb.InstanceRecord.DATASET else Predictions).__slots__
    taken = {name: value for name, value in fields.items() if name in known}
    _check_names(message, taken, named)
    _check_ids(taken["ids"])
    _check_classes(taken)
    if message.subject == pb.InstanceRecord.DATASET:
        _check_groups(taken.get("groups"))
        _check_images(taken.get("images", ()))
        return Dataset(
            name=message.dataset,
            fingerprint=message.fingerprint,
            attributes=_attributes(named),
            **shared,
            **taken,
        )
    _check_vectors(taken["ids"], taken.get("vector_rows"), taken.get("vectors"))
    return Predictions(
        model_id=message.model_id,
        dataset=message.dataset,
        dataset_fingerprint=message.fingerprint,
        scores=named["scores"],
        excluded=message.excluded,
        **shared,
        **taken,
    )


def _check_names(
    message: pb.InstanceRecord, fields: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]
) -> None:
    levels = (level for levels in named["levels"].values() for level in levels)
    own = (name for columns in named.values() for name in columns)
    given = (message.model_id, message.dataset, message.fingerprint, *message.dropped)
    longest = max(map(len, chain(given, fields.get("classes", ()), levels, own)))
    if longest > NAME_CHARACTERS:
        raise damaged(f"it has a name of {longest:,} characters")


def _check_ids(ids: Ids) -> None:
    if ids.dtype.kind != "i" and max(map(len, ids.tolist()), default=0) > NAME_CHARACTERS:
        raise damaged("it has an id that is too long")
    # Those of predictions ascend.
    if np.all(ids[1:] > ids[:-1]):
        return
    distinct = len(np.unique(ids)) if ids.dtype.kind == "i" else len(set(ids.tolist()))
    if distinct < len(ids):
        raise damaged(f"of {len(ids):,} ids {distinct:,} differ")


def _check_images(files: Iterable[bytes]) -> None:
    """Checks that all are the thumbnails of the writer: a browser would unpack any PNG."""
    for file in files:
        if not file:
            continue
        width, height = (int.from_bytes(file[at : at + 4], "big") for at in (16, 20))
        small = 0 < width <= THUMBNAIL_PIXELS_ASIDE and 0 < height <= THUMBNAIL_PIXELS_ASIDE
        if file[:16] != _PNG or len(file) > _LARGEST_IMAGE or not small:
            raise damaged(f"an image of {len(file):,} bytes is no thumbnail")


def _attributes(named: dict[str, dict[str, Any]]) -> dict[str, Attribute]:
    found: dict[str, Attribute] = dict(named["attributes"])
    for name, codes in named["codes"].items():
        levels = named["levels"].get(name, ())
        if name in found:
            raise damaged(f"the attribute {name} is there twice")
        if codes.size and not -1 <= codes.min() <= codes.max() < len(levels):
            raise damaged(f"the attribute {name} has a value that it does not list")
        found[name] = (codes, levels)
    return found


def _check_classes(fields: Mapping[str, Any]) -> None:
    """Checks that columns name and count the classes of the record."""
    named = fields.get("classes", ())
    if len(set(named)) < len(named):
        raise damaged("it has a class twice")
    widths = [fields[name].shape[1] for name in ("vectors", "memberships") if name in fields]
    classes = len(named) or min([*widths, CLASSES])
    correct = fields.get("correct")
    if correct is not None and correct.size and not -1 <= correct.min() <= correct.max() <= 1:
        raise damaged("its column correct holds neither 1, 0 nor -1")
    for name in ("labels", "predicted", "top_classes"):
        codes = fields.get(name)
        if codes is not None and codes.size and not -1 <= codes.min() <= codes.max() < classes:
            raise damaged(f"its column {name} names a class that it does not have")
    if max(widths, default=0) > CLASSES or len(set(widths)) > 1:
        raise damaged(f"it has {' and '.join(map(str, widths))} classes")
    if "classes" in fields:
        for name in ("memberships", "vectors"):
            if name in fields and fields[name].shape[1] != classes:
                raise damaged(f"its column {name} does not have the {classes:,} classes it names")
    known, members = fields.get("memberships_known"), fields.get("memberships")
    if known is not None and (members is None or known.shape != members.shape):
        raise damaged("what is known of its classes does not fit them")
    tops = [fields.get(name) for name in ("top_classes", "top_probabilities")]
    if len({None if top is None else top.shape for top in tops}) > 1:
        raise damaged("its most probable classes do not fit their probabilities")


def _check_groups(codes: NDArray[np.int64] | None) -> None:
    if codes is None or not codes.size:
        return
    if codes.min() < 0 or codes.max() >= len(codes) or not np.bincount(codes).all():
        raise damaged("its groups are not numbered from 0 without gaps")


def _check_vectors(
    ids: Ids, rows: NDArray[np.int64] | None, vectors: NDArray[np.float32] | None
) -> None:
    if (rows is None) != (vectors is None):
        raise damaged("its vectors do not fit their rows")
    if rows is not None and len(rows):
        ascending = bool(np.all(rows[1:] > rows[:-1]))
        if not ascending or rows[0] < 0 or rows[-1] >= len(ids):
            raise damaged("its vectors belong to rows that it does not have")
