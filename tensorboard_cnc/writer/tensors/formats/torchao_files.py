"""Files of torchao: the parts of a tensor subclass beside each other, its class in the metadata.

``fc._weight_qdata`` with ``_weight_scale``, perhaps ``_weight_zero_point`` and
``_weight_per_tensor_scale``; what the metadata says of ``fc.weight`` is JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import prod
from typing import Any

from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.formats.blocks import Blocks
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    NotUnderstoodError,
    said,
)
from tensorboard_cnc.writer.tensors.formats.microscaling import MXFP4, NVFP4, fp4, times
from tensorboard_cnc.writer.tensors.formats.pieces import Rows, rows_of, whole
from tensorboard_cnc.writer.tensors.formats.scaled_codes import scaled
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource

_NAME = re.compile(r"(?P<module>(?:.*\.)?)_(?P<own>\w+)_qdata")
_CODES: dict[str, tuple[str, ...]] = {
    "Int8Tensor": ("int8",),
    "IntxUnpackedToInt8Tensor": ("int8",),
    "Float8Tensor": ("float8",),
    "NVFP4Tensor": ("uint8",),
    "MXTensor": ("uint8", "float8"),
}
_BITS = re.compile(r"int([1-8])")
# Rows and columns of scales that a kernel wants next to each other.
_HIGH, _WIDE = 128, 4


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight as the class of its tensor dequantizes it."""
    place = _NAME.fullmatch(codes.name)
    if place is None:
        return None
    name, prefix = place["module"] + place["own"], codes.name.removesuffix("qdata")
    parts = checkpoint.endings(prefix)
    text = checkpoint.metadata.get(name)
    if text is None:
        raise NotUnderstoodError("the metadata of a file says their class, and there is none")
    kind, data = _said(text)
    scale = parts.get("scale")
    if "act_pre_scale" in parts:
        raise NotUnderstoodError("their inputs are scaled too")
    if scale is None or not codes.dtype.startswith(_CODES.get(kind, ())):
        raise NotUnderstoodError(f"a {kind} of {codes.dtype} codes is not known")
    dtype = _dtype(data.get("dtype", data.get("orig_dtype")))
    if kind in ("NVFP4Tensor", "MXTensor"):
        return _microscaled(codes, scale, parts.get("per_tensor_scale"), kind, data, name, dtype)
    if not scale.dtype.startswith(("float16", "float32", "bfloat16")):
        raise NotUnderstoodError(f"their scales are {scale.dtype}")
    block = _block(codes, scale, data)
    found = _BITS.fullmatch(_dtype(data.get("target_dtype")))
    return scaled(
        codes,
        scale,
        parts.get("zero_point"),
        _grid(codes, block),
        Blocks(*block[-2:]),
        name=name,
        algorithm=f"torchao {kind}",
        bits=int(found[1]) if found else 0,
        dtype=dtype,
    )


def _said(text: str) -> tuple[str, Mapping[str, Any]]:
    """The class of a tensor, and its attributes."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("the metadata is not JSON") from error
    match found:
        case {"_type": str(kind), "_data": dict(data)}:
            return kind, data
    raise NotUnderstoodError("the metadata names no class")


def _dtype(given: Any) -> str:
    """The name of a type of torch."""
    match given:
        case {"_type": "torch.dtype", "_data": str(name)}:
            return name
    return ""


def _block(codes: TensorSource, scale: TensorSource, data: Mapping[str, Any]) -> tuple[int, ...]:
    """How many values share a scale, by dimension."""
    given, shape = said(data, "block_size", list), codes.shape
    if len(shape) < 2 or not given or len(given) != len(shape):
        raise NotUnderstoodError(f"block_size is {given!r}")
    block = tuple(size if each == -1 else each for each, size in zip(given, shape, strict=True))
    if not all(type(each) is int and each > 0 for each in block):
        raise NotUnderstoodError(f"block_size is {given!r}")
    grid = tuple(-(-size // each) for size, each in zip(shape, block, strict=True))
    leading = set(block[:-2]) <= {1} or scale.size == 1
    ragged = any(size % each for size, each in zip(shape, block, strict=True))
    if (scale.shape != grid and not scale.size == 1 == prod(grid)) or not leading or ragged:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit blocks {block}")
    return block


def _grid(codes: TensorSource, block: tuple[int, ...]) -> tuple[int, int]:
    return codes.shape[-2] // block[-2], codes.shape[-1] // block[-1]


def _microscaled(
    codes: TensorSource,
    scale: TensorSource,
    overall: TensorSource | None,
    kind: str,
    data: Mapping[str, Any],
    name: str,
    dtype: str,
) -> Decoded:
    block = NVFP4 if kind == "NVFP4Tensor" else MXFP4
    scales_of = "float8_e4m3fn" if kind == "NVFP4Tensor" else "float8_e8m0fnu"
    swizzled = said(data, "is_swizzled_scales", bool)
    if said(data, "block_size", int) != block or scale.dtype != scales_of or len(codes.shape) != 2:
        raise NotUnderstoodError(f"its block_size is {data.get('block_size')!r}")
    if codes.dtype.startswith("float8"):
        if swizzled is not False or scale.shape != (codes.shape[0], codes.shape[1] // block):
            raise NotUnderstoodError("their scales are in an order of their own")
        grid = (scale.shape[0], scale.shape[1])
        return scaled(codes, scale, None, grid, Blocks(1, block), name=name, dtype=dtype,
                      algorithm="MXFP8")  # fmt: skip
    elements = _dtype(data.get("elem_dtype"))
    if codes.dtype != "uint8" or not (block == NVFP4 or elements.startswith("float4")):
        raise NotUnderstoodError(f"they are {codes.dtype} that stand for {elements}")
    columns = _scales_in_row(codes, scale, block, swizzled)
    by = 1.0 if overall is None else float(whole(overall)[0])

    def scales() -> Rows:
        return times(_swizzled(scale, columns) if swizzled else rows_of(scale, columns), by)

    parts = (scale,) if overall is None else (scale, overall)
    layout = "NVFP4" if block == NVFP4 else "MXFP4"
    return fp4(codes, parts, scales, name=name, kind=layout, dtype=dtype)


def _scales_in_row(
    codes: TensorSource, scale: TensorSource, block: int, swizzled: bool | None
) -> int:
    rows, columns = codes.shape[0], 2 * codes.shape[1] // block
    padded = -(-rows // _HIGH) * _HIGH * -(-columns // _WIDE) * _WIDE
    fits = scale.size == padded if swizzled else scale.shape == (rows, columns)
    if swizzled is None or not fits or 2 * codes.shape[1] % block:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape} bytes")
    return columns


def _swizzled(scale: TensorSource, columns: int) -> Rows:
    """Scales that were laid out in tiles of 128 rows and 4 columns, both padded."""
    wide = -(-columns // _WIDE)
    tiles = rows_of(scale, _HIGH * _WIDE * wide)

    def rows(first: int, last: int) -> NDArray[Any]:
        at = first // _HIGH
        found = tiles(at, -(-last // _HIGH)).reshape(-1, wide, 32, 4, 4)
        plain = found.transpose(0, 3, 2, 1, 4).reshape(-1, _WIDE * wide)
        return plain[first - at * _HIGH : last - at * _HIGH, :columns]

    return rows
