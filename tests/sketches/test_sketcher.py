"""Sketches of whole tensors, in chunks and in shards, against direct computation."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.coordinated_sample import sample_positions
from tensorboard_cnc.sketches.count_sketch import folded, sketched
from tensorboard_cnc.sketches.sizes import Sizes
from tensorboard_cnc.sketches.sketcher import Sketcher, sketch_values
from tests.sketches.tensors import SMALL, pruned, sketch, sketched_in_parts, weights


def assert_same(one: TensorSketch, other: TensorSketch) -> None:
    assert one.digest == other.digest
    assert one.distinct == other.distinct
    assert one.conforming == other.conforming
    for name in ("n", "zeros", "nan", "positive_infinite", "negative_infinite", "low", "high"):
        assert getattr(one.totals, name) == getattr(other.totals, name), name
    for name in ("sum", "sum_abs", "sum_squares"):
        found, expected = getattr(one.totals, name), getattr(other.totals, name)
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12), name
    for name in ("bins", "counts", "largest_at", "largest", "values", "sample"):
        assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    if one.buckets is not None and other.buckets is not None:
        assert_allclose(one.buckets, other.buckets, rtol=2e-7, atol=1e-9)
    if one.channels is not None and other.channels is not None:
        assert_array_equal(one.channels.zeros, other.channels.zeros)
        assert_allclose(one.channels.squares, other.channels.squares, rtol=1e-12)
        assert one.channels.dead == other.channels.dead
        assert one.channels.saturated == other.channels.saturated


def test_totals_are_those_of_float64() -> None:
    values = pruned(weights(300, 40, 3, 3), 0.3)
    found = sketch(values).totals
    exact = values.astype(float)
    assert (found.n, found.zeros) == (values.size, int((values == 0).sum()))
    assert (found.low, found.high) == (float(values.min()), float(values.max()))
    assert found.sum == pytest.approx(exact.sum(), rel=1e-12, abs=1e-12)
    assert found.sum_abs == pytest.approx(np.abs(exact).sum(), rel=1e-13)
    assert found.sum_squares == pytest.approx(np.square(exact).sum(), rel=1e-13)


def test_float16_does_not_overflow() -> None:
    values = np.full((4096, 1024), 300, np.float16)
    found = sketch(values).totals
    assert found.sum == 300.0 * values.size
    assert found.sum_squares == 90_000.0 * values.size


def test_largest_values_come_in_order_with_their_positions() -> None:
    values = weights(500, 400)
    found = sketch(values)
    flat = values.reshape(-1)
    order = np.argsort(-np.abs(flat), kind="stable")[:64]
    assert_array_equal(found.largest_at, order)
    assert_array_equal(found.largest, flat[order])


@pytest.mark.parametrize("size", [5, 64, 9000, 70_000])
def test_of_equal_largest_values_the_first_are_kept(size: int) -> None:
    values = np.where(np.arange(size) % 3 == 0, -1, 1).astype(np.float32)
    found = sketch(values)
    assert_array_equal(found.largest_at, np.arange(min(size, 64)))
    assert found.distinct == 2


def test_the_sample_and_the_sums_are_functions_of_positions() -> None:
    values = weights(128, 64, 3, 3).astype(np.float16)
    found = sketch(values, sizes=Sizes(sample=1024))
    flat = values.reshape(-1)
    assert_array_equal(found.sample, flat[sample_positions(values.shape, 1024)])
    assert found.buckets is not None
    assert_allclose(found.buckets, sketched(flat), rtol=1e-6, atol=1e-9)
    half = sketch(values, sizes=Sizes(sample=1024, buckets=256)).buckets
    assert half is not None
    assert_allclose(half, folded(sketched(flat)), rtol=1e-6, atol=1e-9)


def test_small_tensors_are_kept_whole() -> None:
    values = weights(4096)
    found = sketch(values)
    assert found.sample is found.buckets is None
    assert_array_equal(found.values, values)
    assert not found.values.flags.writeable  # type: ignore[union-attr]


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,)])
def test_scalars_and_empty_tensors(shape: tuple[int, ...]) -> None:
    found = sketch(np.ones(shape, np.float32))
    assert found.totals.n == int(np.prod(shape))
    assert found.totals.high == (1.0 if found.totals.n else None)
    assert found.values is not None
    assert len(found.values) == found.totals.n


def test_what_is_not_finite_is_counted_and_excluded() -> None:
    values = weights(300, 300)
    bad = {7: np.nan, 40_000: np.inf, 40_001: -np.inf, 89_999: -np.nan}
    flat = values.reshape(-1)
    flat[list(bad)] = list(bad.values())
    found = sketch(values)
    rest = np.delete(flat, list(bad)).astype(float)
    totals = found.totals
    assert (totals.nan, totals.positive_infinite, totals.negative_infinite) == (2, 1, 1)
    assert totals.sum_squares == pytest.approx(np.square(rest).sum(), rel=1e-13)
    assert (totals.low, totals.high) == (rest.min(), rest.max())
    assert found.counts is not None
    assert found.counts.sum() == len(rest) - totals.zeros
    assert found.buckets is not None
    assert np.isfinite(found.buckets).all()


def test_the_largest_floats_do_not_overflow() -> None:
    found = sketch(np.full((200, 200), 3e38, np.float32))
    assert found.totals.sum_squares == pytest.approx(40_000 * 9e76)
    assert found.buckets is not None
    assert np.isfinite(found.buckets).all()
    assert found.sample is not None
    assert np.isfinite(found.sample).all()


def test_nothing_but_nan() -> None:
    totals = sketch(np.full(70_000, np.nan, np.float32)).totals
    assert (totals.nan, totals.low, totals.high, totals.sum_squares) == (70_000, None, None, 0.0)


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int64", "float16", "float32", "float64", ">f4"]
)
def test_every_number_type(dtype: str) -> None:
    values = (weights(200, 100, scale=20) > 5).astype(dtype) if dtype == "bool" else None
    values = weights(200, 100, scale=20).round().astype(dtype) if values is None else values
    found = sketch(values)
    assert found.totals.sum == values.astype(float).sum()
    assert found.distinct == len(np.unique(values + np.zeros(1, values.dtype)))


@pytest.mark.parametrize("values", [np.ones(3, complex), np.array(["a", "b", "c"])])
def test_other_types_are_refused_with_a_remedy(values: NDArray[Any]) -> None:
    with pytest.raises(ArgumentError, match='"w" has the type'):
        sketch(values)


@pytest.mark.parametrize("given_count", [99, 101])
def test_another_number_of_values_is_refused(given_count: int) -> None:
    with pytest.raises(ArgumentError, match="It has 100"):
        sketch_values("w", (10, 10), "float32", np.zeros(given_count))


def test_shards_of_other_tensors_are_refused() -> None:
    with pytest.raises(ArgumentError, match="one tensor"):
        Sketcher("w", (10,), "float32").merge(Sketcher("w", (11,), "float32"))


@settings(max_examples=25)
@given(
    cuts=st.lists(st.integers(0, 81_000), max_size=4),
    axis=st.sampled_from([0, 1, 3, None]),
    units=st.booleans(),
)
def test_shards_merge_into_the_sketch_of_the_whole(
    cuts: list[int], axis: int | None, units: bool
) -> None:
    values = pruned(weights(100, 90, 3, 3), 0.6)
    values.reshape(-1)[[5, 80_999]] = np.nan
    options: dict[str, Any] = {"channel_axis": axis, "units": units, "sizes": SMALL}
    assert_same(sketched_in_parts(values, cuts, **options), sketch(values, **options))


def test_a_sketcher_can_be_sent_to_another_process() -> None:
    values = pruned(weights(256, 512), 0.5)
    shards = []
    for part in (0, 1):
        shard = Sketcher("w", values.shape, "float32")
        shard.update(part * 128 * 512, values[part * 128 : (part + 1) * 128])
        shards.append(pickle.dumps(shard))
    assert all(len(data) < 200_000 for data in shards)
    first, second = map(pickle.loads, shards)
    first.merge(second)
    assert_same(first.finish(), sketch(values))


def test_chunks_may_have_any_size() -> None:
    values = weights(1000, 321)
    flat = values.reshape(-1)
    chunks = (flat[start : start + 7919] for start in range(0, len(flat), 7919))
    found = sketch_values("w", values.shape, "float32", chunks)
    assert_same(found, sketch(values))


def test_the_digest_tells_tensors_apart() -> None:
    values = weights(300, 300)
    swapped, flipped = values.copy(), values.copy()
    swapped[0, :2] = swapped[0, 1::-1]
    flipped[299, 299] *= -1
    assert len({sketch(each).digest for each in (values, swapped, flipped)}) == 3
    assert sketch(values.copy()).digest == sketch(values).digest
