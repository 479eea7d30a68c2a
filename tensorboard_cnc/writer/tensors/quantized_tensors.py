"""Quantized tensors of torch.ao and torchao: values, codes, scales.

Tensor subclasses such as torchao's are recognised by ``__tensor_flatten__``, which torch asks of
every such class, and ``dequantize``; torchao itself is never imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.efficiency.state_tensors import is_wrapper
from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.dequantized import dequantizing_reader
from tensorboard_cnc.writer.tensors.number_formats import unpacked
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import (
    Place,
    dtype_name,
    flat_reader,
    located,
)

if TYPE_CHECKING:
    from torch import Tensor

# Codes that are counted at a time.
_PIECE = 2**20
_BITS = {"qint8": 8, "quint8": 8, "qint32": 32, "quint4x2": 4, "quint2x4": 2}
_OVERHEAD = re.compile(r"scales?|zero_points?|zeros?|codebooks?|.*_scales?|.*_zero_points?")
_BITS_IN_NAME = re.compile(r"(?:u?int|float)(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """`low` and `high` are the ends of the codes; `saturated`: how many values have one of them.

    `distinct` is how many different codes occur; None for more than 16 bits.
    """

    low: int
    high: int
    saturated: int
    distinct: int | None


def counted(
    codes: NDArray[Any], bits: int, low: int, high: int, n: int, *, zero: int | None = None
) -> CodeCounts:
    """Counts the codes of `n` values, which may be packed into bytes, the lowest bits first.

    A code that stands for `zero` is not saturated.
    """
    per_byte = 8 // bits if bits in (1, 2, 4) and len(codes) < n else 1
    ends = [end for end in (low, high) if end != zero]
    if bits > 16:
        saturated = sum(int((codes == end).sum()) for end in ends)
        return CodeCounts(low, high, saturated, None)
    counts = np.zeros(high - low + 1, np.int64)
    left = n
    for start in range(0, len(codes), _PIECE):
        piece = codes[start : start + _PIECE]
        fields = unpacked(piece.view(np.uint8), bits) if per_byte > 1 else piece
        fields = fields[:left].astype(np.int32) - low
        counts += np.bincount(fields, minlength=len(counts))
        left -= len(fields)
    saturated = int(sum(counts[end - low] for end in ends))
    return CodeCounts(low, high, saturated, int((counts > 0).sum()))


def quantized_source(place: Place, tensor: Tensor) -> TensorSource:
    """A quantized tensor of torch: its values are those that its codes stand for."""
    name = dtype_name(tensor.dtype)
    bits = _BITS[name]
    codes = _torch_codes(tensor, bits)
    scheme = _torch_scheme(tensor, bits, codes)
    stored = -(-tensor.numel() * bits // 8) + scheme.overhead_bytes
    source = located(
        place,
        tuple(tensor.shape),
        "float32",
        lambda: flat_reader(tensor.dequantize()),
        stored,
    )
    return replace(source, storage=name, scheme=scheme, distinct=codes.distinct)


def _torch_codes(tensor: Tensor, bits: int) -> CodeCounts:
    low, high = _code_range(dtype_name(tensor.dtype), bits)
    packed = tensor.int_repr().reshape(-1).cpu().numpy()
    # After a ReLU the lowest code stands for 0, and nothing was cut there.
    per_tensor = str(tensor.qscheme()).startswith("torch.per_tensor")
    zero = tensor.q_zero_point() if per_tensor else None
    return counted(packed, bits, low, high, tensor.numel(), zero=zero)


def _code_range(name: str, bits: int) -> tuple[int, int]:
    """The lowest and the highest code of an integer type."""
    signed = not name.startswith(("quint", "uint"))
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def _torch_scheme(tensor: Tensor, bits: int, codes: CodeCounts) -> Scheme:
    kind = str(tensor.qscheme()).removeprefix("torch.")
    if kind.startswith("per_tensor"):
        points, scales, axis = np.array([tensor.q_zero_point()]), 1, None
        # A float64 and an int64, as torch keeps them.
        overhead = 16
    else:
        points = tensor.q_per_channel_zero_points().cpu().numpy()
        held = tensor.q_per_channel_scales()
        scales, axis = held.numel(), tensor.q_per_channel_axis()
        overhead = held.nbytes + points.nbytes
    middle = 0 if codes.low < 0 else 2 ** (bits - 1)
    return Scheme(
        bits=bits,
        algorithm=f"torch.ao {kind}",
        symmetric=bool((points == middle).all()),
        group=None if axis is None else prod(tensor.shape) // max(scales, 1),
        axis=axis,
        scales=scales,
        overhead_bytes=overhead,
        low=codes.low,
        high=codes.high,
        saturated=codes.saturated,
    )


def wrapper_source(place: Place, tensor: Tensor) -> TensorSource | Refused:
    """A wrapper's values, and the sizes of the tensors that it stores them in."""
    if not callable(getattr(tensor, "dequantize", None)):
        return Refused(
            place.name,
            f"a {type(tensor).__name__} cannot be dequantized: log its values as a mapping",
        )
    held = dict(_leaves(tensor))
    codes = _wrapper_codes(tensor, held)
    scheme = _wrapper_scheme(tensor, held, codes)
    source = located(
        place,
        tuple(tensor.shape),
        dtype_name(tensor.dtype),
        lambda: dequantizing_reader(tensor),
        sum(part.nbytes for part in held.values()),
    )
    return replace(
        source,
        storage=_stored_type(tensor, held),
        scheme=scheme,
        distinct=codes.distinct if codes else None,
    )


def _leaves(tensor: Tensor, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
    """The plain tensors inside, by their attribute's name."""
    names, _ = tensor.__tensor_flatten__()  # type: ignore[attr-defined]
    for name in names:
        part = getattr(tensor, name)
        if is_wrapper(part):
            yield from _leaves(part, f"{prefix}{name}.")
        elif part is not None:
            yield prefix + name, part


def _payload(held: dict[str, Tensor]) -> Tensor:
    """The codes: the largest part that is neither scales nor zero points."""
    parts = {name: part for name, part in held.items() if not _is_overhead(name)}
    return max((parts or held).values(), key=lambda part: part.nbytes)


def _is_overhead(name: str) -> bool:
    return _OVERHEAD.fullmatch(name.rpartition(".")[2]) is not None


def _stored_type(tensor: Tensor, held: dict[str, Tensor]) -> str:
    """The type of the codes: as the class names it ("int4"), else as they are stored."""
    target = getattr(tensor, "target_dtype", None)
    if target is not None:
        return dtype_name(target)
    found = _BITS_IN_NAME.search(type(tensor).__name__)
    payload = dtype_name(_payload(held).dtype)
    if found and int(found[1]) < 8 and payload in ("uint8", "int8", "int32"):
        return found[0].lower()
    return payload


def _wrapper_scheme(tensor: Tensor, held: dict[str, Tensor], codes: CodeCounts | None) -> Scheme:
    shape = tuple(tensor.shape)
    block = tuple(getattr(tensor, "block_size", ()) or ())
    blocks = [size if each == -1 else each for each, size in zip(block, shape, strict=False)]
    several = [axis for axis, each in enumerate(blocks) if each < shape[axis]]
    scales = sum(part.numel() for name, part in held.items() if "scale" in name)
    found = _BITS_IN_NAME.search(_stored_type(tensor, held))
    shared = prod(blocks) if several else None
    if not block and scales > 1:
        shared = tensor.numel() // scales
    return Scheme(
        bits=float(found[1]) if found else 8 * _payload(held).nbytes / max(prod(shape), 1),
        algorithm=f"{type(tensor).__module__.partition('.')[0]} {type(tensor).__name__}",
        symmetric=_is_symmetric(held),
        group=shared,
        axis=several[0] if len(several) == 1 and blocks[several[0]] == 1 else None,
        scales=scales,
        overhead_bytes=sum(part.nbytes for name, part in held.items() if _is_overhead(name)),
        low=codes.low if codes else None,
        high=codes.high if codes else None,
        saturated=codes.saturated if codes else None,
    )


def _is_symmetric(held: dict[str, Tensor]) -> bool:
    points = [part for name, part in held.items() if "zero" in name]
    return not any(bool((part != 0).any()) for part in points)


def _wrapper_codes(tensor: Tensor, held: dict[str, Tensor]) -> CodeCounts | None:
    """Counts of integer codes that lie one to an element."""
    payload, stored = _payload(held), _stored_type(tensor, held)
    found = re.fullmatch(r"u?int(\d+)", stored)
    if found is None or int(found[1]) > 16 or payload.numel() != tensor.numel():
        return None
    low, high = _code_range(stored, int(found[1]))
    return counted(payload.cpu().numpy().reshape(-1), 16, low, high, tensor.numel())
