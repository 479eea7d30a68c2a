"""One weight as a LoRA adapter changes it: W + s · BA, of DoRA scaled to the stored lengths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.formats.pieces import Rows, by_rows, rows_of, whole
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource

# Values that are looked at together.
_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class AdapterParts:
    """`a` (rank, …) and `b` (…, rank); `lengths` of DoRA."""

    a: TensorSource
    b: TensorSource
    lengths: TensorSource | None
    embeds: bool

    @classmethod
    def of(cls, held: Mapping[str, TensorSource]) -> AdapterParts | None:
        """The parts by their names, None where one is missing or not a matrix."""
        embeds = "lora_embedding_A" in held
        kind = "lora_embedding_" if embeds else "lora_"
        a, b = held.get(f"{kind}A"), held.get(f"{kind}B")
        if a is None or b is None or min(len(a.shape), len(b.shape)) < 2:
            return None
        lengths = held.get("lora_magnitude_vector")
        used = [each for each in (a, b, lengths) if each is not None]
        return cls(a, b, lengths, embeds) if len(used) == len(held) else None

    @property
    def sources(self) -> list[TensorSource]:
        return [each for each in (self.a, self.b, self.lengths) if each is not None]


def adapted(
    weight: TensorSource, parts: AdapterParts, scaling: float, *, fan_in_first: bool
) -> TensorSource | Refused:
    """The weight that the layer computes with, under its own name."""
    turned = parts.embeds or fan_in_first
    a, b = _matrix(parts.a, by_last=False), _matrix(parts.b, by_last=True)
    rows, columns = _flat(weight.shape)
    inner, outer = (a[1], b[0]) if not turned else (b[0], a[1])
    if a[0] != b[1] or (rows, columns) != (outer, inner):
        reason = f"its adapter of shapes {parts.a.shape} and {parts.b.shape} does not fit"
        return Refused(weight.name, f"{reason} {weight.shape}", weight.weights)
    # A row has a length, of what is stored inputs first a column.
    side = columns if turned else rows
    if weight.held is not None or (parts.lengths is not None and parts.lengths.size != side):
        return Refused(weight.name, "its adapter does not fit what is there of it", weight.weights)

    def open_() -> Read:
        return by_rows(columns, _rows(weight, parts, scaling, turned=turned))

    stored = weight.stored_bytes + sum(each.stored_bytes for each in parts.sources)
    return replace(
        weight,
        dtype="float32",
        open=open_,
        scheme=None,
        distinct=None,
        stored_bytes=stored,
        tied="",
    )


def _flat(shape: tuple[int, ...]) -> tuple[int, int]:
    """The size of a weight, or of a convolution's, as a matrix."""
    return (shape[0], prod(shape[1:])) if len(shape) > 1 else (0, 0)


def _matrix(source: TensorSource, *, by_last: bool) -> tuple[int, int]:
    """A part as a matrix; the rank of a convolution's comes second, with sides of 1 behind it."""
    if by_last:
        return source.shape[0], prod(source.shape[1:])
    return _flat(source.shape)


def _rows(weight: TensorSource, parts: AdapterParts, scaling: float, *, turned: bool) -> Rows:
    a = whole(parts.a, _matrix(parts.a, by_last=False))
    b = whole(parts.b, _matrix(parts.b, by_last=True)) * np.float32(scaling)
    left, right = (a.T, b.T) if turned else (b, a)
    height, width = _flat(weight.shape)
    stored = rows_of(weight, width)

    def changed(first: int, last: int) -> NDArray[Any]:
        found: NDArray[Any] = stored(first, last) + left[first:last] @ right
        return found

    if parts.lengths is None:
        return changed
    lengths = whole(parts.lengths)
    if turned:
        factors = lengths / _column_lengths(changed, (height, width))
        return lambda first, last: changed(first, last) * factors

    def scaled(first: int, last: int) -> NDArray[Any]:
        values = changed(first, last)
        found: NDArray[Any] = (
            values * (lengths[first:last] / np.linalg.norm(values, axis=1))[:, None]
        )
        return found

    return scaled


def _column_lengths(
    rows: Callable[[int, int], NDArray[Any]], shape: tuple[int, int]
) -> NDArray[Any]:
    height, width = shape
    squares = np.zeros(width)
    high = max(1, _PIECE // width)
    for first in range(0, height, high):
        squares += np.square(rows(first, min(first + high, height)), dtype=np.float64).sum(axis=0)
    found: NDArray[Any] = np.sqrt(squares).astype(np.float32)
    return found
