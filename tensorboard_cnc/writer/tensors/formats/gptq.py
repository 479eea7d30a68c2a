"""GPTQ, as AutoGPTQ, GPTQModel and AutoRound write it.

``qweight`` (inputs · b / 32, outputs) and ``qzeros`` (groups, outputs · b / 32) hold codes of b
bits one after another, ``scales`` are (groups, outputs), and ``g_idx`` names the group of each
input. The first version of the format stores each zero point less 1.
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
    groups_named,
    said,
    weight,
)
from tensorboard_cnc.writer.tensors.formats.pieces import (
    Groups,
    Rows,
    bitstream,
    by_rows,
    codes_of,
    columns_of,
    whole,
)
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

_BITS = (2, 3, 4, 8)
_METHODS = (None, "gptq", "auto-round", "intel/auto-round")
_FORMATS = (None, "gptq", "gptq_v2")
# So many zero points that are all in the middle are no chance.
_ENOUGH = 32


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight (outputs, inputs)."""
    scales = checkpoint.beside(codes.name, "scales")
    zeros = checkpoint.beside(codes.name, "qzeros")
    order = checkpoint.beside(codes.name, "g_idx")
    if scales is None or zeros is None or len(codes.shape) != 2 or len(scales.shape) != 2:
        return None
    groups, outputs = scales.shape
    if codes.shape[1] != outputs or len(zeros.shape) != 2 or zeros.shape[0] != groups:
        return None
    _check(codes, zeros, checkpoint)
    bits, inputs = _sizes(codes, zeros)
    grouping = Groups.named(_groups(inputs, groups, order, checkpoint))
    fields = bitstream(codes_of(zeros, zeros.shape[1])(0, groups), bits, outputs)
    points, symmetric = _points(fields, bits, checkpoint)
    scheme = Scheme(
        bits=bits,
        algorithm="GPTQ",
        symmetric=symmetric,
        group=grouping.size,
        axis=0 if groups == 1 else None,
        scales=scales.size,
    )

    def open_() -> Read:
        fields = _fields(codes, bits, inputs)
        factors = whole(scales, (groups, outputs))

        def rows(first: int, last: int) -> NDArray[Any]:
            values = grouping.apply(np.subtract, fields(first, last), points[:, first:last].T)
            return grouping.apply(np.multiply, values, factors[:, first:last].T)

        return by_rows(inputs, rows)

    parts = [scales, zeros, *(() if order is None else (order,))]
    name, shape = codes.name.removesuffix("qweight") + "weight", (outputs, inputs)
    storage = f"uint{bits}"
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage=storage)


def _fields(codes: TensorSource, bits: int, inputs: int) -> Rows:
    """The codes of outputs, as floats."""
    height, outputs = codes.shape
    words = columns_of(codes_of(codes, outputs), (height, outputs))
    return lambda first, last: bitstream(words(first, last).T, bits, inputs).astype(np.float32)


def _check(codes: TensorSource, zeros: TensorSource, checkpoint: Checkpoint) -> None:
    """Refuses the relatives of the layout that other kernels want."""
    config = checkpoint.quantization
    if codes.dtype != "int32" or zeros.dtype != "int32":
        raise NotUnderstoodError(f"they are packed into {codes.dtype} instead of int32")
    rules = {"quant_method": _METHODS, "checkpoint_format": _FORMATS, "pack_dtype": (None, "int32")}
    for key, known in rules.items():
        if config.get(key) not in known:
            raise NotUnderstoodError(f"the config says {key} = {config[key]!r}")


def _sizes(codes: TensorSource, zeros: TensorSource) -> tuple[int, int]:
    """The bits of a code, and how many inputs there are."""
    height, outputs = codes.shape
    bits, rest = divmod(32 * zeros.shape[1], outputs) if outputs else (0, 0)
    if rest or bits not in _BITS or 32 * height % bits:
        raise NotUnderstoodError(f"shapes {codes.shape} and {zeros.shape} have no whole bits")
    return bits, 32 * height // bits


def _groups(
    inputs: int, groups: int, order: TensorSource | None, checkpoint: Checkpoint
) -> NDArray[np.int64]:
    """The group of each input."""
    if order is not None and order.size == inputs:
        return groups_named(order, groups)
    if order is not None:
        raise NotUnderstoodError(f"g_idx has {order.size} entries for {inputs} inputs")
    stated = said(checkpoint.quantization, "group_size", int)
    size = group_size(inputs, groups, () if stated in (None, -1) else (stated,))
    if size is None or said(checkpoint.quantization, "desc_act", bool):
        raise NotUnderstoodError(f"nothing says how {inputs} inputs form {groups} groups")
    return np.arange(inputs) // size


def _points(
    fields: NDArray[Any], bits: int, checkpoint: Checkpoint
) -> tuple[NDArray[np.float32], bool]:
    """The zero points, and whether all are in the middle.

    The first version and the second are told apart by these: files do not say it reliably.
    """
    middle = 2 ** (bits - 1)
    symmetric = said(checkpoint.quantization, "sym", bool)
    centred = (fields == fields[0, 0]).all() and fields[0, 0] in (middle, middle - 1)
    if symmetric is not False and centred and (symmetric or fields.size >= _ENOUGH):
        return np.full(fields.shape, middle, np.float32), True
    if symmetric is not True and checkpoint.quantization.get("checkpoint_format") == "gptq_v2":
        return fields.astype(np.float32), False
    raise NotUnderstoodError(
        "nothing says for sure whether zero points are stored as they are or less 1"
    )
