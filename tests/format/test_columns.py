"""Columns come back as they were, and take the room that what they hold needs."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns
from tensorboard_cnc.sketches.coordinated_sample import in_24_bits

SIZES = st.sampled_from([0, 1, 2, 3, 31, 127, 128, 129, 1000, 4097, 40_000])


@given(arrays.arrays(np.uint32, SIZES, elements=st.integers(0, 2**32 - 1)))
@settings(max_examples=60)
def test_planes_keep_every_bit(bits: NDArray[np.uint32]) -> None:
    values = bits.view(np.float32)
    found = columns.array_of(columns.planes("x", values), np.float32)
    assert found.tobytes() == values.tobytes()


@given(st.sampled_from([np.int8, np.int16, np.int32, np.int64]), SIZES, st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_whole_numbers_come_back(dtype: Any, size: int, seed: int) -> None:
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    values = rng.integers(limits.min, limits.max, size, dtype, endpoint=True)
    found = columns.array_of(columns.whole_numbers("x", values), np.int64)
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("shape", [(0,), (0, 7), (3, 0)])
@pytest.mark.parametrize("pack", [columns.planes, columns.numbers, columns.probabilities])
def test_what_is_empty_comes_back(
    pack: Callable[[str, NDArray[Any]], pb.Column], shape: tuple[int, ...]
) -> None:
    column = pack("x", np.zeros(shape, np.float32))
    assert columns.array_of(column, np.float32).shape == shape


def _weights(n: int) -> NDArray[np.float32]:
    return (np.random.default_rng(0).normal(size=n) * 0.05).astype(np.float32)


def _pruned(values: NDArray[np.float32]) -> NDArray[np.float32]:
    values[np.abs(values) < 0.06] = 0
    return values


def _levels(values: NDArray[np.float32]) -> NDArray[np.float32]:
    step = float(np.abs(values).max()) / 127
    codes: NDArray[np.float32] = np.rint(values / step)
    return codes * np.float32(step)


@pytest.mark.parametrize("size", [500, 6000, 100_000])
@pytest.mark.parametrize(
    "change",
    [in_24_bits, lambda x: x.astype(np.float16).astype(np.float32), _pruned, _levels],
    ids=["24 bits", "half", "pruned", "8-bit levels"],
)
def test_weights_take_no_more_than_by_the_best_level_of_zlib(
    change: Callable[[NDArray[np.float32]], NDArray[np.float32]], size: int
) -> None:
    values = change(_weights(size))
    column = columns.planes("x", values)
    rows = values.view(np.uint8).reshape(-1, 4).T
    assert len(column.data) < len(zlib.compress(rows.tobytes(), 9))


def test_each_plane_has_a_code_of_its_own() -> None:
    """Mantissas are noise and exponents are not: a common code would lengthen the exponents."""
    values = in_24_bits(_weights(6000))
    low, *noise, exponents = values.view(np.uint8).reshape(-1, 4).T
    shares = np.bincount(exponents) / len(exponents)
    entropy = -np.sum(shares[shares > 0] * np.log2(shares[shares > 0])) * len(exponents) / 8
    assert not low.any()
    least = entropy + sum(map(len, noise))
    assert least < len(columns.planes("x", values).data) < 1.05 * least


def test_equal_ids_are_one_array_and_others_are_not() -> None:
    one, same = (columns.ids_of(columns.ids("ids", np.arange(9))) for _ in range(2))
    other = columns.ids_of(columns.ids("ids", np.arange(10)))
    assert one is same
    assert not one.flags.writeable
    assert other.tolist() == [*range(10)]
