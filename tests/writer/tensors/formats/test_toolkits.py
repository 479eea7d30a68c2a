"""Codes that toolkits pack, against their own dequantization; each where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tests.writer.tensors.formats.packed import found
from tests.writer.tensors.read_sources import values

pytestmark = [
    pytest.mark.toolkits,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
WEIGHT = torch.randn(96, 256, generator=torch.Generator().manual_seed(0))


def check(model: Any, expected: Any, name: str = "fc.weight") -> None:
    source = found(model)[name]
    assert isinstance(source, TensorSource), source
    right = expected.detach().float().numpy() if isinstance(expected, torch.Tensor) else expected
    np.testing.assert_allclose(values(source), right, rtol=2e-7, atol=2e-7)
    assert source.weights == right.size


def named(state: dict[str, Any]) -> dict[str, Any]:
    return {f"fc.{name}": value for name, value in state.items()}


def linear(dtype: torch.dtype = torch.float32) -> nn.Linear:
    layer = nn.Linear(256, 96, bias=False).to(dtype)
    layer.weight.data = WEIGHT.to(dtype)
    return layer


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("bits", range(2, 9))
def test_compressed_tensors(bits: int, symmetric: bool) -> None:
    compressor = pytest.importorskip("compressed_tensors.compressors").PackedQuantizationCompressor
    quantization = pytest.importorskip("compressed_tensors.quantization")
    args = quantization.QuantizationArgs(
        num_bits=bits, symmetric=symmetric, strategy="group", group_size=32
    )
    scheme = quantization.QuantizationScheme(targets=["Linear"], weights=args)
    groups, half = WEIGHT.reshape(96, 8, 32), 2 ** (bits - 1)
    low, high = groups.amin(-1).clamp(max=0), groups.amax(-1).clamp(min=0)
    scale = groups.abs().amax(-1) / half if symmetric else (high - low) / (2**bits - 1)
    zero = torch.round(-low / scale) - half
    points = (zero * (not symmetric)).clamp(-half, half - 1).to(torch.int8)
    state = {"weight": WEIGHT, "weight_scale": scale, "weight_zero_point": points}
    packed = compressor.compress(state, scheme)
    expected = compressor.decompress(packed, scheme)["weight"]
    check(named(packed), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", ["nf4", "fp4"])
def test_bitsandbytes(kind: str, nested: bool, dtype: torch.dtype) -> None:
    bitsandbytes = pytest.importorskip("bitsandbytes")
    options = {"quant_type": kind, "compress_statistics": nested}
    layer = bitsandbytes.nn.Linear4bit(256, 96, bias=False, **options)
    weight = bitsandbytes.nn.Params4bit(
        WEIGHT.to(dtype), requires_grad=False, module=layer, **options
    )
    layer.weight = weight.to("cpu")
    packed, state = layer.weight.data, layer.weight.quant_state
    expected = bitsandbytes.functional.dequantize_4bit(packed, state)
    check(named(layer.state_dict()), expected)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("bits", [8, 6, 5, 4, 3, 2, 1.58, 1])
def test_hqq(bits: float, axis: int) -> None:
    quantize = pytest.importorskip("hqq.core.quantize")
    config = quantize.BaseQuantizeConfig(nbits=bits, group_size=32, axis=axis)
    layer = quantize.HQQLinear(linear(), config, compute_dtype=torch.float32, device="cpu")
    check(named(layer.state_dict()), layer.dequantize())


@pytest.mark.parametrize("kind", ["qint8", "qfloat8", "qint4", "qint2"])
def test_quanto(kind: str) -> None:
    quanto = pytest.importorskip("optimum.quanto")
    net: Any = nn.Sequential(nn.Linear(256, 96))
    quanto.quantize(net, weights=getattr(quanto, kind))
    quanto.freeze(net)
    check(net.state_dict(), net[0].weight.dequantize(), "0.weight")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kind", ["int8", "int4", "int3", "float8"])
def test_torchao(kind: str, dtype: torch.dtype, tmp_path: Path) -> None:
    torchao, types = pytest.importorskip("torchao.quantization"), pytest.importorskip("torch")
    config = {
        "int8": lambda: torchao.Int8WeightOnlyConfig(version=2),
        "int4": lambda: torchao.IntxWeightOnlyConfig(types.int4, torchao.PerGroup(32)),
        "int3": lambda: torchao.IntxWeightOnlyConfig(types.int3, torchao.PerAxis(0)),
        "float8": torchao.Float8WeightOnlyConfig,
    }[kind]()
    net: Any = nn.Sequential(linear(dtype))
    torchao.quantize_(net, config)
    check(saved(net[0].weight.data, tmp_path), net[0].weight.dequantize())


@pytest.mark.parametrize("swizzled", [False, True])
@pytest.mark.parametrize("kind", ["NVFP4", "MXFP4"])
def test_fp4_of_torchao(kind: str, swizzled: bool, tmp_path: Path) -> None:
    formats = "torchao.prototype.mx_formats"
    nv, mx = (pytest.importorskip(f"{formats}.{kind}_tensor") for kind in ("nvfp4", "mx"))
    weight = WEIGHT.bfloat16()
    if kind == "NVFP4":
        tensor = nv.NVFP4Tensor.to_nvfp4(weight, is_swizzled_scales=swizzled)
    else:
        small = torch.float4_e2m1fn_x2
        tensor = mx.MXTensor.to_mx(weight, small, 32, is_swizzled_scales=swizzled)
    check(saved(tensor, tmp_path), tensor.dequantize())


def saved(tensor: Any, folder: Path) -> Path:
    """A file as torchao writes it."""
    support = pytest.importorskip("torchao.prototype.safetensors.safetensors_support")
    files = pytest.importorskip("safetensors.torch")
    parts, metadata = support.flatten_tensor_state_dict({"fc.weight": tensor})
    path = folder / "model.safetensors"
    files.save_file({name: part.contiguous() for name, part in parts.items()}, path, metadata)
    return path


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_keras(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of no effect where Keras runs on another already.
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((64,)), keras.layers.Dense(11)])
    model.quantize(mode)
    arrays = {variable.path: variable.numpy() for variable in model.variables}
    (name,) = (each for each in arrays if each.endswith("/kernel"))
    outputs = model(np.eye(64, dtype=np.float32))
    check(arrays, keras.ops.convert_to_numpy(outputs), name)


@pytest.mark.parametrize(("mode", "bits"), [("gptq", 8), ("gptq", 4), ("gptq", 3), ("awq", 4)])
def test_calibrated_by_keras(mode: str, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    embedding, block = keras.layers.Embedding(50, 64), keras.layers.Dense(11)
    blocks = keras.Sequential([block])
    model = keras.Sequential([keras.layers.Input((16,), dtype="int32"), embedding, blocks])
    kind = keras.quantizers.GPTQConfig if mode == "gptq" else keras.quantizers.AWQConfig
    ordered = {"activation_order": True} if mode == "gptq" else {}
    config = kind(
        dataset=[np.random.default_rng(at).integers(0, 50, (1, 16)) for at in range(8)],
        tokenizer=lambda tokens: tokens,
        num_samples=8,
        sequence_length=16,
        weight_bits=bits,
        group_size=16,
        quantization_layer_structure={
            "pre_block_layers": [embedding],
            "sequential_blocks": [blocks],
        },
        **ordered,
    )
    model.quantize(mode, config=config)
    arrays = {variable.path: variable.numpy() for variable in model.variables}
    (name,) = (each for each in arrays if each.endswith("/kernel"))
    outputs = block(np.eye(64, dtype=np.float32))
    check(arrays, keras.ops.convert_to_numpy(outputs), name)
