"""Codes whose meaning is not known are refused by name; what they stand for is never guessed."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import SketchRecord
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.tensors.safetensors_maker import save

INT8 = np.random.default_rng(0).integers(-127, 128, (64, 64), np.int8)
UINT8 = INT8.view(np.uint8)
FLOAT8 = torch.from_numpy(INT8.astype(np.float32)).to(torch.float8_e4m3fn)
BIAS = np.ones(64, np.float32)


def ones(*shape: int, dtype: Any = np.float32) -> NDArray[Any]:
    return np.ones(shape, dtype)


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "GPTQ": (
        {
            "fc.qweight": ones(8, 64, dtype=np.int32),
            "fc.qzeros": ones(2, 8, dtype=np.int32),
            "fc.scales": ones(2, 64, dtype=np.float16),
            "fc.g_idx": ones(64, dtype=np.int32),
        },
        "fc.qweight",
        "its GPTQ codes are not read: g_idx does not name each of 2 groups",
    ),
    "compressed-tensors, packed": (
        {
            "fc.weight_packed": ones(64, 8, dtype=np.int32),
            "fc.weight_scale": ones(64, 3),
            "fc.weight_shape": np.array([64, 64]),
        },
        "fc.weight_packed",
        "compressed-tensors codes are not read: nothing says how 64 inputs form 3 groups",
    ),
    "bitsandbytes, 4 bit": (
        {
            "fc.weight": UINT8.reshape(-1, 1)[:2048],
            "fc.weight.absmax": ones(64, dtype=np.uint8),
            "fc.weight.quant_map": ones(16),
            "fc.weight.quant_state.bitsandbytes__nf4": ones(80, dtype=np.uint8),
        },
        "fc.weight",
        "bitsandbytes codes are not read: quant_state is not JSON",
    ),
    "bitsandbytes, 8 bit": (
        {"fc.weight": INT8, "fc.SCB": ones(64), "fc.weight_format": np.ones((), np.uint8)},
        "fc.weight",
        "weight_format says that they are not in rows",
    ),
    "Keras": ({"fc.kernel": INT8, "fc.kernel_scale": ones(64)}, "fc.kernel", "Keras"),
    "Keras, with slashes": (
        {"fc/kernel": INT8, "fc/kernel_scale": ones(64)},
        "fc/kernel",
        "Keras",
    ),
    "HQQ": ({"fc.W_q": UINT8, "fc.scale": ones(64, 1), "fc.zero": ones(64, 1)}, "fc.W_q", "HQQ"),
    "quanto": (
        {"fc.weight._data": INT8, "fc.weight._scale": ones(1, 64)},
        "fc.weight._data",
        "quanto codes are not read: scales of shape",
    ),
    "quanto, in groups": (
        {
            "fc.weight._data._data": UINT8,
            "fc.weight._scale": ones(100, 1),
            "fc.weight._shift": ones(100, 1),
            "fc.input_scale": ones(),
            "fc.output_scale": ones(),
        },
        "fc.weight._data._data",
        "quanto codes are not read: 100 groups are not those of 64 outputs",
    ),
    "EXL2": (
        {
            "fc.q_weight": ones(16, 64, dtype=np.int32),
            "fc.q_scale": ones(2, 8, dtype=np.int32),
            "fc.q_scale_max": ones(2, dtype=np.float16),
            "fc.q_invperm": ones(64, dtype=np.int32),
        },
        "fc.q_weight",
        "int32 codes whose scales are not understood",
    ),
    "ModelOpt, NVFP4": (
        {
            "fc.weight": UINT8,
            "fc.weight_scale": FLOAT8[:, :7],
            "fc.weight_scale_2": ones(),
        },
        "fc.weight",
        "ModelOpt",
    ),
    "MXFP4": (
        {
            "experts.gate_up_proj_blocks": ones(2, 64, 2, 16, dtype=np.uint8),
            "experts.gate_up_proj_scales": ones(2, 64, 3, dtype=np.uint8),
        },
        "experts.gate_up_proj_blocks",
        "MXFP4",
    ),
    "FP8 in blocks that may be 96 or 128 long": (
        {"fc.weight": FLOAT8.repeat(3, 3), "fc.weight_scale_inv": ones(2, 2)},
        "fc.weight",
        "scales are not understood",
    ),
    "FP8 in blocks of another height": (
        {"fc.weight": FLOAT8, "fc.weight_scale_inv": ones(2, 2)},
        "fc.weight",
        "scales are not understood",
    ),
    "scales of several parts": (
        {"qkv.weight": FLOAT8, "qkv.weight_scale": ones(3)},
        "qkv.weight",
        "scales are not understood",
    ),
    "scales as bytes": (
        {"fc.weight": FLOAT8, "fc.weight_scale": ones(64, 4, dtype=np.uint8)},
        "fc.weight",
        "scales are not understood",
    ),
    "zero points of another shape": (
        {
            "fc.weight": INT8,
            "fc.weight_scale": ones(64, 2),
            "fc.weight_zero_point": ones(8, 2, dtype=np.int32),
        },
        "fc.weight",
        "scales are not understood",
    ),
    "groups in another order": (
        {
            "fc.weight": INT8,
            "fc.weight_scale": ones(64, 2),
            "fc.weight_g_idx": ones(64, dtype=np.int32),
        },
        "fc.weight",
        "scales are not understood",
    ),
    "int8 that may be FP4": (
        {"fc.weight": INT8, "fc.weight_scale": FLOAT8[:, :4]},
        "fc.weight",
        "scales are not understood",
    ),
    "no scales": ({"fc.weight": INT8}, "fc.weight", "int8 codes"),
    "wide": ({"fc.weight": ones(64, 64, dtype=np.int64)}, "fc.weight", "int64 codes"),
}


def refusals(model: Any) -> dict[str, Refused]:
    return {each.name: each for each in all_sources(model) if isinstance(each, Refused)}


def weights_left(model: Any) -> list[str]:
    read = (each for each in all_sources(model) if isinstance(each, TensorSource))
    return [each.name for each in read if each.weights]


@pytest.mark.parametrize(("model", "name", "reason"), CASES.values(), ids=CASES)
def test_codes_are_refused_and_their_scales_are_no_weights(
    model: dict[str, Any], name: str, reason: str
) -> None:
    given = model | {"fc.bias": BIAS}
    found = refusals(given)
    assert found[name].weights != 0
    assert re.search(reason, found[name].reason)
    assert "log the dequantized weights" in found[name].reason
    assert all(each.weights == 0 for other, each in found.items() if other != name)
    assert weights_left(given) == ["fc.bias"]


@pytest.mark.parametrize(
    ("codes", "weights"), [(INT8, 4096), (FLOAT8, 4096), (UINT8, None)], ids=str
)
def test_how_many_weights_codes_stand_for(codes: Any, weights: int | None) -> None:
    found = refusals({"fc.weight": codes, "fc.absmax": ones(64), "fc.scale": ones(1)})
    assert found["fc.weight"].weights == weights


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("bn.num_batches_tracked", np.array(7)),
        ("embeddings.position_ids", np.arange(64)[None]),
        ("attn.relative_position_index", np.arange(64).reshape(8, 8)),
        ("fc.observer_enabled", np.ones(1, np.uint8)),
        ("epoch", np.array(3)),
        ("attn.bias", np.tril(np.ones((1, 1, 16, 16), np.uint8))),
        ("attn.bias", np.tril(np.ones((1, 1, 16, 16), bool))),
        ("upsample.scales", np.array([2, 4])),
    ],
)
def test_indices_counters_and_masks_are_buffers(name: str, values: NDArray[Any]) -> None:
    model = {name: values, "attn.logit_scale": ones(1), "fc.weight": ones(8, 8)}
    assert refusals(model) == {}
    assert weights_left(model) == ["attn.logit_scale", "fc.weight"]


def test_plain_float8_and_truth_values_are_numbers() -> None:
    model = {"fc.weight": FLOAT8, "fc.mask": np.ones((8, 8), bool), "norm.scale": ones(8)}
    assert refusals(model) == {}


def test_codes_that_a_module_holds_as_buffers() -> None:
    net = torch.nn.Module()
    net.register_buffer("qweight", torch.ones(8, 64, dtype=torch.int32))
    net.register_buffer("scales", torch.ones(2, 64))
    net.register_buffer("index", torch.ones(4, 4, dtype=torch.int64))
    assert list(refusals(net)) == ["qweight"]


def test_a_mapping_that_makes_its_tensors_when_asked() -> None:
    model = MappingProxyType({"fc.weight": INT8, "fc.SCB": ones(64), "fc.bias": BIAS})
    record = weights_record("m", model)
    assert record is not None
    assert list(record.refused) == ["fc.weight"]
    assert record.refused_weights == {"fc.weight": 4096}


def logged(model: Any, **options: Any) -> SketchRecord:
    record = weights_record("m", model, **options)
    assert record is not None
    return record


def test_a_checkpoint_and_its_reference(tmp_path: Path) -> None:
    path = save(tmp_path / "q.safetensors", {"fc.weight": INT8, "fc.absmax": ones(64), "b": BIAS})
    record = logged(path, reference={"dense": {"fc.weight": INT8.astype(np.float32), "b": BIAS}})
    assert {each.name: list(each.reference) for each in record.tensors if each.reference} == {
        "b": ["dense"]
    }
    assert list(record.refused) == ["fc.weight"]
