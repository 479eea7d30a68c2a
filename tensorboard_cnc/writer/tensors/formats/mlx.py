"""MLX: codes one after another in the words of each row, code · scale + bias by group.

``weight`` uint32 (outputs, inputs · b / 32), ``scales`` and ``biases`` (outputs, groups); the
modes mxfp4 and nvfp4 have scales of 8 bits and no biases. config.json says bits and groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    NotUnderstoodError,
    said,
    weight,
)
from tensorboard_cnc.writer.tensors.formats.pieces import (
    Groups,
    Rows,
    bitstream,
    by_rows,
    codes_of,
    rows_of,
)
from tensorboard_cnc.writer.tensors.number_formats import values_of
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource
from tensorboard_cnc.writer.tensors.unread_codes import split

_BITS = (2, 3, 4, 5, 6, 8)
# The format of scales of 8 bits, and how many values share one.
_FLOATS = {"mxfp4": ("float8_e8m0fnu", 32), "nvfp4": ("float8_e4m3fn", 16)}


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight (outputs, inputs), or of experts (experts, outputs, inputs)."""
    scale = checkpoint.beside(codes.name, "scales")
    bias = checkpoint.beside(codes.name, "biases")
    if codes.dtype != "uint32" or scale is None or len(codes.shape) < 2:
        return None
    config = _config(split(codes.name)[0], checkpoint.quantization)
    mode = config.get("mode", "affine")
    bits, group = said(config, "bits", int), said(config, "group_size", int)
    if mode in _FLOATS:
        bits, group = 4, _FLOATS[mode][1]
    elif mode != "affine" or bias is None or bias.shape != scale.shape:
        raise NotUnderstoodError(f"its mode is {mode!r}")
    if bits not in _BITS or not group or group < 1:
        raise NotUnderstoodError("no config says how many bits and which groups they have")
    inputs, rest = divmod(32 * codes.shape[-1], bits)
    if rest or scale.shape != (*codes.shape[:-1], inputs // group) or inputs % group:
        raise NotUnderstoodError(f"{inputs} inputs do not fit scales of shape {scale.shape}")
    if mode in _FLOATS and (scale.dtype != "uint8" or bias is not None):
        raise NotUnderstoodError(f"its mode {mode} has scales of {scale.dtype}")

    def open_() -> Read:
        words = codes_of(codes, codes.shape[-1])
        return by_rows(
            inputs,
            _values(
                lambda first, last: bitstream(words(first, last), bits, inputs),
                _scales(scale, inputs // group, mode),
                None if bias is None else rows_of(bias, inputs // group),
                Groups(group),
            ),
        )

    scheme = Scheme(bits=bits, algorithm=f"MLX {mode}", symmetric=bias is None, group=group,
                    scales=scale.size)  # fmt: skip
    parts = [each for each in (scale, bias) if each is not None]
    name, shape = codes.name, (*codes.shape[:-1], inputs)
    storage = f"uint{bits}" if bias is not None else "float4_e2m1fn"
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage=storage)


def _values(fields: Rows, scales: Rows, biases: Rows | None, groups: Groups) -> Rows:
    """Code · scale + bias; without biases the codes are FP4."""
    table = values_of("float4_e2m1fn")

    def rows(first: int, last: int) -> NDArray[Any]:
        codes = fields(first, last)
        values: NDArray[Any] = table[codes] if biases is None else codes.astype(np.float32)
        values = groups.apply(np.multiply, values, scales(first, last))
        return values if biases is None else groups.apply(np.add, values, biases(first, last))

    return rows


def _config(module: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of a module itself, else of all."""
    return said(config, module, dict) or config


def _scales(scale: TensorSource, groups: int, mode: str) -> Rows:
    stored = rows_of(scale, groups)
    if mode not in _FLOATS:
        return stored
    table = values_of(_FLOATS[mode][0])

    def rows(first: int, last: int) -> NDArray[Any]:
        found: NDArray[Any] = table[stored(first, last).astype(np.uint8)]
        return found

    return rows
