"""ONNX files against the package's own reference, and against codes packed by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.files.makers import onnx_file, onnx_model, refused_files, with_wrong_bytes
from tests.writer.tensors.read_sources import values

onnx = pytest.importorskip("onnx")
TensorProto, helper, numpy_helper = onnx.TensorProto, onnx.helper, onnx.numpy_helper
ReferenceEvaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator


RNG = np.random.default_rng(0)
FLOAT = TensorProto.FLOAT


def tensor(name: str, array: Any) -> Any:
    return numpy_helper.from_array(array, name)


def read(path: Path) -> dict[str, TensorSource]:
    found = all_sources(path)
    assert not [each for each in found if isinstance(each, Refused)]
    return {each.name: each for each in found if isinstance(each, TensorSource)}


def refused(path: Path) -> dict[str, str]:
    return {each.name: each.reason for each in all_sources(path) if isinstance(each, Refused)}


MATMUL = helper.make_node("MatMul", ["x", "w"], ["y"], "/fc/MatMul")


@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize("kind", ["f4", "f8", "f2"])
def test_initializers(kind: str, external: bool, tmp_path: Path) -> None:
    array = RNG.normal(size=(30, 20)).astype(kind)
    path = tmp_path / "m.onnx"
    options = {"save_as_external_data": external, "size_threshold": 0, "location": "m.data"}
    onnx_file(path, [MATMUL], [tensor("w", array), tensor("fc.bias", array[0])], **options)
    found = read(path)
    assert list(found) == ["w", "fc.bias"]
    np.testing.assert_array_equal(values(found["w"]), array)
    assert found["w"].stored_bytes == array.nbytes


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (TensorProto.FLOAT, [0.5, -2, 3]),
        (TensorProto.FLOAT16, [0.5, -2, 3]),
        (TensorProto.BFLOAT16, [0.5, -2, 3]),
        (TensorProto.FLOAT8E4M3FN, [0.5, -2, 3]),
        (TensorProto.DOUBLE, [0.5, -2, 3]),
    ],
)
def test_numbers_in_fields(kind: int, given: list[float], tmp_path: Path) -> None:
    held = helper.make_tensor("fc.bias", kind, [3], given)
    assert not held.HasField("raw_data")
    found = read(onnx_file(tmp_path / "m.onnx", [MATMUL], [held]))["fc.bias"]
    np.testing.assert_array_equal(values(found), given)


def test_constants_are_weights_and_settings_are_not(tmp_path: Path) -> None:
    array = RNG.normal(size=(3, 4)).astype(np.float32)
    constants = {"w": array, "shape": np.array([1, 2]), "eps": np.float32(1e-5)}
    nodes = [
        helper.make_node("Constant", [], [name], value=tensor(name, np.asarray(each)))
        for name, each in constants.items()
    ]
    found = read(onnx_file(tmp_path / "m.onnx", [*nodes, MATMUL], []))
    np.testing.assert_array_equal(values(found["w"]), array)
    assert {name: each.weights for name, each in found.items()} == {"w": 12, "shape": 0, "eps": 0}


def test_constants_of_graphs_within(tmp_path: Path) -> None:
    array = RNG.normal(size=(3, 4)).astype(np.float32)
    output = helper.make_tensor_value_info("z", FLOAT, None)
    inner = helper.make_graph([helper.make_node("Identity", ["a"], ["z"])], "i", [], [output],
                              [tensor("a", array)])  # fmt: skip
    other = helper.make_graph([helper.make_node("Identity", ["b"], ["z"])], "j", [], [output],
                              [tensor("b", array), tensor("a", array)])  # fmt: skip
    branch = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=other)
    path = onnx_file(tmp_path / "m.onnx", [branch], [])
    assert {each.name for each in all_sources(path)} == {"a", "b"}
    assert "two constants" in refused(path)["a"]


def test_a_transposed_weight_is_called_as_in_torch(tmp_path: Path) -> None:
    array = RNG.normal(size=(3, 4)).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "onnx::MatMul_9"], ["y"],
                              "/net/net.0/layer.1/query/MatMul")]  # fmt: skip
    (source,) = read(
        onnx_file(tmp_path / "m.onnx", nodes, [tensor("onnx::MatMul_9", array)])
    ).values()
    assert (source.name, source.module) == ("net.0.layer.1.query.weight", "net.0.layer.1.query")
    np.testing.assert_array_equal(values(source), array.T)


def quantized_case(
    kind: str, scale: Any, zero: Any, shape: tuple[int, ...] = (6, 8), **attributes: int
) -> Any:
    number = getattr(TensorProto, kind)
    if kind.startswith("FLOAT"):
        codes = helper.make_tensor("w_quantized", number, shape,
                                   RNG.normal(size=shape).reshape(-1))  # fmt: skip
    else:
        bits = int(kind.removeprefix("U").removeprefix("INT"))
        low = 0 if kind.startswith("U") else -(2 ** (bits - 1))
        drawn = RNG.integers(low, low + 2 ** min(bits, 16), shape)
        codes = helper.make_tensor("w_quantized", number, shape, drawn.reshape(-1))
    parts = [codes, scale]
    if zero is not None:
        scale_shape = tuple(scale.dims)
        parts.append(helper.make_tensor("z", number, scale_shape, np.asarray(zero).reshape(-1)))
    names = ["w_quantized", "s", "z"][: len(parts)]
    return [helper.make_node("DequantizeLinear", names, ["y"], **attributes)], parts


def draw(*shape: int) -> NDArray[np.float32]:
    return RNG.uniform(0.1, 1, shape).astype(np.float32)


CASES = {
    "of the tensor": quantized_case("INT8", tensor("s", np.float32(0.3)), None),
    "unsigned": quantized_case("UINT8", tensor("s", np.float32(0.3)), [100]),
    "by row": quantized_case("INT8", tensor("s", draw(6)), [1, 0, -2, 3, 0, 0], axis=0),
    "by the axis that is usual": quantized_case("INT8", tensor("s", draw(8)), None),
    "by the last axis": quantized_case("INT8", tensor("s", draw(8)), None, axis=-1),
    "4 bits": quantized_case("INT4", tensor("s", draw(6)), None, shape=(6, 7), axis=0),
    "4 bits unsigned": quantized_case("UINT4", tensor("s", draw(6)), range(6), axis=0),
    "blocks": quantized_case("INT4", tensor("s", draw(6, 2)), range(-6, 6), axis=1, block_size=4),
    "ragged blocks": quantized_case("UINT4", tensor("s", draw(2, 8)), range(16), (6, 8),
                                    axis=0, block_size=4),
    "half scales": quantized_case("INT8", tensor("s", draw(6).astype("f2")), None, axis=0),
    "a convolution": quantized_case("INT8", tensor("s", draw(4)), None, (4, 3, 2, 2), axis=0),
    "a bias": quantized_case("INT32", tensor("s", draw(6)), None, (6,), axis=0),
    "16 bits": quantized_case("INT16", tensor("s", np.float32(0.1)), None),
    "float8": quantized_case("FLOAT8E4M3FN", tensor("s", np.float32(0.3)), None),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_dequantize_linear_as_the_reference_computes_it(case: str, tmp_path: Path) -> None:
    nodes, parts = CASES[case]
    (source,) = read(onnx_file(tmp_path / "m.onnx", nodes, parts)).values()
    assert source.name == "w"
    if case == "ragged blocks":
        whole = {each.name: numpy_helper.to_array(each).astype(np.float32) for each in parts}
        spread = [whole[name].repeat(4, axis=0)[:6] for name in ("s", "z")]
        expected = (whole["w_quantized"] - spread[1]) * spread[0]
    else:
        evaluator = ReferenceEvaluator(onnx_model(nodes, parts))
        expected = evaluator.run(None, {"x": np.zeros(1, np.float32)})[0]
    np.testing.assert_array_equal(values(source), expected.astype(np.float32))
    scheme = source.scheme
    assert scheme is not None
    assert source.stored_bytes - scheme.overhead_bytes == -(-source.size * scheme.bits // 8)


def packed(fields: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Fields, the first in the lowest bits, with each row filled up to whole bytes."""
    per_byte = 8 // bits
    rows = np.pad(fields, ((0, 0), (0, -fields.shape[1] % per_byte)))
    shifts = np.arange(per_byte, dtype=np.uint8) * bits
    grouped = rows.reshape(len(rows), -1, per_byte).astype(np.uint32) << shifts
    found: NDArray[np.uint8] = grouped.sum(axis=2).astype(np.uint8)
    return found


OUTPUTS, INPUTS, SIZE = 5, 40, 16


def block_case(bits: int, zeros: str, *, ordered: bool) -> tuple[Any, Any, NDArray[np.float32]]:
    blocks = -(-INPUTS // SIZE)
    codes = RNG.integers(0, 2**bits, (OUTPUTS, blocks * SIZE), np.uint8)
    scales = draw(OUTPUTS, blocks)
    points = np.full((OUTPUTS, blocks), 2 ** (bits - 1), np.float32)
    parts = [
        tensor("fc.MatMul.weight_Q4", packed(codes, bits).reshape(OUTPUTS, blocks, -1)),
        tensor("s", scales.reshape(-1)),
    ]
    names = ["x", "fc.MatMul.weight_Q4", "s"]
    if zeros == "packed":
        whole = RNG.integers(0, 2**bits, (OUTPUTS, blocks), np.uint8)
        points = whole.astype(np.float32)
        parts.append(tensor("z", packed(whole, bits).reshape(-1)))
    elif zeros == "floats":
        points = RNG.uniform(0, 2**bits, (OUTPUTS, blocks)).astype(np.float32)
        parts.append(tensor("z", points.reshape(-1)))
    names.append("z" if zeros else "")
    group = np.arange(INPUTS) // SIZE
    if ordered:
        group = RNG.permutation(group)
        parts.append(tensor("g", group.astype(np.int32)))
        names.append("g")
    expected = (codes[:, :INPUTS].astype(np.float32) - points[:, group]) * scales[:, group]
    node = helper.make_node(
        "MatMulNBits", names, ["y"], "/layers.0/fc/MatMul_Q4", domain="com.microsoft",
        K=INPUTS, N=OUTPUTS, bits=bits, block_size=SIZE,
    )  # fmt: skip
    return [node], parts, expected


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("zeros", ["", "packed", "floats"])
@pytest.mark.parametrize("ordered", [False, True])
def test_blocks_packed_by_hand(bits: int, zeros: str, ordered: bool, tmp_path: Path) -> None:
    nodes, parts, expected = block_case(bits, zeros, ordered=ordered)
    (source,) = read(onnx_file(tmp_path / "m.onnx", nodes, parts)).values()
    assert source.name == "layers.0.fc.weight"
    np.testing.assert_array_equal(values(source), expected)


@pytest.mark.parametrize("zeros", ["", "packed", "floats"])
def test_blocks_as_onnxruntime_multiplies_with_them(zeros: str, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    nodes, parts, _ = block_case(4, zeros, ordered=False)
    path = onnx_file(tmp_path / "m.onnx", nodes, parts)
    (source,) = read(path).values()
    x = RNG.normal(size=(7, INPUTS)).astype(np.float32)
    (y,) = runtime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})
    np.testing.assert_allclose(x @ values(source).T, y, rtol=1e-4, atol=1e-4)


def test_a_weight_that_is_named_by_its_constant_lies_as_that_did(tmp_path: Path) -> None:
    nodes, parts, expected = block_case(4, "", ordered=False)
    nodes[0].name = "MatMul_7_Q4"
    nodes[0].input[1] = parts[0].name = "dense/kernel_Q4"
    (source,) = read(onnx_file(tmp_path / "m.onnx", nodes, parts)).values()
    assert source.name == "dense/kernel"
    np.testing.assert_array_equal(values(source), expected.T)


def test_codes_that_nothing_dequantizes_are_refused(tmp_path: Path) -> None:
    codes = RNG.integers(-9, 9, (4, 4), np.int8)
    node = helper.make_node("MatMulInteger", ["x", "fc.weight_quantized"], ["y"])
    path = onnx_file(tmp_path / "m.onnx", [node], [tensor("fc.weight_quantized", codes)])
    assert "int8 codes for MatMulInteger" in refused(path)["fc.weight_quantized"]


def test_one_zero_point_may_be_a_number_beside_a_list_of_one_scale(tmp_path: Path) -> None:
    codes = RNG.integers(-9, 9, (4, 4), np.int8)
    node = helper.make_node("DequantizeLinear", ["w", "s", "z"], ["y"])
    parts = [tensor("w", codes), tensor("s", draw(1)), tensor("z", np.array(3, np.int8))]
    (source,) = read(onnx_file(tmp_path / "m.onnx", [node], parts)).values()
    scale = numpy_helper.to_array(parts[1])
    np.testing.assert_array_equal(values(source), (codes.astype(np.float32) - 3) * scale)


def test_a_scale_that_is_computed_is_refused(tmp_path: Path) -> None:
    codes = RNG.integers(-9, 9, (4, 4), np.int8)
    node = helper.make_node("DequantizeLinear", ["w", "x"], ["y"])
    assert (
        "x is computed"
        in refused(onnx_file(tmp_path / "m.onnx", [node], [tensor("w", codes)]))["w"]
    )


def with_location(path: Path, location: str, **more: str) -> Path:
    held = TensorProto(name="w", data_type=FLOAT, dims=[4], data_location=1)
    for key, value in {"location": location, **more}.items():
        held.external_data.add(key=key, value=value)
    path.write_bytes(onnx_model([MATMUL], [held]).SerializeToString())
    return path


@pytest.mark.parametrize(
    "location", ["../out.data", "/etc/passwd", "link", "a/../../out.data", "", "."]
)
def test_data_outside_the_directory_are_never_opened(location: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "out.data").write_bytes(bytes(16))
    (folder / "link").symlink_to(tmp_path / "out.data")
    path = with_location(folder / "m.onnx", location)
    with pytest.raises(ArgumentError, match=r"outside its directory|not there"):
        all_sources(path)


@pytest.mark.parametrize(
    "more",
    [{"offset": "-4"}, {"offset": "4"}, {"length": "8"}, {"offset": "x"}, {"offset": "9" * 30}],
)
def test_data_that_do_not_fit(more: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "d").write_bytes(bytes(16))
    with pytest.raises(ArgumentError, match=r"It takes 16 bytes"):
        all_sources(with_location(tmp_path / "m.onnx", "d", **more))


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    nodes, parts = CASES["blocks"]
    path = tmp_path / "m.onnx"
    content = onnx_file(path, nodes, parts).read_bytes()
    cut = [b"", content[:50], content[:-3]]
    broken = [*cut, *with_wrong_bytes(content, 0, len(content))]
    assert refused_files(path, broken, most=1000) > 20


def test_a_shape_that_its_numbers_do_not_fill(tmp_path: Path) -> None:
    held = tensor("w", np.ones(4, np.float32))
    held.dims[:] = [10**9, 10**9]
    with pytest.raises(ArgumentError, match="holds 4 numbers of 'w'"):
        all_sources(onnx_file(tmp_path / "m.onnx", [MATMUL], [held]))


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = onnx_file(tmp_path / "m.onnx", [MATMUL], [])
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ArgumentError, match=r'pip install "tensorboard-cnc\[onnx\]"'):
        all_sources(path)
