"""The modes gptq and awq of Keras 3, whose codes stand by outputs: (outputs, inputs).

``kernel`` uint8 holds one code of 2, 3 or 8 bits a byte, or two of 4 bits, of outputs that follow
each other, the first in the low bits. (code − zero) · scale, both (outputs, groups); ``g_idx``,
without its fraction, names the group of each input. awq divides each input by ``awq_scales``.
"""

from __future__ import annotations

from dataclasses import replace
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
from tensorboard_cnc.writer.tensors.formats.pieces import Groups, Rows, by_rows, rows_of, whole
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource
from tensorboard_cnc.writer.tensors.turned import turned

_PIECE = 2**18
# What may stand in a byte of its own.
_BITS = (2, 3, 8)


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight (inputs, outputs); an EinsumDense of three dimensions has its matrix."""
    parts = checkpoint.endings(codes.name)
    scale, order = parts.get("_scale"), checkpoint.beside(codes.name, "g_idx")
    # As EinsumDense calls it.
    zero = parts.get("_zero") or checkpoint.beside(codes.name, "zero_point")
    if codes.dtype != "uint8" or scale is None or zero is None or order is None:
        return None
    by_input = checkpoint.beside(codes.name, "awq_scales")
    if len(codes.shape) != 2 or len(scale.shape) != 2 or zero.shape != scale.shape:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape}")
    outputs, inputs = scale.shape[0], order.size
    packed = codes.shape == (-(-outputs // 2), inputs)
    sizes = {inputs} if by_input is None else {inputs, by_input.size}
    if (not packed and codes.shape != (outputs, inputs)) or outputs == 1 or len(sizes) > 1:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape}")
    points, factors = whole(zero, scale.shape), whole(scale, scale.shape)
    if not points.any() and (factors == 1).all():
        raise NotUnderstoodError("the layer was not calibrated: its codes are of no use")
    groups = Groups.named(groups_named(order, scale.shape[1]))

    def open_() -> Read:
        stored = _packed(codes) if packed else rows_of(codes, inputs)
        divisors = None if by_input is None else whole(by_input)

        def rows(first: int, last: int) -> NDArray[Any]:
            values = stored(first, last).astype(np.float32)
            values = groups.apply(np.subtract, values, points[first:last])
            values = groups.apply(np.multiply, values, factors[first:last])
            return values if divisors is None else values / divisors

        return by_rows(inputs, rows)

    bits = 4 if packed else _bits_of(codes)
    scheme = Scheme(bits=bits, algorithm="Keras", symmetric=False, group=groups.size,
                    scales=scale.size)  # fmt: skip
    found = weight(
        codes, (each for each in (scale, zero, order, by_input) if each is not None),
        name=codes.name, shape=(outputs, inputs), open_=open_, scheme=scheme,
        storage=f"uint{bits}",
    )  # fmt: skip
    return replace(found, source=turned(found.source, (1, 0)))


def _packed(codes: TensorSource) -> Rows:
    """The codes of outputs, of which two share a row of bytes."""
    stored = rows_of(codes, codes.shape[1])

    def rows(first: int, last: int) -> NDArray[Any]:
        pairs = stored(first // 2, -(-last // 2)).astype(np.uint8)
        return nibbles(pairs.T).T[first % 2 :][: last - first]

    return rows


def _bits_of(codes: TensorSource) -> int:
    """The bits that the largest code takes, of those that are not packed."""
    read = codes.open()
    pieces = range(0, codes.size, _PIECE)
    most = max(int(read(at, min(at + _PIECE, codes.size)).max()) for at in pieces)
    return next(bits for bits in _BITS if most < 2**bits)
