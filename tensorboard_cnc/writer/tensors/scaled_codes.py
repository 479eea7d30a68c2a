"""Codes and their scales that a checkpoint keeps as tensors side by side, joined into values.

So do compressed-tensors of vLLM and Hugging Face (``weight`` and ``weight_scale``, perhaps
``weight_zero_point``) and FP8 checkpoints in blocks (``weight_scale_inv``, which multiplies too).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource, value_bits
from tensorboard_cnc.writer.tensors.unread_codes import split, without_codes

_SCALES = ("_scale", "_scale_inv")
_ZERO = "_zero_point"
_CODES = ("int8", "float8")
# The side of a block of FP8 scales, unless its checkpoint says otherwise.
_SIDE = 128


def with_scales(found: Iterable[TensorSource | Refused]) -> list[TensorSource | Refused]:
    """The same tensors, where codes are multiplied by their scales, which then stand no more alone.

    Codes with scales that are not known to mean this are refused.
    """
    sources = list(found)
    known = {each.name: each for each in sources if isinstance(each, TensorSource)}
    ordered = sorted(known)
    joined: dict[str, TensorSource] = {}
    used: set[str] = set()
    for source in known.values():
        scale = _scale_of(source, known, ordered)
        if scale is not None:
            zero = known.get(source.name + _ZERO)
            joined[source.name] = _scaled(source, scale, zero)
            used |= {each.name for each in (scale, zero) if each is not None}
    return without_codes([joined.get(each.name, each) for each in sources if each.name not in used])


@dataclass(frozen=True, slots=True)
class _Blocks:
    """How scales lie over a tensor of two dimensions: one to `rows` × `columns` values."""

    rows: int
    columns: int

    @classmethod
    def of(cls, shape: tuple[int, ...], scales: tuple[int, ...]) -> _Blocks | None:
        """None where it cannot be told for sure how scales of this shape lie over it."""
        if len(scales) == 1 and scales[0] not in (1, shape[0]):
            # One to each part of what was joined, and the parts may be of several sizes.
            return None
        down, across = (
            _sides(size, count) for size, count in zip(shape, _two_dimensional(scales), strict=True)
        )
        if _SIDE in down and _SIDE in across and 1 in (len(down), len(across)):
            return cls(_SIDE, _SIDE)
        return cls(*down, *across) if len(down) == len(across) == 1 else None


def _sides(size: int, count: int) -> set[int]:
    """How long the `count` blocks along `size` values may be; the last may be shorter."""
    if count == 1:
        return {size}
    if not 0 < count <= size:
        return set()
    equal = {size // count} if size % count == 0 else set()
    return equal | ({_SIDE} if -(-size // _SIDE) == count else set())


def _two_dimensional(shape: tuple[int, ...]) -> tuple[int, int]:
    """One scale in all is (), (1,); one to a row (rows,), (rows, 1)."""
    down, across = (*shape, 1, 1)[:2]
    return down, across


def _scale_of(
    source: TensorSource, known: Mapping[str, TensorSource], ordered: Sequence[str]
) -> TensorSource | None:
    """The scales of codes, where nothing else beside them could mean that they are others.

    `ordered` are the names of all that is `known`.
    """
    _, last = split(source.name)
    if not source.dtype.startswith(_CODES) or len(source.shape) != 2 or source.scheme is not None:
        return None
    # Keras divides by its "kernel_scale".
    if last != "weight":
        return None
    places = range(bisect_left(ordered, source.name), len(ordered))
    names = takewhile(lambda name: name.startswith(source.name), map(ordered.__getitem__, places))
    beside = {name.removeprefix(source.name) for name in names}
    found = beside & {*_SCALES}
    zero = known.get(source.name + _ZERO)
    if len(found) != 1 or not beside <= {"", _ZERO, *_SCALES}:
        return None
    scale = known[source.name + found.pop()]
    fits = len(scale.shape) <= 2 and _Blocks.of(source.shape, scale.shape) is not None
    plain = _is_plain(scale, source) and (zero is None or zero.shape == scale.shape)
    return scale if fits and plain else None


def _is_plain(scale: TensorSource, codes: TensorSource) -> bool:
    """Whether scales are numbers as they stand; int8 beside scales of 8 bits may be packed FP4."""
    narrow = scale.dtype.startswith("float8")
    return scale.dtype.startswith(("float", "bfloat")) and not (narrow and codes.dtype == "int8")


def _scaled(source: TensorSource, scale: TensorSource, zero: TensorSource | None) -> TensorSource:
    blocks = _Blocks.of(source.shape, scale.shape)
    assert blocks is not None
    overhead = scale.stored_bytes + (zero.stored_bytes if zero is not None else 0)
    one_to_a_row = blocks.rows == 1 and blocks.columns == source.shape[1] and scale.size > 1
    scheme = Scheme(
        bits=value_bits(source),
        symmetric=zero is None or not _whole(zero).any(),
        group=None if scale.size == 1 else blocks.rows * blocks.columns,
        axis=0 if one_to_a_row else None,
        scales=scale.size,
        overhead_bytes=overhead,
    )
    return replace(
        source,
        dtype="float32",
        open=lambda: _reader(source, blocks, scale, zero),
        stored_bytes=source.stored_bytes + overhead,
        scheme=scheme,
    )


def _reader(
    source: TensorSource, blocks: _Blocks, scale: TensorSource, zero: TensorSource | None
) -> Read:
    codes, columns = source.open(), source.shape[1]
    grid = _two_dimensional(scale.shape)
    scales = _whole(scale).reshape(grid)
    points = _whole(zero).reshape(grid) if zero is not None else None

    def read(start: int, stop: int) -> NDArray[Any]:
        row, column = np.divmod(np.arange(start, stop), columns)
        at = row // blocks.rows, column // blocks.columns
        values = codes(start, stop)
        if points is not None:
            values = values - points[at]
        scaled: NDArray[np.float32] = (values * scales[at]).astype(np.float32)
        return scaled

    return read


def _whole(source: TensorSource) -> NDArray[Any]:
    return source.open()(0, prod(source.shape))
