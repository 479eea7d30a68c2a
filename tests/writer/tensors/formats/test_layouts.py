"""Every layout, packed by hand, reads as the weights that it stands for, in every container."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.formats import packers_codes as codes
from tests.writer.tensors.formats import packers_floats as floats
from tests.writer.tensors.formats import packers_groups as groups
from tests.writer.tensors.formats import packers_toolkits as toolkits
from tests.writer.tensors.formats.packed import CONTAINERS, Container, Packed, as_file, found
from tests.writer.tensors.read_sources import values

CASES: dict[str, Packed] = {
    **{f"GPTQ, {bits} bit": groups.gptq(bits=bits) for bits in (2, 3, 4, 8)},
    "GPTQ, the second version": groups.gptq(version=2),
    "GPTQ, act-order": groups.gptq(act_order=True),
    "GPTQ, no order stored": groups.gptq(with_order=False),
    "GPTQ, a short last group": groups.gptq(inputs=40),
    "GPTQ, a group for all": groups.gptq(group=64, outputs=64),
    "AWQ": groups.awq(),
    "AWQ, a group for all": groups.awq(outputs=64, inputs=32, group=32),
    **{
        f"compressed-tensors, {bits} bit": codes.compressed_tensors(bits=bits, asymmetric=True)
        for bits in (1, 2, 3, 4, 5, 6, 7, 8)
    },
    **{
        f"compressed-tensors, {bits} bit, whole words": codes.compressed_tensors(
            bits=bits, asymmetric=True, whole_words=True, inputs=96
        )
        for bits in (3, 5, 6)
    },
    "compressed-tensors, act-order": codes.compressed_tensors(act_order=True),
    "compressed-tensors, an order that is not set": codes.compressed_tensors(unset_order=True),
    "compressed-tensors, one scale a row": codes.compressed_tensors(inputs=60, group=None),
    "bitsandbytes, NF4": codes.bitsandbytes4(),
    "bitsandbytes, FP4": codes.bitsandbytes4(kind="fp4"),
    "bitsandbytes, nested": codes.bitsandbytes4((33, 47), nested=True),
    "bitsandbytes, an odd size": codes.bitsandbytes4((5, 7)),
    "bitsandbytes, half": codes.bitsandbytes4(dtype="float16"),
    "bitsandbytes, bfloat16": codes.bitsandbytes4(dtype="bfloat16"),
    "bitsandbytes, int8": codes.bitsandbytes8(),
    "FP8, one scale": floats.fp8(scales=(), group=None),
    "FP8, one scale a row": floats.fp8(scales=(12,), block=(1, 40)),
    "FP8, one scale a column": floats.fp8(scales=(1, 40), block=(12, 1)),
    "FP8, ComfyUI": floats.fp8(scales=(1,), ending="scale_weight", group=None),
    "FP8, ragged blocks": floats.fp8((300, 256), (3, 2), block=(128, 128), ending="_scale_inv"),
    "FP8, powers of two": floats.fp8(powers=True, block=(1, 40)),
    "FP8, experts": floats.fp8((3, 12, 40), (3, 1, 1), name="experts.w"),
    "FP8, rows of experts": floats.fp8((3, 12, 40), (3, 12, 1), block=(1, 40), name="experts.w"),
    "FP8, columns of experts": floats.fp8((3, 12, 40), (3, 1, 40), block=(12, 1), name="experts.w"),
    "FP8, blocks of experts": floats.fp8(
        (2, 300, 256), (2, 3, 2), block=(128, 128), name="experts.w"
    ),
    **{
        f"FP8, {name} of fused experts": floats.fp8(
            (2, 300, 256), (2, 3, 2), block=(128, 128), ending=f"_{ending}", name=f"experts.{name}"
        )
        for name, ending in (
            ("w13_weight", "scale_inv"),
            ("gate_up_proj", "scale_inv"),
            ("w2_weight", "scale"),
        )
    },
    "FP8, a joined layer in blocks": floats.fp8(
        (640, 256), (5, 2), block=(128, 128), ending="_scale_inv", name="attn.qkv_proj.weight"
    ),
    "MXFP8": floats.mxfp8(),
    "MXFP8, one block": floats.mxfp8(5, 32),
    "NVFP4, compressed-tensors": floats.nvfp4(),
    "NVFP4, ModelOpt": floats.nvfp4(layout="ModelOpt"),
    "MXFP4, compressed-tensors": floats.mxfp4(),
    "MXFP4, gpt-oss": floats.gpt_oss(),
    **{
        f"HQQ, {bits} bit, axis {axis}": toolkits.hqq(bits=bits, axis=axis)
        for bits in (8, 6, 5, 4, 3, 2, 1.58, 1)
        for axis in (0, 1)
    },
    "HQQ, a convolution": toolkits.hqq((8, 4, 3, 3), group=12),
    "quanto, int8": toolkits.quanto_bytes(),
    "quanto, float8": toolkits.quanto_bytes(small=True),
    "quanto, a convolution": toolkits.quanto_bytes((6, 4, 3, 3)),
    "ModelOpt, int4": toolkits.modelopt(),
    "Keras, int8": toolkits.keras8(),
    "Keras, int8 embedding": toolkits.keras8(own="embeddings"),
    "Keras, int4": toolkits.keras4(),
    "Keras, int4 in groups": toolkits.keras4(group=16),
    "Keras, int4 embedding": toolkits.keras4(own="embeddings", group=4),
    "Keras, gptq of 8 bits": toolkits.keras_calibrated(bits=8),
    "Keras, gptq of 3 bits": toolkits.keras_calibrated(bits=3),
    "Keras, gptq of 4 bits": toolkits.keras_calibrated(),
    "Keras, awq": toolkits.keras_calibrated(awq=True),
}
# What only a config tells.
STATED: dict[str, Packed] = {
    "GPTQ, the second version, with zero points": groups.gptq(version=2, symmetric=False),
    "GPTQ, 3 bit, the second version": groups.gptq(bits=3, version=2, symmetric=False),
    "GPTQ, the second version of few zero points": groups.gptq(32, 8, group=8, version=2),
    "GPTQ, a short last group, no order": groups.gptq(inputs=40, with_order=False),
    "compressed-tensors, 7 bit in whole words": codes.compressed_tensors(bits=7, whole_words=True),
    **{f"torchao, {bits} bit": toolkits.torchao_int(bits=bits) for bits in (2, 3, 4, 8)},
    "torchao, one scale a row": toolkits.torchao_int(group=64),
    "torchao, float8": toolkits.torchao_float8(),
    "torchao, NVFP4": toolkits.torchao_fp4(overall=True),
    "torchao, NVFP4, swizzled": toolkits.torchao_fp4(150, 96, swizzled=True),
    "torchao, MXFP4": toolkits.torchao_fp4(layout="MX"),
    "torchao, MXFP4, swizzled": toolkits.torchao_fp4(130, 64, layout="MX", swizzled=True),
    **{f"MLX, {bits} bit": toolkits.mlx(bits=bits) for bits in (2, 3, 4, 5, 6, 8)},
    "MLX, experts": toolkits.mlx((3, 12, 64)),
    "MLX, MXFP4": toolkits.mlx_float(),
    "MLX, NVFP4": toolkits.mlx_float(mode="nvfp4"),
    "FP8, blocks of 96": floats.fp8((192, 192), (2, 2), block=(96, 96), stated=True),
    "FP8, ragged blocks of 32": floats.fp8((90, 70), (3, 3), block=(32, 32), stated=True),
    "FP8, blocks of 128": floats.fp8((192, 192), (2, 2), block=(128, 128), stated=True),
}


def check(packed: Packed, container: Container, folder: Path) -> None:
    model = container(packed, folder)
    read = found(model)
    assert list(read) == [packed.name]
    source = read[packed.name]
    assert isinstance(source, TensorSource), source
    assert source.shape == packed.weight.shape
    np.testing.assert_allclose(values(source), packed.weight, rtol=2e-7, atol=0)
    assert source.weights == packed.weight.size
    assert source.stored_bytes == packed.stored_bytes
    assert source.scheme is not None
    assert (source.scheme.bits, source.scheme.group) == (packed.bits, packed.group)


@pytest.mark.parametrize("bits", [4, 2])
@pytest.mark.parametrize("outputs", [6, 5])
def test_groups_of_quanto(bits: int, outputs: int, tmp_path: Path) -> None:
    packed = toolkits.quanto_groups(outputs, 48, bits=bits)
    (refused,) = [each for each in found(as_file(packed, tmp_path)).values()
                  if isinstance(each, Refused)]  # fmt: skip
    assert "nothing says their shape" in refused.reason
    packed.tensors["fc.bias"] = np.zeros(outputs, np.float32)
    source = found(as_file(packed, tmp_path))["fc.weight"]
    assert isinstance(source, TensorSource)
    np.testing.assert_allclose(values(source), packed.weight, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("packed", CASES.values(), ids=CASES)
def test_its_values(packed: Packed, container: Container, tmp_path: Path) -> None:
    check(packed, container, tmp_path)


@pytest.mark.parametrize("packed", STATED.values(), ids=STATED)
def test_what_a_config_tells(packed: Packed, tmp_path: Path) -> None:
    check(packed, as_file, tmp_path)


@pytest.mark.parametrize("name", ["input_scale", "output_scale", "k_scale", "input_global_scale"])
def test_scales_of_activations_are_no_weights(name: str, tmp_path: Path) -> None:
    packed = floats.nvfp4()
    packed.tensors |= {f"fc.{name}": np.ones(1, np.float32), f"attn.{name}": np.ones((), "f4")}
    read = found(as_file(packed, tmp_path)).values()
    assert [each.name for each in read if each.weights] == ["fc.weight"]
