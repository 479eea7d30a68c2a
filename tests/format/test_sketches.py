from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tensorboard_cnc.analysis.layers.own_statistics import own_statistics
from tensorboard_cnc.analysis.layers.pair_statistics import pair_statistics
from tensorboard_cnc.errors import DamagedRecordError, RecordError
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns
from tensorboard_cnc.format.envelope import bulk_chunks, bulk_message
from tensorboard_cnc.format.sketches import decode, encode
from tensorboard_cnc.records.sketches import SketchRecord
from tests.format import any_sketch
from tests.format.any_sketch import record, same
from tests.sketches.tensors import SMALL, sketch, weights


def _rounded(stored: SketchRecord) -> SketchRecord:
    """With the squares of channels as their root, stored in float32, gives them."""
    tensors = []
    for tensor in stored.tensors:
        if tensor.channels is not None:
            norms = np.minimum(np.sqrt(tensor.channels.squares), np.finfo(np.float32).max)
            norms = norms.astype(np.float32)
            squares = np.square(norms, dtype=float)
            tensor = replace(tensor, channels=replace(tensor.channels, squares=squares))
        tensors.append(tensor)
    return replace(stored, tensors=tuple(tensors))


@pytest.mark.parametrize(
    "stored",
    [
        any_sketch.every_form(),
        record(),
        record(any_sketch.whole()),
        record(any_sketch.sampled(), subject="activations", instances=64),
    ],
    ids=["every form", "no tensors", "one whole", "activations"],
)
def test_round_trip(stored: SketchRecord) -> None:
    assert same(decode(encode(stored)), _rounded(stored))


@given(
    arrays.arrays(
        st.sampled_from([np.float16, np.float32, np.int8, np.bool_]),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
    )
)
@settings(max_examples=60)
def test_any_tensor_comes_back(values: np.ndarray) -> None:
    stored = record(sketch(values, "x", sizes=SMALL))
    assert same(decode(encode(stored)), _rounded(stored))


def test_arrays_are_read_only() -> None:
    tensor = decode(encode(record(any_sketch.sampled()))).tensors[0]
    for name in ("bins", "counts", "sample", "buckets", "largest", "largest_at"):
        assert not getattr(tensor, name).flags.writeable


def test_every_digest_comes_back() -> None:
    for digest in (0, 1, 2**63 - 1, 2**63 + 1, 2**64 - 1, None):
        stored = record(replace(any_sketch.whole(), digest=digest))
        assert decode(encode(stored)).tensors[0].digest == digest


def test_what_is_mostly_zero_takes_no_room() -> None:
    coarse = weights(256, 256).astype(np.float16)
    size = sum(map(len, encode(record(sketch(coarse)))))
    fine = sum(map(len, encode(record(sketch(weights(256, 256))))))
    # 2,048 values of 16 instead of 24 bits; the buckets are alike.
    assert 1000 < fine - size < 2600


def _tampered(name: str, change: object) -> list[bytes]:
    """A record in which one column was replaced."""
    message = bulk_message(pb.SketchRecord, encode(any_sketch.every_form()))
    for column in message.columns:
        if column.name == name:
            column.CopyFrom(change)  # type: ignore[arg-type]
            break
    return bulk_chunks(message.SerializeToString())


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("name", columns.texts("name", ["a"]), "rows"),
        ("roles", columns.whole_numbers("roles", np.full((5, 1), 7)), "role 7"),
        ("roles", columns.whole_numbers("roles", np.zeros((5, 2), int)), "shape"),
        ("totals", columns.whole_numbers("totals", np.ones((5, 5), int)), "of 32 values"),
        ("totals", columns.numbers("totals", np.ones((5, 5))), "float64"),
        ("values/lengths", columns.whole_numbers("values/lengths", np.full(5, 9)), "add up"),
        ("values/lengths", columns.whole_numbers("values/lengths", np.full(5, -2)), "add up"),
        ("facts", columns.whole_numbers("facts", np.full((5, 6), -1)), "negative number"),
        ("facts", columns.whole_numbers("facts", np.full((5, 6), 9)), "more parts"),
        ("bins", columns.texts("bins", ["x"]), "text"),
        ("local", columns.texts("local", ["x"]), "2 of 1 errors"),
        ("local_counts", columns.whole_numbers("local_counts", np.full((5, 1), -1)), "errors"),
        ("local_n", columns.whole_numbers("local_n", np.full((2, 1), -1)), "negative"),
        ("local_sums", columns.numbers("local_sums", np.full((2, 2), np.nan)), "negative"),
    ],
)
def test_what_does_not_fit_is_damage(name: str, change: pb.Column, told: str) -> None:
    with pytest.raises(DamagedRecordError, match=told):
        decode(_tampered(name, change))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"buckets": None}, "without sums in buckets"),
        ({"sample": np.zeros(63, np.float32)}, "not a power of 2"),
        ({"sample": np.zeros(1024, np.float32)}, "not a power of 2 up to 576"),
        ({"buckets": np.zeros(7)}, "7 buckets"),
        ({"bins": np.array([5000], np.int32), "counts": np.array([1])}, "bin outside of float32"),
        ({"largest_at": np.array([576]), "largest": np.ones(1, np.float32)}, "position outside"),
        ({"totals": replace(any_sketch.sampled().totals, zeros=577)}, "more values than it holds"),
    ],
)
def test_what_could_not_be_compared_is_damage(change: dict[str, Any], told: str) -> None:
    stored = replace(any_sketch.sampled(), **change)
    with pytest.raises(DamagedRecordError, match=told):
        decode(encode(record(stored)))


def test_a_missing_column_is_damage() -> None:
    message = bulk_message(pb.SketchRecord, encode(record(any_sketch.whole())))
    del message.columns[:]
    with pytest.raises(DamagedRecordError, match="column name is missing"):
        decode(bulk_chunks(message.SerializeToString()))


def test_errors_of_layers_alone_take_no_room_where_there_are_none() -> None:
    names = {each.name for each in bulk_message(pb.SketchRecord, encode(record())).columns}
    assert not any(name.startswith("local") for name in names)


def test_unknown_columns_of_a_newer_version_are_passed_over() -> None:
    stored = record(any_sketch.whole())
    message = bulk_message(pb.SketchRecord, encode(stored))
    message.columns.append(columns.texts("newer", ["x"]))
    assert same(decode(bulk_chunks(message.SerializeToString())), _rounded(stored))


def test_every_flipped_bit_is_damage() -> None:
    chunks = encode(record(any_sketch.whole()))
    rng = np.random.default_rng(1)
    for bit in rng.integers(0, 8 * len(chunks[0]), 400).tolist():
        changed = bytearray(chunks[0])
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(RecordError):
            decode([bytes(changed)])


@given(st.lists(st.binary(max_size=100), max_size=3))
def test_any_bytes_are_refused(chunks: list[bytes]) -> None:
    with pytest.raises(RecordError):
        decode(chunks)


@given(st.data())
@settings(max_examples=150)
def test_any_tampering_behind_the_checksum_is_refused_or_read(data: st.DataObject) -> None:
    message = bulk_message(pb.SketchRecord, encode(any_sketch.every_form()))
    column = data.draw(st.sampled_from(list(message.columns)))
    values = data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30))
    width = data.draw(st.integers(1, 6))
    array = np.array(values[: len(values) // width * width], np.int64).reshape(-1, width)
    column.CopyFrom(columns.whole_numbers(column.name, array[:, 0] if width == 1 else array))
    assert _is_read_or_refused(bulk_chunks(message.SerializeToString()))


def _is_read_or_refused(chunks: list[bytes]) -> bool:
    try:
        tensors = decode(chunks).tensors
    except RecordError as refused:
        return bool(refused.remedy)
    others = any_sketch.every_form().tensors
    # What is read can be compared, whatever numbers come of it.
    with np.errstate(all="ignore"):
        return len(pair_statistics(tensors, others).n) == len(own_statistics(tensors).n)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"stored_bytes": -1}, "stored and"),
        ({"effective_bytes": np.nan}, "effective bytes"),
        ({"distinct": -1}, "distinct values"),
        ({"conforming": {(1, 3): (0, 1)}}, "pattern"),
        ({"conforming": {(2, 4): (3, 2)}}, "more groups that conform"),
        ({"bins": np.array([7, 3], np.int32), "counts": np.array([1, 1])}, "out of order"),
        ({"bins": np.array([3], np.int32), "counts": np.array([-1])}, "out of order"),
        ({"bins": np.array([2041], np.int32), "counts": np.array([1])}, "outside of float32"),
        ({"bins": np.array([-2041], np.int32), "counts": np.array([1])}, "outside of float32"),
        ({"bins": np.array([3], np.int32), "counts": np.array([577])}, "more values"),
        ({"bins": None}, "without counts"),
        ({"largest_at": np.arange(65), "largest": np.ones(65, np.float32)}, "too many"),
        ({"largest_at": np.array([1]), "largest": np.array([np.nan], np.float32)}, "not finite"),
        ({"totals": replace(any_sketch.sampled().totals, nan=-1)}, "negative count"),
        ({"totals": replace(any_sketch.sampled().totals, sum=np.nan)}, "no numbers have"),
        ({"totals": replace(any_sketch.sampled().totals, low=2.0, high=1.0)}, "values from 2.0"),
        ({"module": "a." * 70}, "modules deep"),
        ({"name": "a" * 1001}, "too long"),
    ],
)
def test_what_the_format_forbids_is_damage(change: dict[str, Any], told: str) -> None:
    stored = replace(any_sketch.sampled(), **change)
    with pytest.raises(RecordError, match=told):
        decode(encode(record(stored)))


def test_of_many_tensors_the_one_that_does_not_fit_is_named() -> None:
    """Bins ascend within a tensor, and begin anew with the next."""
    names = ("first", "second", "third")
    tensors = [replace(any_sketch.sampled(), name=name) for name in names]
    assert [each.name for each in decode(encode(record(*tensors))).tensors] == [*names]
    bins, counts = np.array([7, 3], np.int32), np.array([1, 1])
    tensors[1] = replace(tensors[1], bins=bins, counts=counts)
    with pytest.raises(DamagedRecordError, match=r'"second" has bins out of order'):
        decode(encode(record(*tensors)))


@pytest.mark.parametrize(
    "change",
    [{"bits": float("nan")}, {"bits": -1.0}, {"scales": -1}, {"group": -2}, {"saturated": -1}],
)
def test_a_scheme_that_cannot_be_is_damage(change: dict[str, Any]) -> None:
    tensor = any_sketch.sampled()
    assert tensor.scheme is not None
    broken = replace(tensor, scheme=replace(tensor.scheme, **change))
    with pytest.raises(DamagedRecordError, match="scheme of quantization"):
        decode(encode(record(broken)))


@pytest.mark.parametrize(
    "change",
    [{"n": 577}, {"zero_after": -1}, {"bins": -np.arange(9)}, {"sum_abs": -1.0}, {"max_at": 9999},
     {"largest": np.array([np.nan, 1.0])}],
)  # fmt: skip
def test_a_comparison_that_cannot_be_is_damage(change: dict[str, Any]) -> None:
    tensor = any_sketch.sampled()
    pair = replace(tensor.reference["dense"], **change)
    with pytest.raises(DamagedRecordError, match="comparison"):
        decode(encode(record(replace(tensor, reference={"dense": pair}))))


def test_a_tensor_twice_is_damage() -> None:
    with pytest.raises(DamagedRecordError, match=r'has the tensor "a\.weight" twice'):
        decode(encode(record(any_sketch.whole(), any_sketch.whole())))
