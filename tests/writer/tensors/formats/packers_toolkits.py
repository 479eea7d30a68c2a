"""torchao's files, HQQ, quanto, ModelOpt, MLX and Keras, packed by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tests.writer.tensors.formats.packed import (
    Array,
    Packed,
    drawn,
    float8,
    rows_of_bits,
)
from tests.writer.tensors.formats.packers_floats import E2M1, pairs_of


def _note(kind: str, dtype: str, **data: Any) -> dict[str, str]:
    values = {"dtype": {"_type": "torch.dtype", "_data": dtype}, **data}
    return {"fc.weight": json.dumps({"_type": kind, "_data": values})}


def torchao_int(
    outputs: int = 12, inputs: int = 64, *, bits: int = 4, group: int = 16, seed: int = 0
) -> Packed:
    draw = drawn(seed)
    half = 2 ** (bits - 1)
    q = draw.integers(-half, half, (outputs, inputs)).astype(np.int8)
    z = draw.integers(-half, half, (outputs, inputs // group)).astype(np.int8)
    s = draw.uniform(0.001, 0.1, z.shape).astype(np.float32)
    weight = (q - np.repeat(z.astype(int), group, 1)) * np.repeat(s.astype(float), group, 1)
    kind = "Int8Tensor" if bits == 8 else "IntxUnpackedToInt8Tensor"
    target = {} if bits == 8 else {"target_dtype": {"_type": "torch.dtype", "_data": f"int{bits}"}}
    tensors: dict[str, Array] = {
        "fc._weight_qdata": q,
        "fc._weight_scale": s,
        "fc._weight_zero_point": z,
    }
    note = _note(kind, "float32", block_size=[1, group], **target)
    return Packed(tensors, weight, bits, group, metadata=note)


def torchao_float8(outputs: int = 12, inputs: int = 64, *, seed: int = 0) -> Packed:
    draw = drawn(seed)
    codes, values = float8(draw.normal(0, 50, (outputs, inputs)))
    s = draw.uniform(0.001, 0.1, (outputs, 1)).astype(np.float32)
    tensors: dict[str, Array] = {"fc._weight_qdata": codes, "fc._weight_scale": s}
    note = _note("Float8Tensor", "float32", block_size=[1, inputs])
    return Packed(tensors, values * s.astype(float), 8, inputs, metadata=note,
                  types={"fc._weight_qdata": "F8_E4M3"})  # fmt: skip


def torchao_fp4(
    outputs: int = 12, inputs: int = 64, *, layout: str = "NVFP4", swizzled: bool = False,
    overall: bool = False, seed: int = 0,
) -> Packed:  # fmt: skip
    draw = drawn(seed)
    group = 16 if layout == "NVFP4" else 32
    q = draw.integers(0, 16, (outputs, inputs))
    grid = (outputs, inputs // group)
    codes: Array
    if layout == "NVFP4":
        codes, scales = float8(draw.uniform(1, 400, grid))
    else:
        codes = draw.integers(110, 130, grid).astype(np.uint8)
        scales = 2.0 ** (codes.astype(int) - 127)
    factor = np.float32(0.0021) if overall else np.float32(1)
    weight = E2M1[q] * np.repeat(scales * float(factor), group, 1)
    tensors: dict[str, Array] = {
        "fc._weight_qdata": pairs_of(q),
        "fc._weight_scale": _swizzled(codes) if swizzled else codes,
    }
    if overall:
        tensors["fc._weight_per_tensor_scale"] = np.array(factor)
    note = _note(f"{layout[:2]}{'FP4' if group == 16 else ''}Tensor", "float32", block_size=group,
                 is_swizzled_scales=swizzled,
                 elem_dtype={"_type": "torch.dtype", "_data": "float4_e2m1fn_x2"})  # fmt: skip
    kind = "F8_E4M3" if layout == "NVFP4" else "F8_E8M0"
    return Packed(tensors, weight, 4, group, metadata=note, types={"fc._weight_scale": kind})


def _swizzled(codes: Array) -> Array:
    """Tiles of 128 × 4: row 32·j + i of a tile at [i, j]."""
    rows, columns = codes.shape
    high, wide = -(-rows // 128), -(-columns // 4)
    found = np.zeros((high, wide, 32, 4, 4), np.uint8)
    for r in range(rows):
        for c in range(columns):
            found[r // 128, c // 4, r % 32, r % 128 // 32, c % 4] = codes[r, c]
    return found.reshape(32 * high, 16 * wide)


def hqq(
    shape: tuple[int, ...] = (24, 40), *, bits: float = 4, group: int = 8, axis: int = 1,
    seed: int = 0,
) -> Packed:  # fmt: skip
    draw = drawn(seed)
    packing = {8: "8bit_u8", 6: "8bit_u8", 5: "8bit_u8", 4: "4bit_u8", 3: "3bit_32", 2: "2bit_u8",
               1.58: "2bit_u8", 1: "1bit_u8"}[bits]  # fmt: skip
    groups = int(np.prod(shape)) // group
    matrix = (groups, group) if axis == 1 else (group, groups)
    q = draw.integers(0, round(2**bits), matrix)
    line = (groups, 1) if axis == 1 else (1, groups)
    s = draw.uniform(0.001, 0.1, line).astype(np.float32)
    z = draw.uniform(0, 2**bits, line).astype(np.float32)
    sections, size = {"8": (1, 8), "4": (2, 4), "3": (10, 3), "2": (4, 2), "1": (8, 1)}[packing[0]]
    height = -(-matrix[0] // sections)
    words = np.zeros((height, matrix[1]), np.int64)
    for r in range(matrix[0]):
        words[r % height] |= q[r] << size * (sections - 1 - r // height)
    tensors: dict[str, Array] = {
        "fc.W_q": words.astype(np.int32 if bits == 3 else np.uint8),
        "fc.scale": s,
        "fc.zero": z,
        "fc.shape": np.array(shape),
        "fc.axis": np.array(axis, np.int32),
        "fc.nbits": np.array(bits, np.float32 if bits == 1.58 else np.int32),
        "fc.group_size": np.array(group, np.int32),
        "fc.packing": np.frombuffer(packing.encode(), np.uint8),
        "fc.view_as_float": np.zeros((), np.uint8),
    }
    weight = (q - z.astype(np.float32)).astype(np.float32) * s.astype(float)
    return Packed(tensors, weight.reshape(shape), bits, group)


def quanto_bytes(shape: tuple[int, ...] = (12, 40), *, small: bool = False) -> Packed:
    draw = drawn()
    s = draw.uniform(0.001, 0.1, (shape[0], *[1] * (len(shape) - 1))).astype(np.float32)
    codes, values = float8(draw.normal(0, 50, shape))
    if not small:
        codes = draw.integers(-127, 128, shape).astype(np.int8)
        values = codes.astype(float)
    tensors: dict[str, Array] = {"fc.weight._data": codes, "fc.weight._scale": s}
    types = {"fc.weight._data": "F8_E4M3"} if small else {}
    inputs = values[0].size
    return Packed(tensors, values * s.astype(float), 8, inputs, types=types)


def quanto_groups(outputs: int = 6, inputs: int = 64, *, bits: int = 4, group: int = 16) -> Packed:
    draw = drawn()
    groups, sections = outputs * inputs // group, 8 // bits
    q = draw.integers(0, 2**bits, (groups, group))
    s = draw.uniform(0.01, 0.1, (groups, 1)).astype(np.float32)
    shift = draw.uniform(0, 1, (groups, 1)).astype(np.float32)
    height = -(-groups // sections)
    words = np.zeros((height, group), np.int64)
    for r in range(groups):
        words[r % height] |= q[r] << bits * (r // height)
    tensors: dict[str, Array] = {
        "fc.weight._data._data": words.astype(np.uint8),
        "fc.weight._scale": s,
        "fc.weight._shift": shift,
    }
    weight = (q.astype(np.float32) * s - shift).astype(float)
    return Packed(tensors, weight.reshape(outputs, inputs), bits, group)


def modelopt(outputs: int = 12, inputs: int = 64, *, group: int = 16, seed: int = 0) -> Packed:
    draw = drawn(seed)
    q = draw.integers(-8, 8, (outputs, inputs))
    s = draw.uniform(0.001, 0.1, (outputs, inputs // group)).astype(np.float32)
    bytes_ = (q[0::2] & 15) + 16 * (q[1::2] & 15)
    tensors: dict[str, Array] = {"fc.weight": bytes_.astype(np.uint8), "fc.weight_scale": s}
    return Packed(tensors, q * np.repeat(s.astype(float), group, 1), 4, group)


def mlx(
    shape: tuple[int, ...] = (12, 64), *, bits: int = 4, group: int = 32, seed: int = 0
) -> Packed:
    draw = drawn(seed)
    grid = (*shape[:-1], shape[-1] // group)
    q = draw.integers(0, 2**bits, shape)
    s = draw.uniform(0.01, 0.1, grid).astype(np.float16)
    b = draw.uniform(1, 2, grid).astype(np.float16)
    words = rows_of_bits(q.reshape(-1, shape[-1]), bits)
    tensors: dict[str, Array] = {
        "fc.weight": words.reshape(*shape[:-1], -1),
        "fc.scales": s,
        "fc.biases": b,
    }
    weight = q * np.repeat(s.astype(float), group, -1) + np.repeat(b.astype(float), group, -1)
    return Packed(tensors, weight, bits, group, config={"bits": bits, "group_size": group})


def mlx_float(outputs: int = 12, inputs: int = 64, *, mode: str = "mxfp4") -> Packed:
    draw = drawn()
    group = 32 if mode == "mxfp4" else 16
    q = draw.integers(0, 16, (outputs, inputs))
    grid = (outputs, inputs // group)
    codes: Array
    if mode == "mxfp4":
        codes = draw.integers(110, 130, grid).astype(np.uint8)
        scales = 2.0 ** (codes.astype(int) - 127)
    else:
        codes, scales = float8(draw.uniform(1, 400, grid))
    tensors: dict[str, Array] = {"fc.weight": rows_of_bits(q, 4), "fc.scales": codes}
    weight = E2M1[q] * np.repeat(scales, group, 1)
    return Packed(tensors, weight, 4, group, config={"mode": mode, "bits": 4, "group_size": group})


def keras8(shape: tuple[int, int] = (40, 12), *, own: str = "kernel", seed: int = 0) -> Packed:
    draw = drawn(seed)
    axis = 0 if own == "kernel" else 1
    w = draw.normal(0, 0.1, shape)
    s = (127 / np.abs(w).max(axis)).astype(np.float32)
    q = np.round(w * np.expand_dims(s, axis)).astype(np.int8)
    tensors: dict[str, Array] = {f"net/fc/{own}": q, f"net/fc/{own}_scale": s}
    weight = q / np.expand_dims(s.astype(float), axis)
    return Packed(tensors, weight, 8, shape[axis], name=f"net/fc/{own}")


def keras4(inputs: int = 40, outputs: int = 11, *, own: str = "kernel", group: int = 0) -> Packed:
    """In groups of inputs, of the columns of an embedding, or, of 0, with a divisor for each."""
    draw = drawn()
    q = draw.integers(-7, 8, (inputs, outputs))
    name = f"net/fc/{own}"
    tensors: dict[str, Array] = {name: pairs_of(np.pad(q & 15, ((0, 0), (0, outputs % 2))))
                                 .view(np.int8)}  # fmt: skip
    if not group:
        s = draw.uniform(20, 90, outputs).astype(np.float32)
        tensors[f"{name}_scale"] = s
        return Packed(tensors, q / s.astype(float), 4, inputs, name=name)
    axis = 0 if own == "kernel" else 1
    along = q.shape[axis]
    g = np.arange(along) // group
    grid = [inputs, outputs]
    grid[axis] = -(-along // group)
    s = draw.uniform(0.001, 0.1, grid).astype(np.float32)
    z = draw.integers(-8, 8, grid).astype(np.int8)
    tensors |= {f"{name}_scale": s, f"{name}_zero": z, "net/fc/g_idx": g.astype(np.float32)}
    weight = (q - np.take(z.astype(int), g, axis)) * np.take(s.astype(float), g, axis)
    return Packed(tensors, weight, 4, group, name=name)


def keras_calibrated(
    inputs: int = 40,
    outputs: int = 11,
    *,
    bits: int = 4,
    group: int = 16,
    awq: bool = False,
    seed: int = 0,
) -> Packed:
    """gptq, with its groups in any order and fractions of an index; or awq, of 4 bits."""
    draw = drawn(seed)
    q = draw.integers(0, 2**bits, (outputs, inputs)).astype(np.uint8)
    # What makes 8 of these bits.
    q[0, 0] = 2**bits - 1
    kept = q if bits != 4 else pairs_of(np.pad(q, ((0, outputs % 2), (0, 0))).T).T.copy()
    groups = -(-inputs // group)
    s = draw.uniform(0.001, 0.1, (outputs, groups)).astype(np.float32)
    z = draw.integers(0, 2**bits, s.shape).astype(np.uint8)
    g = np.arange(inputs) // group if awq else draw.permutation(np.arange(inputs) / group)
    at = g.astype(int)
    weight = ((q.astype(int) - z[:, at]) * s[:, at].astype(float)).T
    name = "net/fc/kernel"
    zero = f"{name}_zero" if awq else "net/fc/zero_point"
    tensors: dict[str, Array] = {
        name: kept, f"{name}_scale": s, zero: z, "net/fc/g_idx": g.astype(np.float32),
    }  # fmt: skip
    if awq:
        tensors["net/fc/awq_scales"] = draw.uniform(0.5, 2, inputs).astype(np.float32)
        weight = weight / tensors["net/fc/awq_scales"].astype(float)[:, None]
    return Packed(tensors, weight, bits, int(np.bincount(at).max()), name=name)
