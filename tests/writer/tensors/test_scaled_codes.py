"""Checkpoints that keep codes and scales side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.tensors.read_sources import values
from tests.writer.tensors.safetensors_maker import save

RNG = np.random.default_rng(0)
CODES = RNG.integers(-127, 128, (6, 8), np.int8)


def read(model: Any) -> dict[str, TensorSource]:
    return {each.name: each for each in all_sources(model) if isinstance(each, TensorSource)}


def scheme_of(source: TensorSource) -> Scheme:
    assert source.scheme is not None
    return source.scheme


@pytest.mark.parametrize(
    ("shape", "group", "axis"),
    [((), None, None), ((1,), None, None), ((6,), 8, 0), ((6, 1), 8, 0), ((6, 2), 4, None)],
)
def test_int8_codes_with_scales(
    shape: tuple[int, ...], group: int | None, axis: int | None
) -> None:
    scales = RNG.uniform(0.01, 0.1, shape).astype(np.float32)
    (source,) = read({"fc.weight": CODES, "fc.weight_scale": scales}).values()
    rows = scales.reshape(*shape, *[1] * (2 - len(shape)))
    expected = CODES * np.repeat(rows, 8 // rows.shape[1], axis=1)
    np.testing.assert_allclose(values(source), np.broadcast_to(expected, (6, 8)), rtol=1e-6)
    scheme = scheme_of(source)
    assert (scheme.bits, scheme.group, scheme.axis, scheme.symmetric) == (8, group, axis, True)
    assert source.stored_bytes == 48 + scales.nbytes
    assert (source.storage, source.dtype) == ("int8", "float32")


def test_zero_points() -> None:
    points = RNG.integers(-5, 5, (6, 1)).astype(np.int8)
    scales = RNG.uniform(0.01, 0.1, (6, 1)).astype(np.float32)
    model = {"weight_zero_point": points, "weight": CODES, "weight_scale": scales}
    (source,) = read(model).values()
    expected = (CODES.astype(float) - points) * scales
    np.testing.assert_allclose(values(source), expected, rtol=1e-6)
    scheme = scheme_of(source)
    assert scheme.symmetric is False
    assert scheme.overhead_bytes == points.nbytes + scales.nbytes


@pytest.mark.parametrize(
    ("shape", "grid", "block"),
    [
        ((576, 256), (5, 2), (128, 128)),
        ((256, 192), (2, 2), (128, 128)),
    ],
    ids=["the last row of blocks is short", "a square tells the columns"],
)
def test_float8_in_blocks_of_a_checkpoint(
    shape: tuple[int, int], grid: tuple[int, int], block: tuple[int, int], tmp_path: Path
) -> None:
    codes = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(torch.float8_e4m3fn)
    scales = RNG.uniform(0.5, 2, grid).astype(np.float32)
    arrays: dict[str, NDArray[Any]] = {
        "q.weight": codes.view(torch.uint8).numpy(),
        "q.weight_scale_inv": scales,
    }
    path = save(tmp_path / "a.safetensors", arrays, **{"q.weight": "F8_E4M3"})
    (source,) = read(path).values()
    factors = np.repeat(np.repeat(scales, block[0], 0), block[1], 1)[: shape[0], : shape[1]]
    np.testing.assert_allclose(values(source), codes.float().numpy() * factors, rtol=1e-6)
    assert scheme_of(source).group == block[0] * block[1]
    assert source.storage == "float8_e4m3fn"


def test_numbers_with_such_a_name_stay() -> None:
    model = {"weight": CODES.astype(np.float32), "weight_scale": np.ones((6, 1))}
    found = read(model)
    assert list(found) == list(model)
    assert all(source.scheme is None for source in found.values())


def test_they_are_compared_with_the_original() -> None:
    weight = RNG.normal(size=(64, 96)).astype(np.float32)
    scales = np.abs(weight).max(axis=1, keepdims=True) / 127
    codes = np.rint(weight / scales).astype(np.int8)
    quantized = {"weight": codes, "weight_scale": scales.astype(np.float32)}
    record = weights_record("m", quantized, reference={"base": {"weight": weight}})
    assert record is not None
    (sketch,) = record.tensors
    error = np.abs(codes * scales.astype(np.float64) - weight).sum()
    assert sketch.reference["base"].sum_abs == pytest.approx(error, rel=1e-4)
    assert sketch.effective_bytes == pytest.approx(64 * 96 + 64 * 4, rel=0.05)
