"""Sketches of weights and activations to checksummed chunks and back; docs/format.md tells how.

A record is stored by columns over all of its tensors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns
from tensorboard_cnc.format.bounds import NAME_CHARACTERS, excess
from tensorboard_cnc.format.envelope import bulk_chunks, bulk_message, checked_payload
from tensorboard_cnc.format.refusals import damaged
from tensorboard_cnc.format.sketch_rules import check, check_names, module_bytes
from tensorboard_cnc.format.tables import NONE, Pack, Table, ragged, real, whole
from tensorboard_cnc.records.sketches import (
    Channels,
    LocalError,
    PairTotals,
    Role,
    Scheme,
    SketchRecord,
    TensorSketch,
    Totals,
)

# Of one tensor: patterns of groups, and references.
_MOST_PARTS = 1 << 20
_ROLES: tuple[Role, ...] = get_args(Role)
_TEXTS = ("name", "module", "kind", "dtype", "storage", "tied")
_COUNTS = ("n", "zeros", "nan", "positive_infinite", "negative_infinite")
_SUMS = ("low", "high", "sum", "sum_abs", "sum_squares")
_SCHEME = ("symmetric", "group", "axis", "scales", "overhead_bytes", "low", "high", "saturated")
_CHANNELS = ("axis", "channels", "size", "dead", "saturated")
_PAIR_COUNTS = ("n", "zero_both", "zero_before", "zero_after", "max_at")
_PAIR_SUMS = ("sum_abs", "sum_squares", "dot", "max_abs")
# Arrays of a tensor: how they are stored, and their type once they are read.
_ARRAYS: dict[str, tuple[Pack, DTypeLike]] = {
    "bins": (columns.whole_numbers, np.int32),
    "counts": (columns.whole_numbers, np.int64),
    "largest_at": (columns.whole_numbers, np.int64),
    "largest": (columns.planes, np.float32),
    "values": (columns.planes, np.float32),
    "sample": (columns.planes, np.float32),
    "buckets": (columns.planes, np.float64),
}


def encode(record: SketchRecord) -> list[bytes]:
    """The chunks of one record.

    Raises:
      ArgumentError: it is larger than readers accept.
    """
    activations = record.subject == "activations"
    message = pb.SketchRecord(
        subject=pb.SketchRecord.ACTIVATIONS if activations else pb.SketchRecord.WEIGHTS,
        model_id=record.model_id,
        fingerprint=record.fingerprint,
        instances=record.instances,
        columns=_columns_of(record.tensors),
        refused=[
            pb.Refused(name=name, reason=reason, weights=record.refused_weights.get(name))
            for name, reason in record.refused.items()
        ],
        logged_us=record.logged_us,
    )
    modules = (tensor.module for tensor in record.tensors)
    made = Table(message.columns).made_bytes() + module_bytes(modules)
    return bulk_chunks(checked_payload(message, made))


def decode(chunks: Sequence[bytes]) -> SketchRecord:
    """The record in the chunks of one value.

    Raises:
      DamagedRecordError: the bytes are not what was written.
      FutureRecordError: they are, but by a newer tensorboard-cnc.
    """
    message = bulk_message(pb.SketchRecord, chunks)
    found, stored = Table(message.columns), sum(map(len, chunks))
    if beyond := excess(found.made_bytes(), stored):
        raise damaged(beyond)
    _check_refused(message)
    activations = message.subject == pb.SketchRecord.ACTIVATIONS
    return SketchRecord(
        subject="activations" if activations else "weights",
        model_id=message.model_id,
        tensors=_tensors_in(found, stored),
        fingerprint=message.fingerprint,
        instances=message.instances,
        refused={each.name: each.reason for each in message.refused},
        refused_weights={
            each.name: each.weights for each in message.refused if each.HasField("weights")
        },
        logged_us=message.logged_us,
    )


def _columns_of(tensors: Sequence[TensorSketch]) -> list[pb.Column]:
    channels = [tensor.channels for tensor in tensors if tensor.channels]
    schemes = [tensor.scheme for tensor in tensors if tensor.scheme]
    pairs = [pair for tensor in tensors for pair in tensor.reference.values()]
    patterns = [(*k, *v) for tensor in tensors for k, v in tensor.conforming.items()]
    totals = [tensor.totals for tensor in tensors]
    packed = [columns.texts(name, [getattr(t, name) for t in tensors]) for name in _TEXTS]
    packed += ragged("shape", columns.whole_numbers, [np.array(t.shape, int) for t in tensors])
    for name, (pack, _) in _ARRAYS.items():
        packed += ragged(name, pack, [getattr(tensor, name) for tensor in tensors])
    packed += ragged("channel_zeros", columns.whole_numbers, [c.zeros for c in channels])
    packed += ragged("channel_norms", columns.planes, [_norms(c) for c in channels])
    packed += ragged("changed_at", columns.whole_numbers, [pair.largest_at for pair in pairs])
    packed += ragged("changed", columns.numbers, [pair.largest for pair in pairs])
    return [
        *packed,
        whole("roles", [[_ROLES.index(tensor.role)] for tensor in tensors], 1),
        whole("totals", _fields(totals, _COUNTS), len(_COUNTS)),
        real("sums", _fields(totals, _SUMS), len(_SUMS)),
        whole("facts", [_facts(tensor) for tensor in tensors], 6),
        real("bytes", [[tensor.effective_bytes] for tensor in tensors], 1),
        whole("digests", [[_signed(tensor.digest)] for tensor in tensors], 1),
        whole("patterns", patterns, 4),
        whole("channels", _fields(channels, _CHANNELS), len(_CHANNELS)),
        real("bits", [[scheme.bits] for scheme in schemes], 1),
        columns.texts("algorithms", [scheme.algorithm for scheme in schemes]),
        whole("schemes", _fields(schemes, _SCHEME), len(_SCHEME)),
        columns.texts("references", [name for tensor in tensors for name in tensor.reference]),
        whole("pair_counts", _fields(pairs, _PAIR_COUNTS), len(_PAIR_COUNTS)),
        real("pair_sums", _fields(pairs, _PAIR_SUMS), len(_PAIR_SUMS)),
        whole("pair_bins", [pair.bins.tolist() for pair in pairs], 9),
        *_local_columns(tensors),
    ]


def _local_columns(tensors: Sequence[TensorSketch]) -> list[pb.Column]:
    """The errors of layers alone; nothing where no reference was given."""
    local = [each for tensor in tensors for each in tensor.local.values()]
    if not local:
        return []
    return [
        columns.texts("local", [key for tensor in tensors for key in tensor.local]),
        columns.texts("local_missing", [each.missing for each in local]),
        whole("local_counts", [[len(tensor.local)] for tensor in tensors], 1),
        whole("local_n", [[each.n] for each in local], 1),
        real("local_sums", [[each.before, each.squares] for each in local], 2),
    ]


def _facts(tensor: TensorSketch) -> list[int | None]:
    """Its stored bytes and distinct values, and how many parts of each kind it has."""
    return [
        tensor.stored_bytes,
        tensor.distinct,
        int(tensor.channels is not None),
        int(tensor.scheme is not None),
        len(tensor.conforming),
        len(tensor.reference),
    ]


def _fields(records: Sequence[Any], names: Sequence[str]) -> list[list[Any]]:
    return [[getattr(record, name) for name in names] for record in records]


def _signed(digest: int | None) -> int | None:
    # Of 2⁶⁴ digests the one that would stand for None becomes another.
    return None if digest is None else max((digest ^ 1 << 63) - (1 << 63), NONE + 1)


def _norms(channels: Channels) -> NDArray[np.float32]:
    largest = np.finfo(np.float32).max
    return np.minimum(np.sqrt(channels.squares), largest).astype(np.float32)


def _check_refused(message: pb.SketchRecord) -> None:
    names = [message.model_id, *(each.name for each in message.refused)]
    if len(set(names[1:])) < len(names) - 1:
        raise damaged("it refuses a tensor twice")
    if max(map(len, names)) > NAME_CHARACTERS:
        raise damaged("it has a name that is too long")


def _tensors_in(found: Table, stored: int) -> tuple[TensorSketch, ...]:
    n = found.count("name")
    plain: dict[str, Sequence[Any]] = {name: found.texts(name, n) for name in _TEXTS}
    check_names(zip(*plain.values(), strict=True))
    if beyond := excess(module_bytes(plain["module"]), stored):
        raise damaged(beyond)
    facts = found.optional("facts", n, 6)
    digests = [row[0] for row in found.optional("digests", n, 1)]
    values = plain | {
        "shape": [tuple(shape.tolist()) for shape in found.present("shape", n, np.int64)],
        "totals": _totals_in(found, n),
        "role": [_role(code) for [code] in found.rows("roles", n, 1).tolist()],
        "stored_bytes": [row[0] or 0 for row in facts],
        "effective_bytes": found.rows("bytes", n, 1, np.float64)[:, 0].tolist(),
        "distinct": [row[1] for row in facts],
        "digest": [None if code is None else code % (1 << 64) for code in digests],
        "local": _local_in(found, n),
        **{name: found.ragged(name, n, dtype) for name, (_, dtype) in _ARRAYS.items()},
        **_parts_in(found, found.rows("facts", n, 6)[:, 2:]),
    }
    # In the order of their fields, which is faster than by name.
    rows = zip(*(values[field.name] for field in fields(TensorSketch)), strict=True)
    tensors = tuple(TensorSketch(*row) for row in rows)
    check(tensors)
    return tensors


def _totals_in(found: Table, n: int) -> list[Totals]:
    counts = found.rows("totals", n, len(_COUNTS)).tolist()
    sums = found.rows("sums", n, len(_SUMS), np.float64).tolist()
    for row in sums:
        if math.isnan(row[0]):
            row[:2] = None, None
    # In the order of their fields, which is faster than by name.
    return [Totals(*count, *row) for count, row in zip(counts, sums, strict=True)]


def _role(code: int) -> Role:
    if not 0 <= code < len(_ROLES):
        raise damaged(f"a tensor has the role {code}")
    return _ROLES[code]


def _parts_in(found: Table, counts: NDArray[np.int64]) -> dict[str, list[Any]]:
    """The parts that only some tensors have, by field: of each tensor its own.

    `counts`: how many channels, schemes, patterns and pairs each tensor has (n, 4).
    """
    counts = np.where(counts == NONE, 0, counts)
    if (counts < 0).any():
        raise damaged("a tensor has a negative number of parts")
    if (counts > [1, 1, _MOST_PARTS, _MOST_PARTS]).any():
        raise damaged("a tensor has more parts than are ever written")
    channels, schemes, patterns, pairs = counts.sum(axis=0).tolist()
    of_channels = iter(_channels_in(found, channels))
    of_schemes = iter(_schemes_in(found, schemes))
    of_patterns = iter(found.rows("patterns", patterns, 4).tolist())
    names = found.texts("references", pairs)
    of_pairs = zip(names, _pairs_in(found, pairs), strict=True)
    each = counts.T.tolist()
    return {
        "channels": [next(of_channels) if has else None for has in each[0]],
        "scheme": [next(of_schemes) if has else None for has in each[1]],
        "conforming": [
            {(m, of): (fit, all_) for m, of, fit, all_ in islice(of_patterns, count)}
            for count in each[2]
        ],
        "reference": [_reference(of_pairs, count) for count in each[3]],
    }


def _reference(pairs: Iterator[tuple[str, PairTotals]], count: int) -> Mapping[str, PairTotals]:
    """The next `count` of the pairs by their names."""
    found = dict(islice(pairs, count))
    if len(found) < count:
        raise damaged("a tensor is compared with a model twice")
    return found


def _channels_in(found: Table, n: int) -> list[Channels]:
    zeros = found.present("channel_zeros", n, np.int64)
    norms = found.present("channel_norms", n, np.float32)
    rows = _named(_CHANNELS, found.optional("channels", n, len(_CHANNELS)))
    together = zip(zeros, norms, rows, strict=True)
    return [
        Channels(zeros=zero, squares=np.square(norm, dtype=float), **row)
        for zero, norm, row in together
    ]


def _schemes_in(found: Table, n: int) -> list[Scheme]:
    bits = found.rows("bits", n, 1, np.float64)[:, 0].tolist()
    algorithms = found.texts("algorithms", n)
    rows = _named(_SCHEME, found.optional("schemes", n, len(_SCHEME)))
    if any(row["symmetric"] not in (None, 0, 1) for row in rows):
        raise damaged("a scheme of quantization is neither symmetric nor not")
    for row in rows:
        row["symmetric"] = None if row["symmetric"] is None else bool(row["symmetric"])
    together = zip(bits, algorithms, rows, strict=True)
    return [Scheme(bits=bit, algorithm=name, **row) for bit, name, row in together]


def _pairs_in(found: Table, n: int) -> list[PairTotals]:
    counts = _named(_PAIR_COUNTS, found.rows("pair_counts", n, len(_PAIR_COUNTS)).tolist())
    sums = _named(_PAIR_SUMS, found.rows("pair_sums", n, len(_PAIR_SUMS), np.float64).tolist())
    bins = found.rows("pair_bins", n, 9)
    at = found.present("changed_at", n, np.int64)
    changed = found.present("changed", n, np.float64)
    return [
        PairTotals(bins=bins[i], largest_at=at[i], largest=changed[i], **counts[i], **sums[i])
        for i in range(n)
    ]


def _local_in(found: Table, n: int) -> list[dict[str, LocalError]]:
    """The errors of layers alone by the other model's id, for each tensor."""
    if not found.has("local"):
        return [{} for _ in range(n)]
    counts = found.rows("local_counts", n, 1)[:, 0]
    total = found.count("local")
    if (counts < 0).any() or int(counts.sum()) != total:
        raise damaged(f"it counts {int(counts.sum()):,} of {total:,} errors of layers alone")
    texts = zip(found.texts("local", total), found.texts("local_missing", total), strict=True)
    sizes = found.rows("local_n", total, 1)[:, 0].tolist()
    sums = found.rows("local_sums", total, 2, np.float64).tolist()
    if min(sizes, default=0) < 0 or not all(low >= 0 for row in sums for low in row):
        raise damaged("an error of a layer alone is negative")
    errors = iter(
        [
            (key, LocalError(size, before, squares, missing))
            for (key, missing), size, (before, squares) in zip(texts, sizes, sums, strict=True)
        ]
    )
    return [dict(islice(errors, count)) for count in counts.tolist()]


def _named(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]
