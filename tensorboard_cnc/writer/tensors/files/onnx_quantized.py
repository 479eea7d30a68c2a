"""Weights that an ONNX graph dequantizes: by DequantizeLinear, or within MatMulNBits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.files.onnx_graph import attribute
from tensorboard_cnc.writer.tensors.formats.format import Decoded, NotUnderstoodError, weight
from tensorboard_cnc.writer.tensors.formats.pieces import Groups, by_rows, rounded, rows_of, whole
from tensorboard_cnc.writer.tensors.number_formats import unpacked
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource, value_bits

_CODES = ("int", "uint", "float8", "float4")
_SCALES = ("float32", "float16", "bfloat16")
_BITS = (2, 4, 8)

# The tensors that a node uses; None for one that it leaves out.
Inputs = list[TensorSource | None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the scale of a value stands: by `axis`, in blocks of `size` along it."""

    shape: tuple[int, ...]
    axis: int
    size: int

    @classmethod
    def of(cls, node: Any, shape: tuple[int, ...], scales: tuple[int, ...]) -> Places | None:
        """None for one scale of all.

        Raises:
          NotUnderstoodError: the scales do not fit.
        """
        if prod(scales) == 1 and len(scales) < 2:
            return None
        axis, block = attribute(node, "axis", 1), attribute(node, "block_size", 0)
        if not -len(shape) <= axis < len(shape):
            raise NotUnderstoodError(f"its axis is {axis}, its shape {shape}")
        axis %= len(shape)
        blocks = -(-shape[axis] // block) if block > 0 else 0
        if not block and scales == (shape[axis],):
            return cls(shape, axis, 0)
        if block > 0 and scales == (*shape[:axis], blocks, *shape[axis + 1 :]):
            return cls(shape, axis, block)
        raise NotUnderstoodError(f"scales of shape {scales} do not fit {shape}")

    def indices(self, start: int, stop: int) -> NDArray[np.int64]:
        """Which scale is that of each position."""
        inner, length = prod(self.shape[self.axis + 1 :]), self.shape[self.axis]
        at = np.arange(start, stop)
        along = at // inner % length
        if not self.size:
            return along
        blocks = -(-length // self.size)
        found: NDArray[np.int64] = (
            at // (inner * length) * blocks + along // self.size
        ) * inner + at % inner
        return found


def dequantized(node: Any, inputs: Inputs, name: str) -> Decoded:
    """What DequantizeLinear makes of constants.

    Raises:
      NotUnderstoodError: they do not fit, or are of other types.
    """
    codes, scale, *more = inputs
    zero = more[0] if more else None
    if codes is None or scale is None or not codes.dtype.startswith(_CODES):
        raise NotUnderstoodError("it is not made of codes and scales")
    if scale.dtype not in _SCALES or attribute(node, "output_dtype", 0):
        raise NotUnderstoodError(f"scales of {scale.dtype} are not read")
    alike = zero is None or zero.shape == scale.shape or zero.size == scale.size == 1
    if zero is not None and not (alike and zero.dtype == codes.dtype):
        raise NotUnderstoodError(f"zero points of {zero.dtype} {zero.shape} do not fit")
    places = Places.of(node, codes.shape, scale.shape)
    points = None if zero is None else whole(zero).astype(np.float32)
    floats = codes.dtype.startswith("float")
    if floats and points is not None and points.any():
        raise NotUnderstoodError("floats have no zero points")
    bits = round(value_bits(codes))
    middle = 0 if floats or codes.dtype.startswith("int") else 2 ** (bits - 1)
    scheme = Scheme(
        bits=bits,
        algorithm="ONNX DequantizeLinear",
        symmetric=bool((points == middle).all()) if points is not None else middle == 0,
        group=_group(places, codes.size, scale.size),
        axis=places.axis if places is not None and not places.size else None,
        scales=scale.size,
    )
    return weight(
        codes,
        [each for each in (scale, zero) if each is not None],
        name=name,
        shape=codes.shape,
        open_=_reader_of(codes, scale, points, places),
        scheme=scheme,
        storage=codes.dtype,
    )


def _group(places: Places | None, size: int, scales: int) -> int | None:
    if places is None:
        return None
    return places.size or size // scales


def _reader_of(
    codes: TensorSource, scale: TensorSource, points: NDArray[Any] | None, places: Places | None
) -> Callable[[], Read]:
    def open_() -> Read:
        fields, factors = codes.open(), whole(scale).astype(np.float32)

        def piece(start: int, stop: int) -> NDArray[Any]:
            at: Any = 0 if places is None else places.indices(start, stop)
            values = fields(start, stop).astype(np.float32)
            if points is not None:
                values -= points[at]
            with np.errstate(over="ignore", invalid="ignore"):
                values *= factors[at]
            return rounded(values, scale.dtype)

        return piece

    return open_


def blockwise(node: Any, inputs: Inputs, name: str) -> Decoded:
    """The weight (outputs, inputs) of MatMulNBits.

    Raises:
      NotUnderstoodError: its parts do not fit.
    """
    padded: Inputs = [*inputs, None, None, None, None, None]
    codes, scale, zero, order = padded[1:5]
    width, height = attribute(node, "K", 0), attribute(node, "N", 0)
    bits, size = attribute(node, "bits", 4), attribute(node, "block_size", 0)
    if codes is None or scale is None or bits not in _BITS or min(width, height, size) < 1:
        raise NotUnderstoodError(f"it has {bits} bits and blocks of {size}")
    blocks = -(-width // size)
    row = blocks * size * bits // 8
    if codes.dtype != "uint8" or codes.size != height * row or size * bits % 8:
        raise NotUnderstoodError(
            f"codes of {codes.dtype} {codes.shape} do not fit ({height}, {width})"
        )
    if scale.size != height * blocks or scale.dtype not in _SCALES:
        raise NotUnderstoodError(f"scales of {scale.dtype} {scale.shape} do not fit")
    points = _points(zero, height, blocks, bits)
    groups = _groups(order, width, blocks, size)
    scheme = Scheme(
        bits=bits,
        algorithm="ONNX MatMulNBits",
        symmetric=bool((points == 2 ** (bits - 1)).all()),
        group=size,
        scales=scale.size,
    )

    parts = [each for each in (scale, zero, order) if each is not None]
    return weight(
        codes,
        parts,
        name=name,
        shape=(height, width),
        open_=_blocks_reader(codes, scale, points, groups, bits=bits, width=width),
        scheme=scheme,
        storage=f"uint{bits}",
    )


def _blocks_reader(
    codes: TensorSource,
    scale: TensorSource,
    points: NDArray[Any],
    groups: Groups,
    *,
    bits: int,
    width: int,
) -> Callable[[], Read]:
    height, blocks = points.shape

    def open_() -> Read:
        packed, factors = rows_of(codes, codes.size // height), whole(scale, (height, blocks))

        def rows(first: int, last: int) -> NDArray[Any]:
            flat = packed(first, last).astype(np.uint8).reshape(-1)
            fields = flat if bits == 8 else unpacked(flat, bits)
            values = fields.reshape(last - first, -1).astype(np.float32)
            if groups.of_column is not None:
                values = np.ascontiguousarray(values[:, :width])
            values = groups.apply(np.subtract, values, points[first:last])
            return groups.apply(np.multiply, values, factors[first:last])[:, :width]

        return by_rows(width, rows)

    return open_


def _points(zero: TensorSource | None, height: int, blocks: int, bits: int) -> NDArray[Any]:
    """Zero points (outputs, blocks): packed by row as whole numbers, or unpacked as floats."""
    if zero is None:
        return np.full((height, blocks), 2 ** (bits - 1), np.float32)
    if zero.dtype == "uint8" and zero.size == height * -(-blocks * bits // 8):
        flat = whole(zero).astype(np.uint8)
        fields = flat if bits == 8 else unpacked(flat, bits)
        return fields.reshape(height, -1)[:, :blocks].astype(np.float32)
    if zero.dtype in _SCALES and zero.size == height * blocks:
        return whole(zero, (height, blocks)).astype(np.float32)
    raise NotUnderstoodError(f"zero points of {zero.dtype} {zero.shape} do not fit")


def _groups(order: TensorSource | None, width: int, blocks: int, size: int) -> Groups:
    if order is None:
        return Groups(size)
    of_column = whole(order).astype(np.int64)
    if order.size < width or of_column.min() < 0 or of_column.max() >= blocks:
        raise NotUnderstoodError("its g_idx names other groups")
    return Groups(size, of_column[:width])
