"""FP4 (E2M1) with a scale for 16 or 32 values: NVFP4 and MXFP4, two codes a byte, low nibble first.

NVFP4 has scales of E4M3 and one more for the whole tensor; MXFP4 has powers of two (E8M0).
"""

from __future__ import annotations

from collections.abc import Callable
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
from tensorboard_cnc.writer.tensors.formats.pieces import (
    Groups,
    Rows,
    by_rows,
    columns_of,
    rounded,
    rows_of,
    whole,
)
from tensorboard_cnc.writer.tensors.number_formats import unpacked, values_of
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

_E2M1 = values_of("float4_e2m1fn")
_E8M0 = values_of("float8_e8m0fnu")
NVFP4, MXFP4 = 16, 32


def decode_packed(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """``weight_packed`` of compressed-tensors: NVFP4 is divided by its ``weight_global_scale``."""
    parts = checkpoint.endings(codes.name.removesuffix("_packed"))
    scale, overall = parts.get("_scale"), parts.get("_global_scale")
    if codes.dtype != "uint8" or scale is None:
        return None
    if "_zero_point" in parts or "_g_idx" in parts:
        raise NotUnderstoodError("they have zero points or an order of their own")
    name = codes.name.removesuffix("_packed")
    if overall is not None:
        return _nvfp4(codes, scale, overall, name, lambda factor: 1 / factor)
    return _mxfp4(codes, scale, name)


def decode_modelopt(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """``weight`` of ModelOpt: NVFP4, multiplied by its ``weight_scale_2``."""
    scale = checkpoint.tensors.get(f"{codes.name}_scale")
    overall = checkpoint.tensors.get(f"{codes.name}_scale_2")
    if codes.dtype != "uint8" or scale is None or overall is None:
        return None
    return _nvfp4(codes, scale, overall, codes.name, lambda factor: factor)


def _nvfp4(
    codes: TensorSource,
    scale: TensorSource,
    overall: TensorSource,
    name: str,
    factor: Callable[[float], float],
) -> Decoded:
    if scale.dtype != "float8_e4m3fn" or overall.size != 1:
        raise NotUnderstoodError(f"their scales are {scale.dtype}, and {overall.size} of a tensor")
    columns = _columns(codes, scale, NVFP4)
    by = factor(float(whole(overall)[0]))
    return fp4(codes, (scale, overall), lambda: times(rows_of(scale, columns // NVFP4), by),
               name=name, kind="NVFP4")  # fmt: skip


def _mxfp4(codes: TensorSource, scale: TensorSource, name: str) -> Decoded:
    if scale.dtype not in ("uint8", "float8_e8m0fnu"):
        raise NotUnderstoodError(f"their scales are {scale.dtype}")
    columns = _columns(codes, scale, MXFP4)
    return fp4(codes, (scale,), lambda: powers(scale, columns // MXFP4), name=name, kind="MXFP4")


def times(rows: Rows, factor: float) -> Rows:
    """Scales that are multiplied by one more."""
    return lambda first, last: rows(first, last) * np.float32(factor)


def powers(scale: TensorSource, columns: int) -> Rows:
    """Scales of E8M0 as numbers; files hold them as bytes too."""
    stored = rows_of(scale, columns)
    if scale.dtype != "uint8":
        return stored

    def rows(first: int, last: int) -> NDArray[Any]:
        found: NDArray[Any] = _E8M0[stored(first, last).astype(np.uint8)]
        return found

    return rows


def _columns(codes: TensorSource, scale: TensorSource, block: int) -> int:
    """How many codes are in a row."""
    columns = 2 * codes.shape[-1] if codes.shape else 0
    if columns % block or scale.shape != (*codes.shape[:-1], columns // block) or not columns:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape} bytes")
    return columns


def fp4(
    codes: TensorSource,
    parts: tuple[TensorSource, ...],
    scales: Callable[[], Rows],
    *,
    name: str,
    kind: str,
    dtype: str = "float32",
) -> Decoded:
    """Codes of NVFP4 or MXFP4, two a byte, times the scales of their blocks, as `dtype`.

    The first of `parts` holds the scales, which `scales` opens.
    """
    block = NVFP4 if kind == "NVFP4" else MXFP4
    columns = 2 * codes.shape[-1]

    def open_() -> Read:
        packed, factors = rows_of(codes, columns // 2), scales()

        def rows(first: int, last: int) -> NDArray[Any]:
            values = _E2M1[nibbles(packed(first, last).astype(np.uint8))]
            return rounded(Groups(block).apply(np.multiply, values, factors(first, last)), dtype)

        return by_rows(columns, rows)

    count = codes.size * 2 // block
    scheme = Scheme(bits=4, algorithm=kind, symmetric=True, group=block, scales=count)
    return weight(
        codes,
        parts,
        name=name,
        shape=(*codes.shape[:-1], columns),
        open_=open_,
        scheme=scheme,
        storage="float4_e2m1fn",
    )


def nibbles(pairs: NDArray[Any]) -> NDArray[Any]:
    """The two codes in each byte of a row, the low one first: (n, 2 · bytes)."""
    return unpacked(np.ascontiguousarray(pairs).reshape(-1), 4).reshape(len(pairs), -1)


def decode_blocks(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The experts of gpt-oss (experts, inputs, outputs), stored the other way round.

    ``…_blocks`` (experts, outputs, inputs / 32, 16), ``…_scales`` (experts, outputs, inputs / 32).
    """
    name = codes.name.removesuffix("_blocks")
    scale = checkpoint.tensors.get(f"{name}_scales")
    if codes.dtype != "uint8" or scale is None:
        return None
    fits = len(codes.shape) == 4 and scale.shape == codes.shape[:3] and scale.dtype == "uint8"
    if not fits or codes.shape[3] != MXFP4 // 2:
        raise NotUnderstoodError(f"scales of shape {scale.shape} do not fit {codes.shape} bytes")
    experts, outputs, groups, _ = codes.shape
    inputs = groups * MXFP4
    scheme = Scheme(bits=4, algorithm="MXFP4", symmetric=True, group=MXFP4, scales=scale.size)
    return weight(
        codes,
        (scale,),
        name=name,
        shape=(experts, inputs, outputs),
        open_=lambda: by_rows(outputs, _Experts(codes, scale).rows),
        scheme=scheme,
        storage="float4_e2m1fn",
    )


class _Experts:
    """Reads experts turned round, one at a time."""

    def __init__(self, codes: TensorSource, scale: TensorSource) -> None:
        _, self._outputs, groups, _ = codes.shape
        self._inputs = groups * MXFP4
        self._stored = rows_of(codes, self._inputs // 2)
        self._powers = powers(scale, groups)
        self._at = -1

    def rows(self, first: int, last: int) -> NDArray[Any]:
        """Rows of all experts, one below the other."""
        experts = range(first // self._inputs, -(-last // self._inputs))
        return np.concatenate([self._of(each, first, last) for each in experts])

    def _of(self, expert: int, first: int, last: int) -> NDArray[Any]:
        self._open(expert)
        start = expert * self._inputs
        low, high = max(first - start, 0), min(last - start, self._inputs)
        at = low // 2
        pairs = self._bytes(at, -(-high // 2)).T
        fields = np.stack((pairs & 15, pairs >> 4), 1).reshape(-1, self._outputs)
        values = _E2M1[fields[low - 2 * at : high - 2 * at]]
        values *= self._scales[np.arange(low, high) // MXFP4]
        return values

    def _open(self, expert: int) -> None:
        if expert == self._at:
            return
        first, self._at = expert * self._outputs, expert
        self._bytes = columns_of(
            lambda low, high: self._stored(first + low, first + high).astype(np.uint8),
            (self._outputs, self._inputs // 2),
        )
        self._scales = self._powers(first, first + self._outputs).T
