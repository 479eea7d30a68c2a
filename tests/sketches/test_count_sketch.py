"""CountSketch: linear, unbiased, and without patterns that a change of rows could meet."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from tensorboard_cnc.sketches.block import BLOCK
from tensorboard_cnc.sketches.count_sketch import CountSketch, folded, sketched
from tests.sketches.tensors import weights


def test_it_is_linear() -> None:
    a, b = weights(300, 301), weights(300, 301, seed=1)
    difference = sketched(a.astype(float) - b)
    assert_allclose(sketched(a) - sketched(b), difference, rtol=1e-9, atol=1e-12)


def test_parts_add_up() -> None:
    values = weights(3 * BLOCK + 77).astype(float)
    sketch = CountSketch()
    for start, end in ((0, 100), (100, 700), (700, BLOCK), (BLOCK, 2 * BLOCK)):
        sketch.add(start, values[start:end])
    rest = CountSketch()
    rest.add(2 * BLOCK, values[2 * BLOCK : 3 * BLOCK])
    rest.add(3 * BLOCK, values[3 * BLOCK :])
    sketch.merge(rest)
    assert_allclose(sketch.sums, sketched(values), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("length", [1, 511, 512, 513, 1536])
def test_parts_within_a_block_may_have_any_length(length: int) -> None:
    values = weights(BLOCK + 2000).astype(float)
    sketch = CountSketch()
    ends = [*range(0, 4000, length), BLOCK - 512, BLOCK, BLOCK + 512, len(values)]
    for start, end in pairwise(ends):
        sketch.add(start, values[start:end])
    assert_allclose(sketch.sums, sketched(values), rtol=1e-12, atol=1e-12)


def buckets_of(positions: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bucket and sign of each position, from sketches of single values."""
    found = []
    for position in positions.tolist():
        sketch = CountSketch()
        sketch.add(position, np.ones(1))
        found.append(sketch.sums)
    sums = np.array(found)
    assert (np.abs(sums).sum(axis=1) == 1).all()
    return np.argmax(np.abs(sums), axis=1), sums.sum(axis=1)


@pytest.mark.parametrize("stride", [1, 512, 1024, 4096, 4608, BLOCK, 5 * BLOCK])
def test_columns_are_spread_over_all_buckets(stride: int) -> None:
    buckets, signs = buckets_of(7 + stride * np.arange(1024))
    counts = np.bincount(buckets, minlength=512)
    # χ² with 511 degrees of freedom stays below 620 with a probability of 0.999.
    assert ((counts - 2) ** 2 / 2).sum() < 620
    assert abs(signs.sum()) < 4 * np.sqrt(1024)
    assert abs((signs[1:] * signs[:-1]).sum()) < 4 * np.sqrt(1024)


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize("change", ["dense", "column", "two columns", "row block", "rank one"])
def test_squares_have_the_promised_mean_and_spread(change: str, *, fold: bool) -> None:
    rng = np.random.default_rng(5)
    errors = []
    for _ in range(400):
        delta = np.zeros((64, 1024))
        match change:
            case "dense":
                delta[:] = rng.standard_normal(delta.shape)
            case "column":
                delta[:, rng.integers(1024)] = rng.standard_normal(64)
            case "two columns":
                delta[:, rng.integers(1024, size=2)] = rng.standard_normal((64, 1))
            case "row block":
                delta[rng.integers(64)] = rng.standard_normal(1024)
            case _:
                delta[:] = rng.standard_normal((64, 1)) * rng.standard_normal(1024)
        place = int(rng.integers(1000)) * delta.size
        sketch = CountSketch()
        for start in range(0, delta.size, BLOCK):
            sketch.add(place + start, delta.reshape(-1)[start : start + BLOCK])
        sums = folded(sketch.sums) if fold else sketch.sums
        errors.append(np.square(sums).sum() / np.square(delta).sum() - 1)
    expected = np.sqrt(2 / (256 if fold else 512))
    assert abs(np.mean(errors)) < 4 * expected / np.sqrt(len(errors))
    assert np.std(errors) < 1.15 * expected
