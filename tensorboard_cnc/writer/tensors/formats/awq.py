"""AWQ for matrix products ("gemm"), as AutoAWQ and llm-compressor's relatives write it.

``qweight`` (inputs, outputs / 8), ``qzeros`` (groups, outputs / 8), ``scales`` (groups, outputs):
eight codes a word, in an order of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.formats.blocks import group_size
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
    by_rows,
    codes_of,
    columns_of,
    whole,
)
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

_METHODS = (None, "awq", "auto-round", "intel/auto-round")
# The nibble of word c in which output 8c + i stands; nibble k is output 8c + [0, 2, 4, 6, 1, …][k].
_NIBBLE = (0, 4, 1, 5, 2, 6, 3, 7)


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight (outputs, inputs)."""
    scales = checkpoint.beside(codes.name, "scales")
    zeros = checkpoint.beside(codes.name, "qzeros")
    if scales is None or zeros is None or len(codes.shape) != 2 or len(scales.shape) != 2:
        return None
    inputs, words = codes.shape
    groups, outputs = scales.shape
    if outputs != 8 * words or zeros.shape != (groups, words):
        return None
    _check(codes, zeros, checkpoint)
    stated = said(checkpoint.quantization, "group_size", int)
    size = group_size(inputs, groups, () if stated in (None, -1) else (stated,))
    if size is None or inputs % size:
        raise NotUnderstoodError(f"{inputs} inputs do not form {groups} equal groups")
    points = _in_order(codes_of(zeros, words)(0, groups).T).astype(np.float32)
    grouping = Groups(size)
    scheme = Scheme(
        bits=4,
        algorithm="AWQ",
        symmetric=bool((points == 8).all()),
        group=size,
        axis=0 if groups == 1 else None,
        scales=scales.size,
    )

    def open_() -> Read:
        fields = _fields(codes)
        factors = whole(scales, (groups, outputs))

        def rows(first: int, last: int) -> NDArray[Any]:
            values = grouping.apply(np.subtract, fields(first, last), points[first:last])
            return grouping.apply(np.multiply, values, factors[:, first:last].T)

        return by_rows(inputs, rows)

    name = codes.name.removesuffix("qweight") + "weight"
    parts, shape = (scales, zeros), (outputs, inputs)
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage="uint4")


def _fields(codes: TensorSource) -> Rows:
    """The codes of outputs, as floats."""
    inputs, words = codes.shape
    packed = columns_of(codes_of(codes, words), (inputs, words))

    def rows(first: int, last: int) -> NDArray[Any]:
        at = first // 8
        fields = _in_order(packed(at, -(-last // 8)).T)
        return fields[first - 8 * at : last - 8 * at].astype(np.float32)

    return rows


def _check(codes: TensorSource, zeros: TensorSource, checkpoint: Checkpoint) -> None:
    config = checkpoint.quantization
    if codes.dtype != "int32" or zeros.dtype != "int32":
        raise NotUnderstoodError(f"they are packed into {codes.dtype} instead of int32")
    rules = {"quant_method": _METHODS, "version": (None, "gemm", "GEMM"), "bits": (None, 4)}
    for key, known in rules.items():
        if config.get(key) not in known:
            raise NotUnderstoodError(f"the config says {key} = {config[key]!r}")


def _in_order(words: NDArray[Any]) -> NDArray[np.uint8]:
    """The codes in words (outputs / 8, n), in the order of outputs: (outputs, n)."""
    packed = np.ascontiguousarray(words)
    fields = np.empty((len(packed), 8, packed.shape[1]), np.uint8)
    for place, nibble in enumerate(_NIBBLE):
        fields[:, place] = packed >> np.uint32(4 * nibble) & np.uint32(15)
    return fields.reshape(-1, packed.shape[1])
