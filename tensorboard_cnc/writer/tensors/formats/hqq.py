"""HQQ: the groups of a weight as a matrix, cut into sections that share words.

Section k of the matrix stands at the k-th highest bits of each byte, or, of 3 bits, at bits
27 − 3k of each int32. The values are (code − zero) · scale, in the order of the weight.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    NotUnderstoodError,
    weight,
)
from tensorboard_cnc.writer.tensors.formats.pieces import sections, whole
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

# Bits of a section, and sections of a word, by the name of the packing.
_PACKINGS = {
    "8bit_u8": (8, 1, "uint8"),
    "4bit_u8": (4, 2, "uint8"),
    "3bit_32": (3, 10, "int32"),
    "2bit_u8": (2, 4, "uint8"),
    "1bit_u8": (1, 8, "uint8"),
}
# What it keeps beside a weight that is of no use without it.
_NOTES = (
    "nbits", "group_size", "shape", "axis", "packing", "unpack_view_dtype", "view_as_float",
    "quant_scale", "quant_zero", "compute_dtype", "offload_meta", "encoded_state_dict",
    "stores_quant_config", "channel_wise", "optimize", "round_zero",
)  # fmt: skip
_LONGEST = 64


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight, from what ``HQQLinear.state_dict()`` holds beside ``W_q``."""
    notes = _notes(codes, checkpoint)
    if not {"shape", "packing", "scale"} <= notes.keys():
        return None
    bits, count, dtype = _packing(notes["packing"])
    axis = _number(notes, "axis")
    shape = tuple(int(each) for each in whole(notes["shape"]))
    scale, zero, n = notes["scale"], notes.get("zero"), prod(shape)
    if min(shape, default=0) < 1 or zero is None or zero.size != scale.size or n % scale.size:
        raise NotUnderstoodError(f"{scale.size} scales do not fit shape {shape}")
    group = n // scale.size
    if axis not in (0, 1) or _number(notes, "group_size") not in (None, group) or scale.size == 1:
        raise NotUnderstoodError(f"{scale.size} scales along axis {axis} do not fit shape {shape}")
    rows, columns = (scale.size, group) if axis == 1 else (group, scale.size)
    # All but those of 3 bits have rows that sections divide.
    padded = bits != 3 and rows % count
    if codes.dtype != dtype or codes.shape != (-(-rows // count), columns) or padded:
        raise NotUnderstoodError(f"{codes.dtype} of shape {codes.shape} do not hold {shape}")

    def open_() -> Read:
        shifts = range(bits * (count - 1), -1, -bits)
        fields = sections(codes.open(), codes.size, bits, shifts)
        scales, zeros = (whole(each).astype(np.float32) for each in (scale, zero))

        def read(start: int, stop: int) -> NDArray[Any]:
            at = np.arange(start, stop)
            at = at // group if axis == 1 else at % columns
            found: NDArray[Any] = (fields(start, stop) - zeros[at]) * scales[at]
            return found

        return read

    said_bits = round(float(whole(notes["nbits"])[0]), 2) if "nbits" in notes else bits
    by_row = 0 if shape[0] == scale.size and axis == 1 else None
    scheme = Scheme(said_bits, "HQQ", symmetric=False, group=group, axis=by_row, scales=scale.size)
    parts, name = notes.values(), codes.name.removesuffix("W_q") + "weight"
    storage = f"uint{bits}"
    return weight(codes, parts, name=name, shape=shape, open_=open_, scheme=scheme, storage=storage)


def _notes(codes: TensorSource, checkpoint: Checkpoint) -> dict[str, TensorSource]:
    """Scales, zeros, and what says how they are laid out."""
    found = {
        last: each
        for last in (*_NOTES, "scale", "zero")
        if (each := checkpoint.beside(codes.name, last)) is not None
    }
    if any(each.size > _LONGEST for last, each in found.items() if last in _NOTES):
        raise NotUnderstoodError("what it keeps beside them is no note")
    for flag in ("view_as_float", "quant_scale", "quant_zero"):
        if flag in found and whole(found[flag]).any():
            raise NotUnderstoodError(f"{flag} is set")
    return found


def _packing(text: TensorSource) -> tuple[int, int, str]:
    """From its name, which is stored letter by letter."""
    name = whole(text).astype(np.uint8).tobytes().decode("ascii", "replace")
    if name not in _PACKINGS:
        raise NotUnderstoodError(f"packing is {name!r}")
    return _PACKINGS[name]


def _number(notes: dict[str, TensorSource], key: str) -> int | None:
    return int(whole(notes[key])[0]) if key in notes and notes[key].size == 1 else None
