"""quanto: int8 and float8 times a scale; int4 and int2 in groups, scale · code − shift.

``fc.weight._data`` and ``fc.weight._scale``, of fewer bits ``fc.weight._data._data`` and
``fc.weight._shift``. Of these the shape is known where a bias says how many outputs there are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.formats.blocks import Blocks
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    NotUnderstoodError,
    weight,
)
from tensorboard_cnc.writer.tensors.formats.pieces import sections, whole
from tensorboard_cnc.writer.tensors.formats.scaled_codes import scaled
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

_BITS = {2: 4, 4: 2}


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight of either kind."""
    name = codes.name.removesuffix("._data")
    parts = checkpoint.endings(name.removesuffix("._data"))
    scale, shift = parts.get("._scale"), parts.get("._shift")
    if scale is None:
        return None
    if shift is None and codes.dtype.startswith(("int8", "float8")):
        return _bytes(codes, scale, name)
    if shift is not None and name.endswith("._data") and codes.dtype == "uint8":
        name = name.removesuffix("._data")
        return _groups(codes, scale, shift, checkpoint.beside(name, "bias"), name)
    raise NotUnderstoodError(f"they are {codes.dtype} with {sorted(parts)} beside them")


def _bytes(codes: TensorSource, scale: TensorSource, name: str) -> Decoded:
    """One code a byte, with a scale for all or one for each output."""
    shape = codes.shape
    if len(shape) < 2 or not (
        scale.size == 1 or scale.shape == (shape[0], *[1] * (len(shape) - 1))
    ):
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {shape}")
    inputs = codes.size // shape[0] if codes.size else 1
    # Whatever its dimensions, the codes of one output follow each other.
    flat = replace(codes, shape=(shape[0], inputs))
    blocks = Blocks(1 if scale.size > 1 else shape[0], inputs)
    found = scaled(flat, scale, None, (scale.size, 1), blocks, name=name, algorithm="quanto")
    return replace(found, source=replace(found.source, shape=shape))


def _groups(
    codes: TensorSource,
    scale: TensorSource,
    shift: TensorSource,
    bias: TensorSource | None,
    name: str,
) -> Decoded:
    """Groups as the rows of a matrix, of which the first section has the lowest bits."""
    if bias is None:
        raise NotUnderstoodError("without a bias nothing says their shape: log the module")
    if len(codes.shape) != 2 or scale.shape != (scale.size, 1) or shift.size != scale.size:
        raise NotUnderstoodError(f"{codes.shape} bytes do not fit scales of shape {scale.shape}")
    height, group = codes.shape
    groups, outputs = scale.size, bias.size
    fitting = [bits for bits, count in _BITS.items() if -(-groups // count) == height]
    if len(fitting) != 1 or not outputs or groups % outputs:
        raise NotUnderstoodError(f"{groups} groups are not those of {outputs} outputs")
    (bits,) = fitting
    shape = (outputs, groups * group // outputs)

    def open_() -> Read:
        fields = sections(codes.open(), codes.size, bits, range(0, 8, bits))
        scales, shifts = whole(scale), whole(shift)

        def read(start: int, stop: int) -> NDArray[Any]:
            at = np.arange(start, stop) // group
            found: NDArray[Any] = fields(start, stop) * scales[at] - shifts[at]
            return found

        return read

    scheme = Scheme(bits=bits, algorithm="quanto", symmetric=False, group=group, scales=groups)
    parts, storage = (scale, shift), f"uint{bits}"
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage=storage)
