"""Damaged, hostile and future bytes: refused with a remedy, before anything is allocated."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.errors import DamagedRecordError, FutureRecordError, RecordError
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.envelope import MAX_RECORD_BYTES, decode, encode
from tensorboard_cnc.records.models import (
    Measurement,
    Metrics,
    ModelCard,
    Operation,
    Record,
)
from tests.format.envelopes import sealed

SMALL: dict[str, Record] = {
    "plain": ModelCard("é/1", ("a",), Operation("prune", {"amount": 0.5}), "finished", closed_us=9),
    "compressed": Metrics("m", (Measurement("latency", (8.0,) * 200, step=-1, host="h"),)),
}
A_MODEL = pb.Record(model=pb.ModelCard(id="m")).SerializeToString()


def is_refused_or_harmless(data: bytes, record: Record) -> bool:
    try:
        return decode(data) == record
    except RecordError:
        return True


@pytest.mark.parametrize("name", SMALL)
def test_every_other_value_of_every_byte(name: str) -> None:
    record, stored = SMALL[name], encode(SMALL[name])
    changed = bytearray(stored)
    for position, original in enumerate(stored):
        for value in set(range(256)) - {original}:
            changed[position] = value
            assert is_refused_or_harmless(bytes(changed), record), (position, value)
        changed[position] = original


@pytest.mark.parametrize("name", SMALL)
def test_every_flipped_payload_bit_is_damage(name: str) -> None:
    stored = encode(SMALL[name])
    payload = pb.Envelope.FromString(stored).payload
    start = stored.index(payload)
    for bit in range(8 * len(payload)):
        changed = bytearray(stored)
        changed[start + bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedRecordError):
            decode(bytes(changed))


@pytest.mark.parametrize("name", SMALL)
def test_every_truncation_is_damage(name: str) -> None:
    stored = encode(SMALL[name])
    for length in range(len(stored)):
        with pytest.raises(DamagedRecordError):
            decode(stored[:length])


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    assert is_refused_or_harmless(data, ModelCard(""))


def test_a_damaged_record_says_so_with_its_remedy() -> None:
    stored = bytearray(sealed(A_MODEL))
    stored[-1] ^= 1
    with pytest.raises(DamagedRecordError, match=r"checksum is [0-9a-f]{8} instead of") as caught:
        decode(bytes(stored))
    assert caught.value.remedy == "Log it again; the other records of the run are shown."


@pytest.mark.parametrize("declared", [MAX_RECORD_BYTES + 1, 2**40, 2**64 - 1])
@pytest.mark.parametrize("compression", [pb.Envelope.NONE, pb.Envelope.ZLIB])
def test_a_huge_declared_size_is_refused(declared: int, compression: int) -> None:
    stored = sealed(zlib.compress(A_MODEL), compression=compression, size=declared)
    with pytest.raises(DamagedRecordError, match=f"it declares {declared:,} bytes, over"):
        decode(stored)


def test_a_zip_bomb_is_not_inflated() -> None:
    bomb = sealed(zlib.compress(bytes(64 << 20)), compression=1, size=1000)
    tracemalloc.start()
    try:
        with pytest.raises(DamagedRecordError, match="does not hold the 1,000 bytes it declares"):
            decode(bomb)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 500_000


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(sealed(A_MODEL, size=len(A_MODEL) + 1), id="plain, longer"),
        pytest.param(sealed(A_MODEL, size=len(A_MODEL) - 1), id="plain, shorter"),
        pytest.param(sealed(zlib.compress(A_MODEL), compression=1, size=9), id="zlib, longer"),
        pytest.param(sealed(zlib.compress(A_MODEL), compression=1, size=0), id="zlib, shorter"),
        pytest.param(sealed(A_MODEL, compression=1), id="not zlib"),
        pytest.param(sealed(zlib.compress(A_MODEL)[:5], compression=1, size=5), id="zlib, cut"),
        pytest.param(sealed(b"\x0a\x7f"), id="not a message"),
        pytest.param(sealed(b"\x0a\x03\x0a\x01\xff"), id="not UTF-8"),
    ],
)
def test_contents_that_disagree_with_a_good_checksum(stored: bytes) -> None:
    with pytest.raises(DamagedRecordError):
        decode(stored)


def test_a_deeply_nested_record_is_refused() -> None:
    value = b"\x20\x01"
    for _ in range(200):
        value = b"\x32" + _framed(b"\x0a" + _framed(value))
    parameter = b"\x12" + _framed(value)
    operation = b"\x12" + _framed(parameter)
    card = b"\x1a" + _framed(operation)
    with pytest.raises(DamagedRecordError):
        decode(sealed(b"\x0a" + _framed(card)))


def _framed(data: bytes) -> bytes:
    length, head = len(data), bytearray()
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    return bytes([*head, length]) + data


@pytest.mark.parametrize(
    ("stored", "detail"),
    [
        pytest.param(sealed(A_MODEL, version=2), "format version is 2, not 1", id="version"),
        pytest.param(sealed(b"?", version=2**32 - 1), "is 4294967295, not 1", id="last version"),
        pytest.param(sealed(A_MODEL, compression=9), "compression 9 is unknown", id="compression"),
        pytest.param(sealed(b"\xfa\x01\x02hi"), "no known kind of record", id="kind of record"),
        pytest.param(sealed(b""), "no known kind of record", id="no record"),
        pytest.param(sealed(b"\x0a\x02\x20\x07"), "holds the value 7", id="status"),
        pytest.param(sealed(b"\x1a\x04\x0a\x02\x10\x07"), "holds the value 7", id="goal"),
    ],
)
def test_what_a_newer_version_wrote_asks_for_an_upgrade(stored: bytes, detail: str) -> None:
    with pytest.raises(FutureRecordError, match=detail) as caught:
        decode(stored)
    assert "pip install -U tensorboard-cnc" in caught.value.remedy


def test_fields_that_a_newer_version_added_are_passed_over() -> None:
    extra = b"\xfa\x01\x02hi"
    card = b"\x0a\x01m" + extra
    stored = sealed(b"\x0a" + _framed(card)) + extra
    assert decode(stored) == ModelCard("m", says=frozenset({"status"}))


def test_a_kind_of_parameter_that_a_newer_version_added_reads_as_none() -> None:
    message = pb.Record()
    message.model.operation.parameters.add(name="new").value.MergeFromString(b"\xfa\x01\x02hi")
    decoded = decode(sealed(message.SerializeToString()))
    assert isinstance(decoded, ModelCard)
    assert decoded.operation == Operation("", {"new": None})
