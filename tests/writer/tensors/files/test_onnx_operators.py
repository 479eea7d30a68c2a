"""Weights that operations of ONNX are given as codes, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.files.makers import onnx_file
from tests.writer.tensors.read_sources import values

onnx = pytest.importorskip("onnx")
helper, numpy_helper = onnx.helper, onnx.numpy_helper

RNG = np.random.default_rng(0)


def _path(
    tmp_path: Path, kind: str, codes: Any, scale: Any, zero: Any, bias: Any = None, **more: Any
) -> Path:
    parts = {"xs": 0.1, "xz": np.uint8(3), "fc.weight_quantized": codes, "ws": scale, "wz": zero}
    parts |= {} if bias is None else {"fc.bias_quantized": bias}
    node = helper.make_node(kind, ["x", *parts, "ys", "yz"], ["y"], "/fc/op", **more)
    parts |= {"ys": 0.2, "yz": np.uint8(0)}
    arrays = {
        name: np.asarray(each, np.float32 if name.endswith("s") else None)
        for name, each in parts.items()
    }
    constants = [numpy_helper.from_array(each, name) for name, each in arrays.items()]
    return onnx_file(tmp_path / "m.onnx", [node], constants)


CONV = RNG.integers(-128, 128, (4, 3, 2, 2)).astype(np.int8)
MATRIX = RNG.integers(0, 256, (6, 4)).astype(np.uint8)
SCALES = np.array([0.1, 0.2, 0.3, 0.4], np.float32)


@pytest.mark.parametrize(
    ("kind", "codes", "scale", "zero", "more", "shape"),
    [
        ("QLinearConv", CONV, SCALES, np.array([0, 1, -2, 3], np.int8), {}, (4, 1, 1, 1)),
        ("QLinearConv", CONV, 0.5, np.int8(7), {}, ()),
        ("QLinearMatMul", MATRIX, SCALES, np.array([0, 9, 128, 255], np.uint8), {}, (1, 4)),
        ("QLinearMatMul", MATRIX, 0.25, np.uint8(128), {}, ()),
        ("QGemm", MATRIX, SCALES, np.zeros(4, np.uint8), {}, (1, 4)),
        ("QGemm", MATRIX.T, SCALES, np.zeros(4, np.uint8), {"transB": 1}, (4, 1)),
    ],
)
def test_codes_times_scales(
    kind: str,
    codes: Any,
    scale: Any,
    zero: Any,
    more: dict[str, Any],
    shape: tuple[int, ...],
    tmp_path: Path,
) -> None:
    found = all_sources(_path(tmp_path, kind, codes, scale, zero, **more))
    weights = [each for each in found if isinstance(each, TensorSource) and each.weights]
    assert [each.name for each in weights] == ["fc.weight"]
    by = np.asarray(scale, np.float32).reshape(shape)
    expected = (codes.astype(np.float32) - zero.astype(np.float32).reshape(shape)) * by
    np.testing.assert_allclose(values(weights[0]), expected, rtol=1e-6)
    assert not [each for each in found if isinstance(each, Refused)]


def test_a_bias_whose_scale_is_a_product_is_refused(tmp_path: Path) -> None:
    bias, zero = np.arange(4, dtype=np.int32), np.zeros(4, np.uint8)
    found = all_sources(_path(tmp_path, "QGemm", MATRIX, SCALES, zero, bias))
    assert [each.name for each in found if isinstance(each, Refused)] == ["fc.bias"]
