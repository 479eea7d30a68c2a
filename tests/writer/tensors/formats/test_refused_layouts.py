"""What a layout leaves open is refused with the reason, and counts as no weights that were read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.formats import packers_codes as codes
from tests.writer.tensors.formats import packers_floats as floats
from tests.writer.tensors.formats import packers_groups as groups
from tests.writer.tensors.formats import packers_toolkits as toolkits
from tests.writer.tensors.formats.packed import Packed, as_file, as_mapping, found

Change: TypeAlias = Callable[[Packed], None]


def config(**said: Any) -> Change:
    return lambda packed: packed.config.update(said)


def without(*names: str) -> Change:
    def change(packed: Packed) -> None:
        for name in names:
            del packed.tensors[name]

    return change


def put(name: str, value: Any) -> Change:
    return lambda packed: packed.tensors.update({name: np.asarray(value)})


def cast(name: str, dtype: str) -> Change:
    return lambda packed: packed.tensors.update({name: packed.tensors[name].astype(dtype)})


def scaled(name: str, factor: float) -> Change:
    return lambda packed: packed.tensors.update({name: packed.tensors[name] * factor})


CASES: dict[str, tuple[Packed, Change, str]] = {
    "GPTQ, zero points of the first version": (
        groups.gptq(symmetric=False),
        config(),
        "zero points are stored as they are or less 1",
    ),
    "GPTQ, zero points that are not in the middle": (
        groups.gptq(symmetric=False),
        config(sym=True),
        "zero points are stored as they are or less 1",
    ),
    "GPTQ for other kernels": (
        groups.gptq(),
        config(checkpoint_format="marlin"),
        "the config says checkpoint_format = 'marlin'",
    ),
    "GPTQ, packed into bytes": (groups.gptq(), config(pack_dtype="int8"), "pack_dtype = 'int8'"),
    "GPTQ in int64": (groups.gptq(), cast("fc.qweight", "int64"), "int64 instead of int32"),
    "GPTQ, 5 bit": (groups.gptq(bits=5), config(), "no whole bits"),
    "GPTQ, an order without a group": (
        groups.gptq(),
        put("fc.g_idx", np.zeros(64, np.int32)),
        "g_idx does not name each of 4 groups",
    ),
    "GPTQ, an order that is not stored": (
        groups.gptq(with_order=False),
        config(desc_act=True),
        "nothing says how 64 inputs form 4 groups",
    ),
    "AWQ for products with vectors": (groups.awq(), config(version="gemv"), "version = 'gemv'"),
    "compressed-tensors, sparse": (
        codes.compressed_tensors(),
        config(format="marlin-24"),
        "format = 'marlin-24'",
    ),
    "compressed-tensors, other groups": (
        codes.compressed_tensors(),
        config(config_groups={"a": {"weights": {"num_bits": 4, "group_size": 128}}}),
        "nothing says how 64 inputs form 4 groups",
    ),
    "compressed-tensors, other bits": (
        codes.compressed_tensors(),
        config(config_groups={"a": {"weights": {"num_bits": 3, "group_size": 16}}}),
        "nothing says for sure how 64 codes are packed",
    ),
    "compressed-tensors, both packings": (
        codes.compressed_tensors(bits=3, inputs=8, group=8),
        config(),
        "nothing says for sure how 8 codes are packed",
    ),
    "compressed-tensors, an order that is missing": (
        codes.compressed_tensors(act_order=True),
        without("fc.weight_g_idx"),
        "their order is not said",
    ),
    "bitsandbytes, stored as floats": (
        codes.bitsandbytes4(),
        cast("fc.weight", "float16"),
        "stored as float16 instead of uint8",
    ),
    "bitsandbytes, bytes that are missing": (
        codes.bitsandbytes4(),
        lambda packed: packed.tensors.update({"fc.weight": packed.tensors["fc.weight"][:-1]}),
        "239 bytes do not hold 480 codes",
    ),
    "bitsandbytes, scales without their scales": (
        codes.bitsandbytes4(nested=True),
        without("fc.weight.nested_quant_map"),
        "nothing says what the codes of their scales mean",
    ),
    "NVFP4 with zero points": (
        floats.nvfp4(),
        put("fc.weight_zero_point", np.zeros((12, 4), np.int8)),
        "zero points",
    ),
    "FP8, blocks that are not those of its config": (
        floats.fp8((192, 192), (2, 2), block=(96, 96)),
        config(weight_block_size=[64, 64]),
        "scales are not understood",
    ),
    "FP8, powers of two as bytes": (
        floats.fp8(powers=True, block=(1, 40)),
        lambda packed: packed.types.update({"fc.weight_scale": "U8"}),
        "scales are not understood",
    ),
    "FP8, one scale to each of three joined layers": (
        floats.fp8(scales=(12,), block=(1, 40)),
        put("fc.weight_scale", np.ones(3, np.float32)),
        "scales are not understood",
    ),
    "FP8, one scale to each layer that was joined in experts": (
        floats.fp8((3, 12, 40), (3, 1, 1), name="fc.weight"),
        put("fc.weight_scale", np.ones((3, 2), np.float32)),
        "scales are not understood",
    ),
    "FP8, ragged blocks that are not of 128": (
        floats.fp8((300, 256), (4, 3), block=(96, 96), ending="_scale_inv"),
        config(),
        "scales are not understood",
    ),
    "FP8, powers of two as bytes, each for 64": (
        floats.mxfp8(inputs=128),
        put("fc.weight_scale", np.full((12, 2), 127, np.uint8)),
        "scales are not understood",
    ),
    "int8 in blocks without a config, perhaps packed FP4": (
        floats.fp8((256, 256), (2, 2), block=(128, 128), ending="_scale_inv"),
        lambda packed: packed.types.update({"fc.weight": "I8"}),
        "scales are not understood",
    ),
    "torchao without metadata": (
        toolkits.torchao_int(),
        lambda packed: packed.metadata.clear(),
        "the metadata of a file says their class",
    ),
    "torchao, Int4Tensor": (
        toolkits.torchao_int(),
        lambda packed: packed.metadata.update(
            {"fc.weight": packed.metadata["fc.weight"].replace("IntxUnpackedToInt8", "Int4")}
        ),
        "a Int4Tensor of int8 codes is not known",
    ),
    "torchao, broken metadata": (
        toolkits.torchao_int(),
        lambda packed: packed.metadata.update({"fc.weight": "{"}),
        "the metadata is not JSON",
    ),
    "HQQ, scales that are quantized": (
        toolkits.hqq(),
        put("fc.quant_zero", np.ones((), np.uint8)),
        "quant_zero is set",
    ),
    "HQQ, codes as floats": (
        toolkits.hqq(),
        lambda packed: packed.tensors.update(
            {
                "fc.W_q": packed.tensors["fc.W_q"].view(np.float16),
                "fc.view_as_float": np.ones((), np.uint8),
            }
        ),
        "view_as_float is set",
    ),
    "HQQ, another packing": (
        toolkits.hqq(),
        put("fc.packing", np.frombuffer(b"7bit_u8", np.uint8)),
        "packing is '7bit_u8'",
    ),
    "MLX without a config": (
        toolkits.mlx(),
        lambda packed: packed.config.clear(),
        "no config says how many bits",
    ),
    "MLX, an unknown mode": (toolkits.mlx(), config(mode="codebook"), "its mode is 'codebook'"),
    "ModelOpt, inputs that are scaled": (
        toolkits.modelopt(),
        put("fc.pre_quant_scale", np.ones(64, np.float32)),
        "pre_quant_scale stands beside them",
    ),
    "Keras, scales that multiply": (
        toolkits.keras8(),
        scaled("net/fc/kernel_scale", 1e-5),
        "whether to multiply by their scales or to divide is not known",
    ),
    "Keras, gptq that was not calibrated": (
        toolkits.keras_calibrated(),
        lambda packed: packed.tensors.update(
            {
                "net/fc/kernel_scale": np.ones((11, 3), np.float32),
                "net/fc/zero_point": np.zeros((11, 3), np.uint8),
            }
        ),
        "was not calibrated",
    ),
    "Keras, gptq with a group too many": (
        toolkits.keras_calibrated(),
        put("net/fc/g_idx", np.zeros(40, np.float32)),
        "does not name each of 3 groups",
    ),
    "Keras, 4 bits along the inputs": (
        toolkits.keras8(),
        put("net/fc/kernel", np.full((40, 12), 0x7F, np.int8)),
        "they may be of 8 or of 4 bits",
    ),
    "a weight that stands beside its codes": (
        groups.gptq(),
        put("fc.weight", np.ones((32, 64), np.float32)),
        '"fc.weight" stands beside them',
    ),
}


@pytest.mark.parametrize(("packed", "change", "reason"), CASES.values(), ids=CASES)
def test_it_is_refused(packed: Packed, change: Change, reason: str, tmp_path: Path) -> None:
    altered = Packed(**{name: getattr(packed, name) for name in packed.__dataclass_fields__})
    for name in ("tensors", "config", "metadata", "types"):
        setattr(altered, name, dict(getattr(packed, name)))
    change(altered)
    read = found(as_file(altered, tmp_path)).values()
    reasons = [each.reason for each in read if isinstance(each, Refused)]
    assert any(reason in each for each in reasons), reasons
    assert all("log the dequantized weights as a mapping" in each for each in reasons)
    plain = {"fc.weight"} if "fc.qweight" in altered.tensors else set()
    assert {each.name for each in read if isinstance(each, TensorSource) and each.weights} <= plain


def test_a_mapping_of_7_or_8_bits(tmp_path: Path) -> None:
    packed = codes.compressed_tensors(bits=7, whole_words=True)
    (refused,) = (each for each in found(as_mapping(packed, tmp_path)).values()
                  if isinstance(each, Refused))  # fmt: skip
    assert "nothing says for sure how 64 codes are packed" in refused.reason


def test_few_zero_points_in_the_middle_of_a_mapping(tmp_path: Path) -> None:
    read = found(as_mapping(groups.gptq(outputs=8, inputs=16), tmp_path))
    assert isinstance(read["fc.qweight"], Refused)


def test_truncated_text_of_bitsandbytes(tmp_path: Path) -> None:
    packed = codes.bitsandbytes4()
    name = "fc.weight.quant_state.bitsandbytes__nf4"
    packed.tensors[name] = packed.tensors[name][:-1]
    read = found(as_file(packed, tmp_path))
    assert isinstance(read["fc.weight"], Refused)
    assert name not in read
