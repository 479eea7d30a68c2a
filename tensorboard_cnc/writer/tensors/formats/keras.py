"""Keras 3: int8 divided by a scale; int4 two a byte along the last axis, in groups or divided.

``kernel`` (inputs, outputs) has a ``kernel_scale`` for each output, ``embeddings`` (rows,
columns) an ``embeddings_scale`` for each row. In groups, (code − zero) · scale, where ``g_idx``
names the group of each input, or of each column of an embedding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    NotUnderstoodError,
    groups_named,
    weight,
)
from tensorboard_cnc.writer.tensors.formats.microscaling import nibbles
from tensorboard_cnc.writer.tensors.formats.pieces import Rows, by_rows, rows_of, signed, whole
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource
from tensorboard_cnc.writer.tensors.unread_codes import split

_PIECE = 2**18
# Multiplied by more than this, 127 would be a weight of 508: such scales divide.
_DIVIDES = 4


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight in its own order of dimensions."""
    parts = checkpoint.endings(codes.name)
    scale, zero = parts.get("_scale"), parts.get("_zero")
    order = checkpoint.beside(codes.name, "g_idx")
    if codes.dtype != "int8" or scale is None:
        return None
    if len(codes.shape) != 2 or not scale.dtype.startswith("float"):
        raise NotUnderstoodError(f"they are of shape {codes.shape} with {scale.dtype} scales")
    by_row = split(codes.name)[1] == "embeddings"
    if zero is not None and order is not None:
        return _groups(codes, scale, zero, order, by_row=by_row)
    if zero is not None or order is not None:
        raise NotUnderstoodError("they have only one of zero points and g_idx")
    return _quotients(codes, scale, by_row=by_row)


def _quotients(codes: TensorSource, scale: TensorSource, *, by_row: bool) -> Decoded:
    rows, width = codes.shape
    columns = width if by_row else scale.size
    packed = columns != width
    if by_row and scale.shape != (rows,):
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape}")
    if not by_row and (scale.shape[-1:] != (columns,) or width not in (columns, -(-columns // 2))):
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape}")
    if columns == 1 or not (packed or _has_whole_bytes(codes)):
        raise NotUnderstoodError("they may be of 8 or of 4 bits")
    if whole(scale).min() <= _DIVIDES:
        why = "whether to multiply by their scales or to divide is not known"
        raise NotUnderstoodError(why, rows * columns)
    bits = 4 if packed else 8

    def open_() -> Read:
        stored = _fields(codes, columns)
        scales = whole(scale, (-1, 1) if by_row else (1, -1))

        def read(first: int, last: int) -> NDArray[Any]:
            by = scales[first:last] if by_row else scales
            found: NDArray[Any] = stored(first, last) / by
            return found.astype(np.float32)

        return by_rows(columns, read)

    axis, group = (0, columns) if by_row else (1, rows)
    scheme = Scheme(bits=bits, algorithm="Keras", symmetric=True, group=group, axis=axis,
                    scales=scale.size)  # fmt: skip
    name, shape, storage = codes.name, (rows, columns), f"int{bits}"
    return weight(
        codes, (scale,), name=name, shape=shape, open_=open_, scheme=scheme, storage=storage
    )


def _has_whole_bytes(codes: TensorSource) -> bool:
    """Whether a byte holds a nibble that codes of 4 bits never are: −8 is out of their range.

    Earlier versions packed them along the inputs, which looks like fewer inputs of 8 bits.
    """
    read = codes.open()
    pieces = (
        read(at, min(at + _PIECE, codes.size)).astype(np.int8).view(np.uint8)
        for at in range(0, codes.size, _PIECE)
    )
    return any(bool((piece & 15 == 8).any() or (piece >> 4 == 8).any()) for piece in pieces)


def _groups(
    codes: TensorSource,
    scale: TensorSource,
    zero: TensorSource,
    order: TensorSource,
    *,
    by_row: bool,
) -> Decoded:
    """Codes of 4 bits; groups are of inputs, or of the columns of an embedding."""
    rows, width = codes.shape
    along = order.size
    if len(scale.shape) != 2 or zero.shape != scale.shape or zero.dtype != "int8":
        raise NotUnderstoodError(f"zero points are {zero.dtype} of shape {zero.shape}")
    columns = along if by_row else scale.shape[1]
    groups = scale.shape[1 if by_row else 0]
    fits = (scale.shape[0] if by_row else along) == rows and width == -(-columns // 2)
    if not fits or columns == 1:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape}")
    of_input = groups_named(order, groups)

    def open_() -> Read:
        stored = _fields(codes, columns)
        scales, zeros = (_by_index(each, of_input, by_row=by_row) for each in (scale, zero))

        def read(first: int, last: int) -> NDArray[Any]:
            values = stored(first, last) - zeros(first, last)
            return (values * scales(first, last)).astype(np.float32)

        return by_rows(columns, read)

    scheme = Scheme(bits=4, algorithm="Keras", symmetric=False, scales=scale.size,
                    group=int(np.bincount(of_input).max()))  # fmt: skip
    parts, name, shape = (scale, zero, order), codes.name, (rows, columns)
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage="int4")


def _by_index(table: TensorSource, of_input: NDArray[np.int64], *, by_row: bool) -> Rows:
    """What stands for the groups of some rows: of each row's columns, or of the rows."""
    stored = rows_of(table, table.shape[1])
    if by_row:
        return lambda first, last: stored(first, last)[:, of_input]
    by_input = stored(0, table.shape[0])
    return lambda first, last: by_input[of_input[first:last]]


def _fields(codes: TensorSource, columns: int) -> Rows:
    """The codes of some rows, one or two of which are in a byte."""
    width = codes.shape[1]
    stored = rows_of(codes, width)
    if width == columns:
        return stored

    def rows(first: int, last: int) -> NDArray[Any]:
        pairs = stored(first, last).astype(np.int8).view(np.uint8)
        return signed(nibbles(pairs), 4)[:, :columns]

    return rows
