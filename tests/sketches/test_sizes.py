"""What of a sketch is kept within a number of bytes."""

from __future__ import annotations

import pytest

from tensorboard_cnc.format.sketches import encode
from tensorboard_cnc.records.sketches import SketchRecord
from tensorboard_cnc.sketches.sizes import Sizes, default_bytes, effective_bytes, sizes_within
from tests.sketches.tensors import sketch, weights


def test_a_small_model_gets_the_richest_sketches() -> None:
    assert sizes_within(default_bytes(20), [(1_000_000, 3)] * 20) == Sizes()


def test_many_tensors_get_less_each() -> None:
    few = sizes_within(default_bytes(300), [(1_000_000, 2)] * 300)
    many = sizes_within(default_bytes(5000), [(1_000_000, 3)] * 5000)
    assert few.sample >= many.sample
    assert 5000 * many.bytes_of(1_000_000) <= default_bytes(5000)


@pytest.mark.parametrize("shape", [(64, 96), (512, 300, 3), (512,), (3000,)])
@pytest.mark.parametrize("sizes", [Sizes(), Sizes(512, 512, 256, 32, 32)])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_the_promised_bytes_are_those_of_a_record(
    shape: tuple[int, ...], sizes: Sizes, dtype: str
) -> None:
    tensors = [
        sketch(weights(*shape, seed=i).astype(dtype), f"layer.{i}.weight", sizes=sizes)
        for i in range(30)
    ]
    written = sum(map(len, encode(SketchRecord("weights", "m", tuple(tensors)))))
    n = tensors[0].totals.n
    promised = 30 * sizes.bytes_of(n, 2 if dtype == "float16" else 3)
    assert 0.7 * promised < written < 1.1 * promised


def test_where_nothing_fits_the_poorest_are_used() -> None:
    assert sizes_within(10, [(1_000_000, 3)]).sample == 128


def test_the_smallest_of_three_forms() -> None:
    assert effective_bytes(800, 800, 8) == 800
    assert effective_bytes(800, 400, 8) == 100 + 400
    assert effective_bytes(8000, 8, 8) == 8 + 13
    assert effective_bytes(800, 800, 4, overhead_bytes=12) == 412
    assert effective_bytes(0, 0, 32) == 0
