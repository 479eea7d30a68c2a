"""ModelOpt int4: two outputs a byte, the even one in the low nibble, in two's complement.

``weight`` uint8 (outputs / 2, inputs) with ``weight_scale`` (outputs, groups).
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
from tensorboard_cnc.writer.tensors.formats.pieces import Groups, by_rows, rows_of, signed
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight (outputs, inputs)."""
    scale = checkpoint.tensors.get(f"{codes.name}_scale")
    if codes.dtype != "uint8" or scale is None or not scale.dtype.startswith(("float", "bfloat")):
        return None
    matrices = len(codes.shape) == len(scale.shape) == 2
    if not matrices or scale.shape[0] != 2 * codes.shape[0] or scale.dtype.startswith("float8"):
        return None
    unknown = checkpoint.endings(codes.name).keys() - {"", "_scale"}
    if unknown or checkpoint.beside(codes.name, "pre_quant_scale"):
        raise NotUnderstoodError(f"{sorted(unknown) or 'pre_quant_scale'} stands beside them")
    outputs, inputs = 2 * codes.shape[0], codes.shape[1]
    stated = said(checkpoint.quantization, "group_size", int)
    size = group_size(inputs, scale.shape[1], (stated,) if stated else ())
    if size is None or inputs % size:
        raise NotUnderstoodError(f"{inputs} inputs do not form {scale.shape[1]} equal groups")

    def open_() -> Read:
        packed, scales = rows_of(codes, inputs), rows_of(scale, scale.shape[1])

        def rows(first: int, last: int) -> NDArray[Any]:
            pairs = packed(first // 2, -(-last // 2)).astype(np.uint8)
            fields = np.stack((pairs & 15, pairs >> 4), 1).reshape(-1, inputs)
            values = signed(fields[first % 2 :][: last - first], 4).astype(np.float32)
            return Groups(size).apply(np.multiply, values, scales(first, last))

        return by_rows(inputs, rows)

    scheme = Scheme(bits=4, algorithm="ModelOpt int4", symmetric=True, group=size,
                    axis=0 if scale.shape[1] == 1 else None, scales=scale.size)  # fmt: skip
    return weight(
        codes,
        (scale,),
        name=codes.name,
        shape=(outputs, inputs),
        open_=open_,
        scheme=scheme,
        storage="int4",
    )
