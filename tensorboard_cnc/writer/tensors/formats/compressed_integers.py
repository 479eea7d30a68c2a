"""Integers of 1 to 8 bits, as compressed-tensors packs them ("pack-quantized").

``weight_packed`` (outputs, words) holds codes plus 2^(b−1), ``weight_scale`` is (outputs, groups)
or one number, ``weight_zero_point`` is packed alike along the outputs, ``weight_g_idx`` names the
group of each input, and ``weight_shape`` the shape. Up to version 0.17.1 each word held as many
whole codes as fit; since 0.18 codes run across words. Only the width tells which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    bitstream,
    by_rows,
    codes_of,
    rows_of,
    spread,
    whole,
)
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

_FORMATS = (None, "pack-quantized", "mixed-precision")
# Rows whose spare bits are looked at together.
_ROWS = 1024


@dataclass(frozen=True, slots=True)
class _Packing:
    """Codes of `bits` bits: several whole ones to each word, or one after another."""

    bits: int
    in_words: bool

    def width(self, count: int) -> int:
        """Words that this many codes take."""
        return -(-count // (32 // self.bits)) if self.in_words else -(-count * self.bits // 32)

    def unpacked(self, words: NDArray[Any], count: int) -> NDArray[np.float32]:
        """Whole numbers, as floats."""
        unpack = spread if self.in_words else bitstream
        found: NDArray[np.float32] = unpack(words, self.bits, count).astype(np.float32)
        found -= 2 ** (self.bits - 1)
        return found


def decode(codes: TensorSource, checkpoint: Checkpoint) -> Decoded | None:
    """The weight (outputs, inputs)."""
    parts = checkpoint.endings(codes.name.removesuffix("_packed"))
    scale, shape = parts.get("_scale"), parts.get("_shape")
    zero, order = parts.get("_zero_point"), parts.get("_g_idx")
    if codes.dtype != "int32" or scale is None or shape is None:
        return None
    config = _Config.of(checkpoint)
    outputs, inputs = _shape(codes, shape)
    groups = _groups(scale, outputs)
    packing = _packing(codes, inputs, config)
    grouping = Groups.named(_groups_of_inputs(inputs, groups, order, config))
    points = _points(zero, packing, scale, outputs)
    scheme = Scheme(
        bits=packing.bits,
        algorithm="compressed-tensors",
        symmetric=zero is None,
        group=None if scale.size == 1 else grouping.size,
        axis=0 if groups == 1 and scale.size > 1 else None,
        scales=scale.size,
    )

    def open_() -> Read:
        words = codes_of(codes, codes.shape[1])
        one = scale.size == 1
        factors = _constant(whole(scale)) if one else rows_of(scale, groups)

        def rows(first: int, last: int) -> NDArray[Any]:
            values = packing.unpacked(words(first, last), inputs)
            if points is not None:
                values = grouping.apply(np.subtract, values, points if one else points[first:last])
            return grouping.apply(np.multiply, values, factors(first, last))

        return by_rows(inputs, rows)

    found = [each for each in (scale, zero, order, shape) if each is not None]
    name, sizes = codes.name.removesuffix("_packed"), (outputs, inputs)
    storage = f"int{packing.bits}"
    return weight(codes, found, name=name, shape=sizes, open_=open_, scheme=scheme, storage=storage)


def _constant(values: NDArray[Any]) -> Callable[[int, int], NDArray[Any]]:
    return lambda _first, _last: values.reshape(1, 1)


@dataclass(frozen=True, slots=True)
class _Config:
    """What any group of a config says of weights; empty where there is none."""

    bits: frozenset[int]
    sizes: frozenset[int]
    reordered: bool

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> _Config:
        config = checkpoint.quantization
        if config.get("format") not in _FORMATS:
            raise NotUnderstoodError(f"the config says format = {config['format']!r}")
        groups = (said(config, "config_groups", dict) or {}).values()
        weights = [said(each, "weights", dict) or {} for each in groups if isinstance(each, dict)]
        bits = {said(each, "num_bits", int) for each in weights} - {None}
        sizes = {said(each, "group_size", int) for each in weights} - {None}
        reordered = any(each.get("actorder") in ("group", "dynamic", True) for each in weights)
        return cls(frozenset(bits), frozenset(each for each in sizes if each > 0), reordered)


def _shape(codes: TensorSource, shape: TensorSource) -> tuple[int, int]:
    if len(codes.shape) != 2 or shape.size != 2:
        raise NotUnderstoodError(f"they are of shape {codes.shape}")
    outputs, inputs = (int(each) for each in whole(shape))
    if outputs != codes.shape[0] or not 0 < inputs <= 32 * codes.shape[1]:
        raise NotUnderstoodError(f"weight_shape says {outputs} × {inputs}")
    return outputs, inputs


def _groups(scale: TensorSource, outputs: int) -> int:
    if scale.size == 1:
        return 1
    if len(scale.shape) == 2 and scale.shape[0] == outputs:
        return scale.shape[1]
    raise NotUnderstoodError(f"their scales are of shape {scale.shape}")


def _packing(codes: TensorSource, inputs: int, config: _Config) -> _Packing:
    found = {
        packing
        for bits in config.bits or range(1, 9)
        for packing in _packings(bits)
        if packing.width(inputs) == codes.shape[1]
    }
    if len(found) > 1:
        found = {each for each in found if not each.in_words or _spares_bits(codes, each.bits)}
    if len(found) != 1:
        raise NotUnderstoodError(f"nothing says for sure how {inputs} codes are packed")
    return found.pop()


def _packings(bits: int) -> Iterator[_Packing]:
    if 1 <= bits <= 8:
        yield _Packing(bits, False)
        if 32 % bits:
            yield _Packing(bits, True)


def _spares_bits(codes: TensorSource, bits: int) -> bool:
    """Whether the bits that no whole code takes are zero in every word."""
    words, used = codes_of(codes, codes.shape[1]), bits * (32 // bits)
    height = codes.shape[0]
    pieces = (words(at, min(at + _ROWS, height)) for at in range(0, height, _ROWS))
    return not any((piece >> np.uint32(used)).any() for piece in pieces)


def _groups_of_inputs(
    inputs: int, groups: int, order: TensorSource | None, config: _Config
) -> NDArray[np.int64]:
    if order is not None and order.size == inputs:
        found: NDArray[np.int64] = whole(order).astype(np.int64)
        if {*found.tolist()} == {*range(groups)}:
            return found
        if (found != -1).any():
            raise NotUnderstoodError(f"weight_g_idx does not name each of {groups} groups")
    elif order is not None or (config.reordered and groups > 1):
        raise NotUnderstoodError("their order is not said")
    size = group_size(inputs, groups, config.sizes)
    if size is None:
        raise NotUnderstoodError(f"nothing says how {inputs} inputs form {groups} groups")
    return np.arange(inputs) // size


def _points(
    zero: TensorSource | None, packing: _Packing, scale: TensorSource, outputs: int
) -> NDArray[np.float32] | None:
    """Zero points (outputs, groups), or (1, 1) of a whole tensor."""
    if zero is None:
        return None
    if zero.dtype == "int8" and zero.size == scale.size:
        return whole(zero, (-1, 1) if scale.size == 1 else scale.shape).astype(np.float32)
    words = packing.width(outputs)
    if zero.dtype != "int32" or scale.size == 1 or zero.shape != (words, scale.shape[1]):
        raise NotUnderstoodError(f"their zero points are {zero.dtype} of shape {zero.shape}")
    packed = codes_of(zero, zero.shape[1])(0, words)
    return packing.unpacked(packed.T, outputs).T
