"""compressed-tensors and bitsandbytes, packed by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tests.writer.tensors.formats.packed import Array, Packed, bits_of, drawn, rows_of_bits

NF4 = np.array([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
], np.float32)  # fmt: skip
FP4 = np.array([0, 0.0052, 0.6667, 1, 0.3333, 0.5, 0.1667, 0.25], np.float32)
FP4 = np.concatenate([FP4, -FP4])


def in_whole_words(codes: Array, bits: int) -> Array:
    """As many whole codes to each word as fit."""
    fit = 32 // bits
    return np.array([
        [sum(int(code) << bits * k for k, code in enumerate(row[at : at + fit]))
         for at in range(0, len(row), fit)]
        for row in codes
    ], np.uint32)  # fmt: skip


def compressed_tensors(
    outputs: int = 16,
    inputs: int = 64,
    *,
    bits: int = 4,
    group: int | None = 16,
    asymmetric: bool = False,
    whole_words: bool = False,
    act_order: bool = False,
    unset_order: bool = False,
    seed: int = 0,
) -> Packed:
    draw = drawn(seed)
    half, size = 2 ** (bits - 1), group or inputs
    groups = inputs // size
    q = draw.integers(-half, half, (outputs, inputs))
    z = draw.integers(-half, half, (outputs, groups)) if asymmetric else np.zeros((outputs, groups))
    s = draw.uniform(0.001, 0.1, (outputs, groups)).astype(np.float32)
    g = np.arange(inputs) // size
    g = draw.permutation(g) if act_order else g
    weight = (q - z[:, g]) * s.astype(float)[:, g]
    pack = in_whole_words if whole_words else rows_of_bits
    tensors: dict[str, Array] = {
        "fc.weight_packed": pack(q + half, bits).view(np.int32),
        "fc.weight_scale": s,
        "fc.weight_shape": np.array([outputs, inputs]),
    }
    if asymmetric:
        points = pack((z + half).T, bits).view(np.int32)
        tensors["fc.weight_zero_point"] = points.T.copy()
    if act_order or unset_order:
        tensors["fc.weight_g_idx"] = (g if act_order else np.full(inputs, -1)).astype(np.int32)
    scheme = {"num_bits": bits, "type": "int", "group_size": group, "symmetric": not asymmetric,
              "actorder": "group" if act_order else None}  # fmt: skip
    config: dict[str, Any] = {
        "quant_method": "compressed-tensors",
        "format": "pack-quantized",
        "config_groups": {"group_0": {"targets": ["Linear"], "weights": scheme}},
    }
    return Packed(tensors, weight, bits, size, config=config)


def bitsandbytes4(
    shape: tuple[int, ...] = (12, 40),
    *,
    kind: str = "nf4",
    block: int = 64,
    nested: bool = False,
    dtype: str = "float32",
    seed: int = 0,
) -> Packed:
    draw = drawn(seed)
    n = int(np.prod(shape))
    blocks = -(-n // block)
    codes = draw.integers(0, 16, n)
    table = NF4 if kind == "nf4" else FP4
    pairs = np.append(codes, 0)[: n + n % 2].reshape(-1, 2)
    prefix = "fc.weight"
    state = {"quant_type": kind, "blocksize": block, "dtype": dtype, "shape": list(shape)}
    scales: Array = draw.uniform(0.1, 2, blocks).astype(np.float32)
    tensors: dict[str, Array] = {
        prefix: (pairs[:, 0] * 16 + pairs[:, 1]).astype(np.uint8)[:, None],
        f"{prefix}.quant_map": table,
    }
    if nested:
        outer = 4
        q = draw.integers(0, 256, blocks).astype(np.uint8)
        outer_table = np.sort(draw.uniform(-1, 1, 256)).astype(np.float32)
        outer_scales = draw.uniform(0.1, 1, -(-blocks // outer)).astype(np.float32)
        state |= {"nested_blocksize": outer, "nested_dtype": "float32", "nested_offset": 1.5}
        scales = np.array([
            outer_table[q[j]] * outer_scales[j // outer] + np.float32(1.5) for j in range(blocks)
        ], np.float32)  # fmt: skip
        tensors |= {f"{prefix}.absmax": q, f"{prefix}.nested_absmax": outer_scales}
        tensors[f"{prefix}.nested_quant_map"] = outer_table
    else:
        tensors[f"{prefix}.absmax"] = scales
    text = np.frombuffer(json.dumps(state).encode(), np.uint8)
    tensors[f"{prefix}.quant_state.bitsandbytes__{kind}"] = text
    weight = np.array([table[codes[i]] * scales[i // block] for i in range(n)], np.float32)
    rounded = weight.astype(dtype).astype(float) if dtype != "bfloat16" else _bfloat16(weight)
    return Packed(tensors, rounded.reshape(shape), 4, block)


def _bfloat16(values: Array) -> Array:
    import torch

    return torch.from_numpy(values).bfloat16().double().numpy()


def bitsandbytes8(outputs: int = 12, inputs: int = 40, *, seed: int = 0) -> Packed:
    draw = drawn(seed)
    q = draw.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    s = draw.uniform(0.1, 2, outputs).astype(np.float32)
    tensors: dict[str, Array] = {
        "fc.weight": q,
        "fc.SCB": s,
        "fc.weight_format": np.zeros((), np.uint8),
    }
    return Packed(tensors, q * s.astype(float)[:, None] / 127, 8, inputs)


def words_of(codes: list[int], bits: int) -> Array:
    return np.array(bits_of(codes, bits), np.uint32)
