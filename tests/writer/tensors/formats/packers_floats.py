"""FP8 and FP4 with scales of all kinds, packed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.writer.tensors.formats.packed import Array, Packed, drawn, float8

E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
E2M1 = np.concatenate([E2M1, -E2M1])


def pairs_of(codes: Array) -> Array:
    """Two codes a byte along the last axis, the low nibble first."""
    pairs: Array = (codes[..., 0::2] + 16 * codes[..., 1::2]).astype(np.uint8)
    return pairs


def fp8(
    shape: tuple[int, ...] = (12, 40),
    scales: tuple[int, ...] = (12, 1),
    *,
    block: tuple[int, int] | None = None,
    ending: str = "_scale",
    name: str = "fc.weight",
    powers: bool = False,
    group: int | None = 0,
    stated: bool = False,
    seed: int = 0,
) -> Packed:
    """`block` is how many rows and columns share a scale."""
    draw = drawn(seed)
    codes, values = float8(draw.normal(0, 50, shape))
    types = {name: "F8_E4M3"}
    s: Array
    if powers:
        s = draw.integers(120, 130, scales).astype(np.uint8)
        types[name + ending] = "F8_E8M0"
        factors = 2.0 ** (s.astype(float) - 127)
    else:
        s = draw.uniform(0.001, 0.1, scales).astype(np.float32)
        factors = s.astype(float)
    high, wide = block or (shape[-2], shape[-1])
    full = np.broadcast_to(
        factors.reshape(*scales, *[1] * (len(shape) - len(scales))) if scales else factors,
        (*shape[:-2], -(-shape[-2] // high), -(-shape[-1] // wide)),
    )
    over = np.repeat(np.repeat(full, high, -2), wide, -1)[..., : shape[-2], : shape[-1]]
    key = "fc.scale_weight" if ending == "scale_weight" else name + ending
    config: dict[str, Any] = {"weight_block_size": list(block)} if block and stated else {}
    each = high * wide if group == 0 else group
    return Packed({name: codes, key: s}, values * over, 8, each, name=name, types=types,
                  config=config)  # fmt: skip


def nvfp4(
    outputs: int = 12, inputs: int = 64, *, layout: str = "compressed-tensors", seed: int = 0
) -> Packed:
    draw = drawn(seed)
    q = draw.integers(0, 16, (outputs, inputs))
    scale_codes, scales = float8(draw.uniform(1, 400, (outputs, inputs // 16)))
    overall = np.array([1234.5 if layout == "compressed-tensors" else 0.00081], np.float32)
    factor = 1 / float(overall[0]) if layout == "compressed-tensors" else float(overall[0])
    weight = E2M1[q] * np.repeat(scales * factor, 16, 1)
    tensors: dict[str, Array]
    if layout == "compressed-tensors":
        tensors = {
            "fc.weight_packed": pairs_of(q),
            "fc.weight_scale": scale_codes,
            "fc.weight_global_scale": overall,
        }
    else:
        tensors = {
            "fc.weight": pairs_of(q),
            "fc.weight_scale": scale_codes,
            "fc.weight_scale_2": overall.reshape(()),
        }
    return Packed(tensors, weight, 4, 16, types={"fc.weight_scale": "F8_E4M3"})


def mxfp4(outputs: int = 12, inputs: int = 64, *, seed: int = 0) -> Packed:
    draw = drawn(seed)
    q = draw.integers(0, 16, (outputs, inputs))
    s = draw.integers(110, 130, (outputs, inputs // 32)).astype(np.uint8)
    weight = E2M1[q] * np.repeat(2.0 ** (s.astype(int) - 127), 32, 1)
    return Packed({"fc.weight_packed": pairs_of(q), "fc.weight_scale": s}, weight, 4, 32)


def gpt_oss(experts: int = 3, inputs: int = 64, outputs: int = 10, *, seed: int = 0) -> Packed:
    draw = drawn(seed)
    q = draw.integers(0, 16, (experts, outputs, inputs))
    s = draw.integers(110, 130, (experts, outputs, inputs // 32)).astype(np.uint8)
    weight = np.empty((experts, inputs, outputs))
    for e in range(experts):
        for o in range(outputs):
            for i in range(inputs):
                weight[e, i, o] = E2M1[q[e, o, i]] * 2.0 ** (int(s[e, o, i // 32]) - 127)
    name = "experts.gate_up_proj"
    blocks = pairs_of(q).reshape(experts, outputs, inputs // 32, 16)
    return Packed({f"{name}_blocks": blocks, f"{name}_scales": s}, weight, 4, 32, name=name)


def mxfp8(outputs: int = 12, inputs: int = 64, *, seed: int = 0) -> Packed:
    """FP8 with a power of two for 32 values, as a byte."""
    draw = drawn(seed)
    codes, values = float8(draw.normal(0, 50, (outputs, inputs)))
    s = draw.integers(110, 130, (outputs, inputs // 32)).astype(np.uint8)
    weight = values * np.repeat(2.0 ** (s.astype(int) - 127), 32, 1)
    tensors = {"fc.weight": codes, "fc.weight_scale": s}
    return Packed(tensors, weight, 8, 32, types={"fc.weight": "F8_E4M3"})
