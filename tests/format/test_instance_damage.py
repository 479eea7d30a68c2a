"""Damaged, hostile and future bulk records: refused with a remedy, before much is allocated."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tensorboard_cnc.errors import DamagedRecordError, FutureRecordError, RecordError
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.envelope import bulk_chunks
from tensorboard_cnc.format.instances import decode, encode
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.writer.instances.thumbnails import png_of
from tests.format.envelopes import sealed

LARGE = png_of(np.ones((65, 1, 1), np.uint8))
PICTURE = png_of(np.zeros((2, 3, 1), np.uint8))
CODES = np.array([0, 1, -1], np.int32)
SMALL: dict[str, InstanceRecord] = {
    "predictions": Predictions(
        "é", "test", np.arange(3), "classes", ("a", "b"), "f", predicted=CODES,
        correct=np.array([1, 0, -1], np.int8), confidence=np.ones(3, np.float32),
        top_classes=np.zeros((3, 1), np.int32), top_probabilities=np.ones((3, 1), np.float32),
        vector_rows=np.array([0, 2]), vectors=np.full((2, 2), 0.5, np.float32),
        scores={"F1": np.ones(3, np.float32)}, excluded=1,
    ),
    "data set": Dataset(
        "test", np.array(["a", "b", "c"]), "classes", "f", ("a", "b"), CODES,
        np.ones((3, 2), bool), np.ones(3), ("t", "", "é"), ("x", "y", "z"), (PICTURE, b"", PICTURE),
        {"n": np.ones(3), "c": (CODES, ("p", "q"))}, np.array([0, 1, 0]),
    ),
}  # fmt: skip


def decodes_or_is_refused(chunks: list[bytes]) -> bool:
    try:
        return isinstance(decode(chunks), Predictions | Dataset)
    except RecordError as error:
        return bool(error.remedy)


@pytest.mark.parametrize("name", SMALL)
def test_every_flipped_bit_is_damage(name: str) -> None:
    (stored,) = encode(SMALL[name])
    payload = pb.Envelope.FromString(stored).payload
    start = stored.index(payload)
    for bit in range(8 * len(payload)):
        changed = bytearray(stored)
        changed[start + bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedRecordError):
            decode([bytes(changed)])


@pytest.mark.parametrize("name", SMALL)
def test_every_truncation_is_damage(name: str) -> None:
    (stored,) = encode(SMALL[name])
    for length in range(len(stored)):
        with pytest.raises(DamagedRecordError):
            decode([stored[:length]])


@given(st.lists(st.binary(max_size=100), max_size=3))
@example([])
def test_any_bytes_are_refused(chunks: list[bytes]) -> None:
    assert decodes_or_is_refused(chunks)


@settings(max_examples=400)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_any_change_under_a_good_checksum(name: str, data: st.DataObject) -> None:
    """A hostile writer seals whatever it likes."""
    payload = bytearray(pb.Envelope.FromString(b"".join(encode(SMALL[name]))).payload)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at] = data.draw(st.integers(0, 255))
    assert decodes_or_is_refused(bulk_chunks(bytes(payload)))


@settings(max_examples=400)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_any_declared_shape_and_type(name: str, data: st.DataObject) -> None:
    message = message_of(SMALL[name])
    column = data.draw(st.sampled_from(list(message.columns)))
    what = data.draw(st.sampled_from(["dtype", "shape", "data", "name", "twice", "missing"]))
    if what == "dtype":
        column.dtype = data.draw(
            st.sampled_from(["|i1", "<i2", "<i4", "<i8", "<f4", "<f8", "delta", "bits", "-ln p"])
            | st.sampled_from(["text", "bytes", "", ">f8", "O", "<U9", "|V4"])
        )
    elif what == "shape":
        column.shape[:] = data.draw(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5)))
    elif what == "data":
        column.data = zlib.compress(data.draw(st.binary(max_size=64)))
    elif what == "name":
        column.name = data.draw(
            st.sampled_from([each.name for each in message.columns] + ["", "/"])
        )
    elif what == "twice":
        message.columns.add().CopyFrom(column)
    else:
        message.columns.remove(column)
    assert decodes_or_is_refused(bulk_chunks(message.SerializeToString()))


def message_of(record: InstanceRecord) -> pb.InstanceRecord:
    payload = pb.Envelope.FromString(b"".join(encode(record))).payload
    return pb.InstanceRecord.FromString(payload)


def changed(name: str, column: str, change: Callable[[Any], None]) -> list[bytes]:
    """The record with one column changed, under a good checksum."""
    message = message_of(SMALL[name])
    (found,) = (each for each in message.columns if each.name == column)
    change(found)
    return bulk_chunks(message.SerializeToString())


def packed(values: Any, dtype: str) -> bytes:
    return zlib.compress(np.array(values, dtype).tobytes())


@pytest.mark.parametrize(
    ("name", "column", "fields", "detail"),
    [
        ("predictions", "predicted", {"shape": [2], "data": packed([0, 1], "|i1")}, "2 of 3 rows"),
        ("predictions", "predicted", {"data": packed([0, 1, 2], "|i1")}, "names a class"),
        ("predictions", "predicted", {"data": packed([0, 1, -2], "|i1")}, "names a class"),
        ("predictions", "predicted", {"dtype": "<f4", "shape": [3]}, "bytes it declares"),
        ("predictions", "predicted", {"shape": [3, 1]}, "has 2 dimensions"),
        (
            "predictions",
            "correct",
            {"dtype": "<i4", "data": packed([300] * 3, "<i4")},
            "not fit int8",
        ),
        ("predictions", "vector_rows", {"data": packed([2, -2], "<i8")}, "rows that it does not"),
        ("predictions", "vector_rows", {"data": packed([0, 3], "<i8")}, "rows that it does not"),
        ("predictions", "vectors", {"shape": [1, 4]}, "1 of 2 rows"),
        ("predictions", "ids", {"dtype": "magic"}, "'magic' is unknown"),
        ("data set", "codes/c", {"data": packed([0, 2, 1], "|i1")}, "it does not list"),
        ("data set", "groups", {"data": packed([0, 2, 0], "<i8")}, "without gaps"),
        ("data set", "groups", {"data": packed([0, -1, 0], "<i8")}, "without gaps"),
        ("data set", "groups", {"data": packed([0, 2**40, 0], "<i8")}, "without gaps"),
        ("data set", "texts", {"data": packed([1, 1, 9], "<u4")}, "bytes it declares|add up"),
        ("data set", "images", {"dtype": "text"}, "it is 'text' instead of 'bytes'"),
        ("data set", "memberships", {"shape": [3, 1]}, "does not have the 2 classes"),
    ],
)
def test_what_cannot_be_is_told(
    name: str, column: str, fields: dict[str, Any], detail: str
) -> None:
    def change(found: Any) -> None:
        for field, value in fields.items():
            if field == "shape":
                found.shape[:] = value
            else:
                setattr(found, field, value)

    with pytest.raises(DamagedRecordError, match=detail):
        decode(changed(name, column, change))


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (Predictions("m", "t", np.array([1, 2, 1]), "classes"), "of 3 ids 2 differ"),
        (Predictions("m", "t", np.array(["a", "a"]), "classes"), "of 2 ids 1 differ"),
        (
            Predictions("m", "t", np.array(["a" * 1001], object), "texts"),
            "id that is too long",
        ),
        (Predictions("m", "t" * 1001, np.arange(2), "classes"), "name of 1,001 characters"),
        (Predictions("m", "t", np.arange(2), "classes", ("a", "a")), "a class twice"),
        (
            Predictions("m", "t", np.arange(2), "classes", correct=np.array([1, 2], np.int8)),
            "neither 1, 0 nor -1",
        ),
        (
            Predictions("m", "t", np.arange(1), "classes", predicted=np.array([2**30], np.int32)),
            "names a class",
        ),
        (Dataset("t", np.arange(1), "classes", "f", images=(b"<svg/>",)), "no thumbnail"),
        (
            Dataset("t", np.arange(1), "classes", "f", images=(LARGE,)),
            "no thumbnail",
        ),
    ],
)
def test_what_the_format_forbids_is_damage(record: InstanceRecord, detail: str) -> None:
    with pytest.raises(DamagedRecordError, match=detail):
        decode(encode(record))


def test_a_column_twice_and_probabilities_that_are_none() -> None:
    message = message_of(SMALL["predictions"])
    message.columns.add().CopyFrom(message.columns[1])
    with pytest.raises(DamagedRecordError, match="twice"):
        decode(bulk_chunks(message.SerializeToString()))

    def make_plain(column: Any) -> None:
        column.dtype, column.data = "<f4", packed([2, -1, np.nan], "<f4")

    with pytest.raises(DamagedRecordError, match="instead of probabilities"):
        decode(changed("predictions", "confidence", make_plain))


def test_a_zip_bomb_is_not_inflated() -> None:
    def bomb(column: Any) -> None:
        column.data = zlib.compress(bytes(64 << 20))

    chunks = changed("predictions", "predicted", bomb)
    tracemalloc.start()
    try:
        with pytest.raises(DamagedRecordError, match="does not hold the 3 bytes it declares"):
            decode(chunks)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1_000_000


def test_huge_declared_sizes_are_refused_before_anything_is_inflated() -> None:
    def grow(column: Any) -> None:
        column.shape[:] = [2**60]

    with pytest.raises(DamagedRecordError, match=r"it has the shape \(1152921504606846976,\)"):
        decode(changed("predictions", "predicted", grow))


def test_many_columns_that_are_large_together() -> None:
    message = message_of(SMALL["predictions"])
    for number in range(20):
        message.columns.add(
            name=f"scores/{number}", dtype="<f8", shape=[10_000_000], data=zlib.compress(b"")
        )
    with pytest.raises(DamagedRecordError, match="would take 3,2"):
        decode(bulk_chunks(message.SerializeToString()))


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([sealed(b"", version=2)], id="version"),
        pytest.param([sealed(b"", compression=1)], id="compression"),
        pytest.param(bulk_chunks(pb.InstanceRecord(kind="poems").SerializeToString()), id="kind"),
    ],
)
def test_of_the_future(chunks: list[bytes]) -> None:
    with pytest.raises(FutureRecordError) as caught:
        decode(chunks)
    assert "pip install -U" in caught.value.remedy


def test_unknown_columns_of_a_newer_version_are_passed_over() -> None:
    message = message_of(SMALL["predictions"])
    for name in ("attention", "poems/1", "scores2/x"):
        message.columns.add(name=name, dtype="<f4", shape=[1], data=packed([1], "<f4"))
    found = decode(bulk_chunks(message.SerializeToString()))
    assert isinstance(found, Predictions)
    assert list(found.scores) == ["F1"]


def test_a_wrong_declared_size() -> None:
    for size in (0, 1, 2**63):
        with pytest.raises(DamagedRecordError, match=f"does not hold the {size:,} bytes"):
            decode([sealed(message_of(SMALL["data set"]).SerializeToString(), size=size)])
