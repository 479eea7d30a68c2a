"""Weights that stay floats in an ONNX file and are rounded when it runs, against the reference."""

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
ReferenceEvaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator

RNG = np.random.default_rng(0)
WEIGHT = RNG.normal(size=(8, 6)).astype(np.float32)
COLUMNS = (abs(WEIGHT).max(0) / 100).astype(np.float32)
BLOCKS = np.repeat(COLUMNS[None], 2, 0) * np.array([[1], [1.5]], np.float32)


def _pair(scale: Any, zero: Any, **ways: Any) -> tuple[list[Any], list[Any]]:
    """The nodes and the constants of a weight that is quantized and dequantized."""
    parts = {"w": WEIGHT, "s": np.asarray(scale, np.float32)}
    parts |= {} if zero is None else {"z": np.asarray(zero)}
    more = [name for name in parts if name != "w"]
    nodes = [
        helper.make_node("QuantizeLinear", ["w", *more], ["q"], **ways),
        helper.make_node("DequantizeLinear", ["q", *more], ["d"], **ways),
        helper.make_node("MatMul", ["x", "d"], ["y"], "/fc/MatMul"),
    ]
    return nodes, [numpy_helper.from_array(each, name) for name, each in parts.items()]


@pytest.mark.parametrize(
    ("scale", "zero", "ways"),
    [
        (COLUMNS, np.zeros(6, np.int8), {"axis": 1}),
        (COLUMNS / 2, np.arange(6, dtype=np.int8), {"axis": 1}),
        (abs(WEIGHT).max(1) / 50, np.zeros(8, np.int8), {"axis": 0}),
        (0.02, np.int8(0), {}),
        (0.02, np.uint8(120), {}),
        (0.02, None, {}),
        (BLOCKS, np.zeros((2, 6), np.int8), {"axis": 0, "block_size": 4}),
    ],
)
def test_they_are_as_the_graph_computes_with_them(
    scale: Any, zero: Any, ways: dict[str, Any], tmp_path: Path
) -> None:
    nodes, constants = _pair(scale, zero, **ways)
    path = onnx_file(tmp_path / "m.onnx", nodes, constants)
    (source,) = all_sources(path)
    assert isinstance(source, TensorSource)
    assert source.name == "w"
    assert source.stored_bytes == WEIGHT.nbytes
    model = onnx.load_model(path)
    expected = ReferenceEvaluator(model).run(None, {"x": np.eye(8, dtype=np.float32)})[0]
    np.testing.assert_allclose(values(source), expected, rtol=1e-6)
    assert np.abs(values(source) - WEIGHT).max() > 1e-4


def _refused(nodes: list[Any], constants: list[Any], path: Path) -> Refused:
    (refused,) = (each for each in all_sources(onnx_file(path, nodes, constants))
                  if isinstance(each, Refused))  # fmt: skip
    return refused


def test_a_made_up_name_is_that_of_the_operation(tmp_path: Path) -> None:
    nodes, (weight, *others) = _pair(0.02, np.int8(0))
    for node in nodes:
        node.input[:] = ["onnx::MatMul_7" if each == "w" else each for each in node.input]
    weight.name = "onnx::MatMul_7"
    (source,) = all_sources(onnx_file(tmp_path / "m.onnx", nodes, [weight, *others]))
    assert (source.name, getattr(source, "shape", None)) == ("fc.weight", (6, 8))


def test_what_other_operations_use_unrounded_is_refused(tmp_path: Path) -> None:
    nodes, constants = _pair(0.02, np.int8(0))
    nodes.append(helper.make_node("Gather", ["w", "ids"], ["rows"]))
    refused = _refused(nodes, constants, tmp_path / "m.onnx")
    assert (refused.name, refused.weights) == ("w", WEIGHT.size)
    assert "other operations use it too" in refused.reason


@pytest.mark.parametrize("kind", ["Quant", "TRT_FP8QuantizeLinear", "DynamicQuantizeLinear"])
def test_other_ways_to_round_are_refused(kind: str, tmp_path: Path) -> None:
    nodes, constants = _pair(0.02, np.int8(0))
    nodes[0].op_type = kind
    refused = _refused(nodes, constants, tmp_path / "m.onnx")
    assert (refused.name, refused.weights) == ("w", WEIGHT.size)
    assert f"{kind} rounds it when the graph runs" in refused.reason


def test_scales_that_differ_between_the_two_are_refused(tmp_path: Path) -> None:
    nodes, constants = _pair(0.02, np.int8(0))
    nodes[1].input[1] = "s2"
    constants.append(numpy_helper.from_array(np.asarray(0.04, np.float32), "s2"))
    refused = _refused(nodes, constants, tmp_path / "m.onnx")
    assert "differ between the two" in refused.reason
