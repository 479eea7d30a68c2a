"""Codes of one number each, multiplied by scales that stand beside them: int8 and FP8.

So do compressed-tensors (``weight_scale``, perhaps ``weight_zero_point``), DeepSeek and
Transformers (``weight_scale_inv``, which multiplies too), ComfyUI (``scale_weight``), and FP8
experts of three dimensions. Scales may be powers of two (E8M0), those of MXFP8 as bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.formats.blocks import Blocks
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    weight,
)
from tensorboard_cnc.writer.tensors.formats.pieces import Rows, by_rows, rounded, rows_of, whole
from tensorboard_cnc.writer.tensors.number_formats import values_of
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource, value_bits
from tensorboard_cnc.writer.tensors.unread_codes import split

_SCALES = ("_scale", "_scale_inv")
_ZERO = "_zero_point"
# Values that share a scale: Open Compute Project, Microscaling Formats 1.0 (2023).
_MXFP8 = 32


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The values of codes, where nothing else beside them could mean that they are others."""
    scale = _scale_of(codes, checkpoint)
    if scale is None:
        return None
    shape = codes.shape
    grid = _grid(shape, scale.shape)
    blocks = _blocks(codes, grid, _stated(checkpoint)) if grid else None
    zero = checkpoint.tensors.get(codes.name + _ZERO)
    if (
        grid is None
        or blocks is None
        or not (_plain(scale, codes) or _is_mxfp8(codes, scale, blocks))
    ):
        return None
    if zero is not None and zero.shape != scale.shape:
        return None
    return scaled(codes, scale, zero, grid, blocks, name=codes.name)


def scaled(
    codes: TensorSource,
    scale: TensorSource,
    zero: TensorSource | None,
    grid: tuple[int, int],
    blocks: Blocks,
    *,
    name: str,
    algorithm: str = "",
    bits: float = 0,
    dtype: str = "float32",
) -> Decoded:
    """(code − zero point) · scale, rounded to `dtype`; `grid` are the scales of each matrix."""
    columns = codes.shape[-1]
    one_to_a_row = len(codes.shape) == 2 and blocks == Blocks(1, columns) and scale.size > 1
    scheme = Scheme(
        bits=bits or value_bits(codes),
        algorithm=algorithm,
        symmetric=zero is None or not whole(zero).any(),
        group=None if scale.size == 1 else blocks.rows * blocks.columns,
        axis=0 if one_to_a_row else None,
        scales=scale.size,
    )

    def open_() -> Read:
        numbers = [_numbers(scale), *map(whole, parts[1:])]
        tables = [_spread(each, codes.shape, grid, blocks) for each in numbers]
        return by_rows(columns, _values(rows_of(codes, columns), tables, dtype))

    parts = (scale,) if zero is None else (scale, zero)
    shape, storage = codes.shape, f"int{bits:g}" if bits else codes.storage
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage=storage)


def _values(codes: Rows, tables: Sequence[Rows], dtype: str) -> Rows:
    """Codes times the first of the tables, less the second, if there is one, before that."""
    scales, *points = tables

    def rows(first: int, last: int) -> NDArray[Any]:
        values = codes(first, last)
        for each in points:
            values = values - each(first, last)
        return rounded((values * scales(first, last)).astype(np.float32), dtype)

    return rows


def _scale_of(codes: TensorSource, checkpoint: Checkpoint) -> TensorSource | None:
    last = split(codes.name)[1]
    narrow = codes.dtype.startswith("float8")
    if not (codes.dtype == "int8" or narrow) or codes.scheme is not None or 0 in codes.shape:
        return None
    # Keras divides by its "kernel_scale"; an integer of three dimensions may be anything.
    if last.startswith(("kernel", "embeddings")) or (not narrow and last != "weight"):
        return None
    endings = checkpoint.endings(codes.name)
    beside = {each: endings[each] for each in _SCALES if each in endings}
    other = checkpoint.beside(codes.name, "scale_weight") if last == "weight" else None
    if other is not None and narrow and other.size == 1:
        beside["scale_weight"] = other
    if len(beside) != 1 or not endings.keys() <= {"", _ZERO, *_SCALES}:
        return None
    return next(iter(beside.values()))


def _plain(scale: TensorSource, codes: TensorSource) -> bool:
    """Whether scales are numbers as they stand; int8 beside scales of 8 bits may be packed FP4."""
    if scale.dtype.startswith("float8"):
        return scale.dtype == "float8_e8m0fnu" and codes.dtype != "int8"
    return scale.dtype.startswith(("float", "bfloat"))


def _is_mxfp8(codes: TensorSource, scale: TensorSource, blocks: Blocks) -> bool:
    """Whether bytes beside float8 are powers of two, each for a block of its standard's size."""
    return scale.dtype == "uint8" and codes.dtype != "int8" and blocks == Blocks(1, _MXFP8)


def _stated(checkpoint: Checkpoint) -> tuple[int, int] | None:
    """The block that the config says."""
    match checkpoint.quantization.get("weight_block_size"):
        case [int(rows), int(columns)] if rows > 0 and columns > 0:
            return rows, columns
    return None


def _grid(shape: tuple[int, ...], scales: tuple[int, ...]) -> tuple[int, int] | None:
    """The scales of one matrix: one in all is () or (1,), one to a row (rows,) or (rows, 1)."""
    if len(shape) == 2 and len(scales) <= 2:
        # One to each part of what was joined is not one to a row, and parts have several sizes.
        if len(scales) == 1 and scales[0] not in (1, shape[0]):
            return None
        down, across = (*scales, 1, 1)[:2]
        return down, across
    if len(shape) == 3 and len(scales) == 3 and scales[0] == shape[0]:
        return scales[1], scales[2]
    return (1, 1) if len(shape) == 3 and scales in ((), (1,)) else None


def _blocks(
    codes: TensorSource, grid: tuple[int, int], stated: tuple[int, int] | None
) -> Blocks | None:
    shape = (codes.shape[-2], codes.shape[-1])
    found = Blocks.of(shape, grid, stated)
    # An int8 matrix with a grid of scales may hold two FP4 codes a byte, unless its config says.
    several_rows = grid[0] not in (1, shape[0])
    unsure = codes.dtype == "int8" and several_rows and stated is None
    return None if unsure else found


def _numbers(scale: TensorSource) -> NDArray[Any]:
    if scale.dtype != "uint8":
        return whole(scale)
    powers: NDArray[Any] = values_of("float8_e8m0fnu")[whole(scale).astype(np.uint8)]
    return powers


def _spread(
    numbers: NDArray[Any], shape: tuple[int, ...], grid: tuple[int, int], blocks: Blocks
) -> Rows:
    """Scales, or zero points, as a matrix that broadcasts over the rows of the codes."""
    high, columns = shape[-2:]
    table = numbers.reshape(-1, grid[1])
    each_matrix = len(table) > grid[0]

    def rows(first: int, last: int) -> NDArray[Any]:
        matrix, row = np.divmod(np.arange(first, last), high)
        at = row // blocks.rows + (matrix * grid[0] if each_matrix else 0)
        found = table[at]
        return found if grid[1] == 1 else np.repeat(found, blocks.columns, 1)[:, :columns]

    return rows
