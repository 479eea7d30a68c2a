"""Hostile records are refused before they take memory, and what is accepted can be shown."""

from __future__ import annotations

import random
import tracemalloc
import warnings
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.trust.hostile_records import CORPUS, attempt, mutate
from benchmarks.trust.record_seeds import KINDS, AnyRecord, seeds
from benchmarks.trust.served_records import serve
from tensorboard_cnc.errors import ArgumentError, CncError, RecordError
from tensorboard_cnc.format import bounds, columns, envelope, instances
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Measurement, Metrics
from tensorboard_cnc.records.sketches import SketchRecord
from tensorboard_cnc.sketches.sketcher import sketch_values
from tests.format.envelopes import sealed

# Of what is counted beforehand, with what Python itself adds.
FACTOR = 3


def peak_bytes(call: Callable[[], Any]) -> tuple[Any, int]:
    """What `call` gives, or our error; and the most that it allocated."""
    tracemalloc.start()
    try:
        try:
            found = call()
        except CncError as error:
            found = error
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def column(name: str, dtype: str, shape: tuple[int, ...], data: bytes = b"") -> pb.Column:
    return pb.Column(name=name, dtype=dtype, shape=shape, data=zlib.compress(data))


def of_instances(*packed: pb.Column) -> bytes:
    message = pb.InstanceRecord(kind="multi-label", dataset="test", columns=packed)
    return message.SerializeToString()


def changed_sketches(*packed: pb.Column) -> bytes:
    message = pb.SketchRecord.FromString(seeds()["sketches"][0])
    names = {each.name for each in packed}
    kept = [each for each in message.columns if each.name not in names]
    del message.columns[:]
    message.columns.extend([*kept, *packed])
    return message.SerializeToString()


def empty_items(count: int) -> bytes:
    """A card with so many parents without a name, two bytes each."""
    operation = b"\x12\0" * count
    return b"\x0a" + _length(len(operation)) + operation


def many_values(count: int) -> bytes:
    """A parameter that is a list of so many values without a kind."""
    listed = b"\x0a\0" * count
    value = b"\x32" + _length(len(listed)) + listed
    parameter = b"\x12" + _length(len(value)) + value
    operation = b"\x12" + _length(len(parameter)) + parameter
    card = b"\x1a" + _length(len(operation)) + operation
    return b"\x0a" + _length(len(card)) + card


def _length(n: int) -> bytes:
    found = bytearray()
    while n > 127:
        found.append(n & 127 | 128)
        n >>= 7
    return bytes([*found, n])


def small_names(count: int) -> bytes:
    """Sketches of so many tensors without names, in all columns that a tensor must have."""
    text = [columns.texts(name, [""] * count) for name in ("name", "module", "kind", "dtype")]
    text += [columns.texts(name, [""] * count) for name in ("storage", "tied")]
    return pb.SketchRecord(model_id="m", columns=text).SerializeToString()


IDS = column("ids", "delta", (3,), np.ones(3, "<i8").tobytes())
BOMBS: dict[str, tuple[str, bytes]] = {
    "ids of a shape without numbers": ("instances", of_instances(column("ids", "<i8", (2**24, 0)))),
    "text ids without texts": (
        "instances", of_instances(column("ids", "text", (2**24, 0), bytes(4 << 24)))),
    "flags of many": ("instances", of_instances(IDS, column("memberships", "bits", (2**29, 8)))),
    "flags of nobody": ("instances", of_instances(IDS, column("memberships", "bits", (0, 2**40)))),
    "no rows of too many": ("instances", of_instances(column("ids", "<i8", (0, 2**63)))),
    "no dimensions": ("instances", of_instances(column("ids", "<i8", ()))),
    "three dimensions": ("instances", of_instances(column("ids", "<i8", (1, 1, 3)))),
    "lengths of two dimensions": (
        "sketches", changed_sketches(column("values/lengths", "<i8", (5, 1), bytes(40)))),
    "lengths without dimensions": ("sketches", changed_sketches(column("bins/lengths", "<i8", ()))),
    "lengths that are too large together": (
        "sketches",
        changed_sketches(columns.whole_numbers("values/lengths", np.full(5, 2**62)))),
    "a code that names a billion classes": (
        "instances", of_instances(IDS, column("labels", "<i4", (3,), b"\xff\xff\xff\x7f" * 3))),
    "many tensors without names": ("sketches", small_names(20_000)),
    "names twenty thousand modules deep": (
        "sketches",
        changed_sketches(columns.texts("name", ["a." * 20_000 + each for each in "12345"]))),
    "modules twenty thousand deep": (
        "sketches", changed_sketches(columns.texts("module", ["a." * 20_000] * 5))),
    "modules a hundred deep": (
        "sketches", changed_sketches(columns.texts("module", [f"{i}." * 100 for i in range(5)]))),
    "a histogram of a million bins": (
        "sketches", changed_sketches(
            columns.whole_numbers("bins", np.arange(2**20)),
            columns.whole_numbers("bins/lengths", np.array([2**20, -1, -1, -1, -1])))),
    "many columns": ("instances", b"\x32\0" * 2**17),
    "many refusals": ("sketches", b"\x32\0" * 2**17),
    "a shape of a million numbers": (
        "instances", b"\x32" + _length(2**20 + 4) + b"\x1a" + _length(2**20) + bytes(2**20)),
    "many parents": ("models", empty_items(2**17)),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(name: str) -> None:
    kind, payload = BOMBS[name]
    found, peak = peak_bytes(lambda: KINDS[kind].read(payload))
    assert isinstance(found, RecordError), found
    assert found.remedy
    assert peak < 40 * len(payload) + 8_000_000


def test_a_small_stream_that_inflates_to_much_is_refused() -> None:
    payload = many_values(2**22)
    packed = zlib.compress(payload)
    stored = sealed(packed, compression=1, size=len(payload))
    found, peak = peak_bytes(lambda: envelope.decode(stored))
    assert isinstance(found, RecordError)
    assert peak < 1_000_000 + 2 * len(payload)


@pytest.mark.parametrize("n", [1000, 100_000])
def test_whole_numbers_take_what_is_stated(n: int) -> None:
    """Ids from 0 on compress a thousandfold, and are real."""
    ids, ones = np.arange(n), np.zeros(n, np.int32)
    chunks = instances.encode(Predictions("m", "test", ids, "classes", ("a",), predicted=ones))
    stored = sum(map(len, chunks))
    found, peak = peak_bytes(lambda: instances.decode(chunks))
    assert isinstance(found, Predictions)
    assert peak < bounds.allowed_bytes(stored)
    message = envelope.bulk_message(pb.InstanceRecord, chunks)
    assert peak < FACTOR * columns.made_bytes(message.columns) + 100_000


@pytest.mark.parametrize(
    "texts", [["a"] * 50_000, ["é😀" * 400] * 200, ["x" * 999, *["y"] * 20_000]]
)
def test_texts_take_what_is_stated(texts: list[str]) -> None:
    ids = columns.text_ids([f"{i} {text}"[:900] for i, text in enumerate(texts)])
    chunks = instances.encode(Dataset("test", ids, "texts", "f", texts=tuple(texts)))
    found, peak = peak_bytes(lambda: instances.decode(chunks))
    assert isinstance(found, Dataset)
    message = envelope.bulk_message(pb.InstanceRecord, chunks)
    assert peak < FACTOR * columns.made_bytes(message.columns)


def test_sketches_take_what_is_stated() -> None:
    payload = seeds()["sketches"][0]
    record, peak = peak_bytes(lambda: KINDS["sketches"].read(payload))
    assert isinstance(record, SketchRecord)
    assert peak < 400_000


def test_what_cannot_be_read_back_is_not_written() -> None:
    rows = np.zeros((1 << 15, 1 << 15), bool)
    with pytest.raises(ArgumentError, match="read back"):
        instances.encode(Dataset("t", np.arange(len(rows)), "multi-label", "f", memberships=rows))


def test_what_compresses_too_well_is_stored_as_it_is() -> None:
    record = Metrics("m", (Measurement("loss", (0.5,) * 1_900_000),))
    stored = envelope.encode(record)
    assert pb.Envelope.FromString(stored).compression == pb.Envelope.NONE
    assert envelope.decode(stored) == record


@pytest.mark.parametrize("kind", KINDS)
def test_good_records_are_read_and_shown(kind: str) -> None:
    for payload in seeds()[kind]:
        serve(KINDS[kind].read(payload))


def unnamed_labels() -> Dataset:
    """Labels without names, more of them than any model names classes."""
    labels = np.arange(12, dtype=np.int32) * 5
    return Dataset("test", np.arange(12), "classes", "f", labels=labels)


def smallest_numbers() -> SketchRecord:
    """Sketches of the smallest numbers of float32, whose squares and shares are 0."""
    tensors = KINDS["sketches"].read(seeds()["sketches"][0])
    assert isinstance(tensors, SketchRecord)
    values = np.full((16, 40), 1e-45, np.float32)
    tiny = sketch_values("enc.0.weight", values.shape, "float32", values, module="enc.0")
    return replace(tensors, tensors=(tiny, *tensors.tensors[1:]))


@pytest.mark.parametrize("make", [unnamed_labels, smallest_numbers])
def test_odd_records_that_are_no_faults_are_shown(make: Callable[[], AnyRecord]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        serve(make())


@pytest.mark.parametrize("seed", range(4))
def test_any_change_is_refused_or_shown(seed: int) -> None:
    rng = random.Random(seed)
    accepted = 0
    for _ in range(600):
        data = rng.choice(CORPUS)
        for _ in range(rng.choice((1, 1, 2, 4))):
            data = mutate(data, rng)
        accepted += attempt(data, served=24)
    assert 30 < accepted < 570, "changes that are all refused, or none, try nothing"
