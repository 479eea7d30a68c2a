"""Codes and their scales that a checkpoint keeps as tensors side by side, joined into values.

So do compressed-tensors of vLLM and Hugging Face (``weight`` and ``weight_scale``, perhaps
``weight_zero_point``) and FP8 checkpoints in blocks (``weight_scale_inv``, which multiplies too).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketch_records import Scheme
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource
from tensorboard_cnc.writer.tensors.value_bits import value_bits

_SCALES = ("_scale", "_scale_inv")
_ZERO = "_zero_point"
_CODES = ("int8", "float8")
# Names that end so, where the other stands beside: several codes in one number, in an order that
# their library knows. As numbers they would say nothing.
_PACKED = {
    "qweight": ("scales", "GPTQ or AWQ"),
    "qzeros": ("scales", "GPTQ or AWQ"),
    "weight_packed": ("weight_scale", "compressed-tensors"),
    "weight": ("weight.absmax", "bitsandbytes"),
}


def with_scales(found: Iterable[TensorSource | Refused]) -> list[TensorSource | Refused]:
    """The same tensors, where codes are multiplied by their scales, which then stand no more alone.

    Whatever else has such a name stays as it is.
    """
    sources = _without_packed_codes(list(found))
    known = {each.name: each for each in sources if isinstance(each, TensorSource)}
    joined: dict[str, TensorSource] = {}
    used: set[str] = set()
    for source in known.values():
        scale = _scale_of(source, known)
        if scale is not None:
            zero = known.get(source.name + _ZERO)
            zero = zero if zero is not None and zero.shape == scale.shape else None
            joined[source.name] = _scaled(source, scale, zero)
            used |= {each.name for each in (scale, zero) if each is not None}
    return [joined.get(each.name, each) for each in sources if each.name not in used]


def _without_packed_codes(
    sources: list[TensorSource | Refused],
) -> list[TensorSource | Refused]:
    names = {each.name for each in sources}
    return [_packed(each, names) or each for each in sources]


def _packed(source: TensorSource | Refused, names: set[str]) -> Refused | None:
    head, dot, last = source.name.rpartition(".")
    beside, library = _PACKED.get(last, ("", ""))
    if not beside or f"{head}{dot}{beside}" not in names:
        return None
    return Refused(
        source.name,
        f"it holds packed codes of {library}: log the dequantized weights as a mapping",
    )


@dataclass(frozen=True, slots=True)
class _Blocks:
    """How scales lie over a tensor of two dimensions: one to `rows` × `columns` values."""

    rows: int
    columns: int

    @classmethod
    def of(cls, shape: tuple[int, ...], scales: tuple[int, ...]) -> _Blocks | None:
        """None where scales of this shape do not lie over it in equal blocks."""
        down, across = _two_dimensional(scales)
        rows, columns = shape
        if not (0 < down <= rows and 0 < across <= columns):
            return None
        blocks = cls(-(-rows // down), -(-columns // across))
        fits = (-(-rows // blocks.rows), -(-columns // blocks.columns)) == (down, across)
        return blocks if fits else None


def _two_dimensional(shape: tuple[int, ...]) -> tuple[int, int]:
    """One scale in all is (), (1,); one to a row (rows,), (rows, 1)."""
    down, across = (*shape, 1, 1)[:2]
    return down, across


def _scale_of(source: TensorSource, known: Mapping[str, TensorSource]) -> TensorSource | None:
    if not source.dtype.startswith(_CODES) or len(source.shape) != 2 or source.scheme is not None:
        return None
    for end in _SCALES:
        scale = known.get(source.name + end)
        if scale is not None and len(scale.shape) <= 2 and _Blocks.of(source.shape, scale.shape):
            return scale
    return None


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
