"""bitsandbytes: 4 bits in blocks (NF4, FP4), and int8 with a scale for each row.

Of 4 bits, the JSON text in ``quant_state.bitsandbytes__nf4`` says shape, block and type. Two
codes are in a byte, the high nibble first. The scales may be codes of 8 bits themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
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
from tensorboard_cnc.writer.tensors.formats.pieces import by_rows, rounded, rows_of, whole
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

_STATE = ".quant_state.bitsandbytes__"
_PARTS = (".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map")
_LONGEST = 2**16
_DTYPES = ("float32", "float16", "bfloat16")


def decode4(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """A weight of 4 bits."""
    parts = checkpoint.endings(codes.name)
    state = next((parts[each] for each in parts if each.startswith(_STATE)), None)
    if state is None:
        return None
    if codes.dtype != "uint8":
        raise NotUnderstoodError(f"they are stored as {codes.dtype} instead of uint8")
    said_of = _State.of(state)
    n = prod(said_of.shape)
    blocks = -(-n // said_of.block)
    table, absmax = parts.get(".quant_map"), parts.get(".absmax")
    if table is None or absmax is None or table.size != 16 or absmax.size != blocks:
        raise NotUnderstoodError(f"there are not 16 values and {blocks} scales")
    if codes.size != -(-n // 2):
        raise NotUnderstoodError(f"{codes.size} bytes do not hold {n} codes")
    scales = _scales(absmax, said_of, parts)

    def open_() -> Read:
        fields, factors, values = _fields(codes), scales(), whole(table).astype(np.float32)

        def read(start: int, stop: int) -> NDArray[Any]:
            at = start // said_of.block
            each = np.repeat(factors(at, -(-stop // said_of.block)), said_of.block)
            found = values[fields(start, stop)]
            found *= each[start - at * said_of.block :][: stop - start]
            return rounded(found, said_of.dtype)

        return read

    name, kind, shape = codes.name, said_of.kind, said_of.shape
    scheme = Scheme(bits=4, algorithm=f"bitsandbytes {kind}", group=said_of.block, scales=blocks)
    others = [each for ending, each in parts.items() if ending in _PARTS]
    return weight(codes, others, name=name, shape=shape, open_=open_, scheme=scheme, storage=kind)


def _fields(codes: TensorSource) -> Read:
    """The codes, two of which are in a byte, the high nibble first."""
    packed = codes.open()

    def read(start: int, stop: int) -> NDArray[np.uint8]:
        first = start // 2
        pairs = packed(first, -(-stop // 2)).astype(np.uint8)
        fields: NDArray[np.uint8] = np.stack((pairs >> 4, pairs & 15), 1).reshape(-1)
        return fields[start - 2 * first :][: stop - start]

    return read


@dataclass(frozen=True, slots=True)
class _State:
    """What the JSON text says; `nested_block` is 0 where scales are numbers."""

    kind: str
    shape: tuple[int, ...]
    block: int
    dtype: str
    nested_block: int
    nested_offset: float

    @classmethod
    def of(cls, text: TensorSource) -> _State:
        if text.dtype != "uint8" or text.size > _LONGEST:
            raise NotUnderstoodError("quant_state is no text")
        try:
            found = json.loads(whole(text).astype(np.uint8).tobytes())
        except (ValueError, RecursionError) as error:
            raise NotUnderstoodError("quant_state is not JSON") from error
        kind = text.name.rpartition("__")[2]
        state = found if isinstance(found, Mapping) else {}
        shape, block = said(state, "shape", list), said(state, "blocksize", int)
        sizes = shape and all(type(each) is int and each > 0 for each in shape)
        if state.get("quant_type") != kind or kind not in ("nf4", "fp4") or not sizes:
            raise NotUnderstoodError("quant_state says neither type nor shape")
        if not block or block < 1 or state.get("dtype") not in _DTYPES:
            raise NotUnderstoodError("quant_state says neither block nor type of values")
        nested = said(state, "nested_blocksize", int) or 0
        offset = said(state, "nested_offset", float) or 0.0
        return cls(kind, tuple(shape), block, state["dtype"], max(nested, 0), offset)


def _scales(absmax: TensorSource, state: _State, parts: Mapping[str, TensorSource]) -> Any:
    """Opens the scales of the blocks, which may be quantized themselves."""
    if not absmax.dtype.startswith(("uint", "int")):
        return absmax.open
    table, outer = parts.get(".nested_quant_map"), parts.get(".nested_absmax")
    block = state.nested_block
    if absmax.dtype != "uint8" or not block or table is None or outer is None:
        raise NotUnderstoodError("nothing says what the codes of their scales mean")
    if table.size != 256 or outer.size != -(-absmax.size // block):
        raise NotUnderstoodError("the scales of their scales do not fit them")

    def open_() -> Read:
        codes, factors = absmax.open(), whole(outer).astype(np.float32)
        values = whole(table).astype(np.float32)

        def read(start: int, stop: int) -> NDArray[Any]:
            each = values[codes(start, stop).astype(np.uint8)]
            found: NDArray[Any] = each * factors[np.arange(start, stop) // block]
            found += np.float32(state.nested_offset)
            return found

        return read

    return open_


def decode8(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """A weight of 8 bits (outputs, inputs)."""
    scale = checkpoint.beside(codes.name, "SCB")
    layout = checkpoint.beside(codes.name, "weight_format")
    if codes.dtype != "int8" or scale is None:
        return None
    if len(codes.shape) != 2 or scale.size != codes.shape[0]:
        raise NotUnderstoodError(f"{scale.size} scales do not fit shape {codes.shape}")
    # Versions before they had other layouts than rows do not say any.
    if layout is not None and (layout.size != 1 or whole(layout)[0] != 0):
        raise NotUnderstoodError("weight_format says that they are not in rows")
    inputs = codes.shape[1]

    def open_() -> Read:
        stored, scales = rows_of(codes, inputs), rows_of(scale, 1)
        return by_rows(
            inputs,
            lambda first, last: stored(first, last) * (scales(first, last) / np.float32(127)),
        )

    scheme = Scheme(bits=8, algorithm="bitsandbytes int8", symmetric=True, group=inputs, axis=0,
                    scales=scale.size)  # fmt: skip
    parts = [each for each in (scale, layout) if each is not None]
    shape, storage = codes.shape, "int8"
    return weight(
        codes, parts, name=codes.name, shape=shape, open_=open_, scheme=scheme, storage=storage
    )
