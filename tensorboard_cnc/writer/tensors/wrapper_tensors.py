"""Tensor subclasses that hold other tensors, such as the quantized ones of torchao.

They are known by what torch asks of every such class, ``__tensor_flatten__`` and a way back to
plain values; torchao itself is never imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.code_counts import CodeCounts, counted
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_quantized import code_range
from tensorboard_cnc.writer.tensors.torch_tensors import (
    Place,
    Tensor,
    dtype_name,
    flat_reader,
    located,
)

_OVERHEAD = re.compile(r"scales?|zero_points?|zeros?|codebooks?|.*_scales?|.*_zero_points?")
_BITS = re.compile(r"(?:u?int|float)(\d+)", re.IGNORECASE)


def is_wrapper(tensor: Tensor) -> bool:
    """Whether its values are held by other tensors inside it."""
    return hasattr(tensor, "__tensor_flatten__")


def wrapper_source(place: Place, tensor: Tensor) -> TensorSource | Refused:
    """The values that such a tensor stands for, and what is stored for them."""
    if not callable(getattr(tensor, "dequantize", None)):
        return Refused(
            place.name,
            f"a {type(tensor).__name__} cannot be dequantized: log its values as a mapping",
        )
    held = dict(_leaves(tensor))
    codes = _count_codes(tensor, held)
    scheme = _scheme(tensor, held, codes)
    source = located(
        place,
        tuple(tensor.shape),
        dtype_name(tensor.dtype),
        lambda: flat_reader(tensor.dequantize()),
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
    names, _ = tensor.__tensor_flatten__()
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
    """The type of the codes: what the class says ("int4"), else that of the tensor with them."""
    target = getattr(tensor, "target_dtype", None)
    if target is not None:
        return dtype_name(target)
    found = _BITS.search(type(tensor).__name__)
    payload = dtype_name(_payload(held).dtype)
    if found and int(found[1]) < 8 and payload in ("uint8", "int8", "int32"):
        return found[0].lower()
    return payload


def _scheme(tensor: Tensor, held: dict[str, Tensor], codes: CodeCounts | None) -> Scheme:
    shape = tuple(tensor.shape)
    block = tuple(getattr(tensor, "block_size", ()) or ())
    blocks = [size if each == -1 else each for each, size in zip(block, shape, strict=False)]
    several = [axis for axis, each in enumerate(blocks) if each < shape[axis]]
    scales = sum(part.numel() for name, part in held.items() if "scale" in name)
    found = _BITS.search(_stored_type(tensor, held))
    return Scheme(
        bits=float(found[1]) if found else 8 * _payload(held).nbytes / max(prod(shape), 1),
        algorithm=f"{type(tensor).__module__.partition('.')[0]} {type(tensor).__name__}",
        symmetric=_is_symmetric(held),
        group=prod(blocks) if several else None,
        axis=several[0] if len(several) == 1 and blocks[several[0]] == 1 else None,
        scales=scales,
        overhead_bytes=sum(part.nbytes for name, part in held.items() if _is_overhead(name)),
        low=codes.low if codes else None,
        high=codes.high if codes else None,
        saturated=codes.saturated if codes else None,
    )


def _is_symmetric(held: dict[str, Tensor]) -> bool | None:
    points: list[Any] = [part for name, part in held.items() if "zero" in name]
    return not any(bool((part != 0).any()) for part in points)


def _count_codes(tensor: Tensor, held: dict[str, Tensor]) -> CodeCounts | None:
    """Counts of integer codes that lie one to an element."""
    payload, stored = _payload(held), _stored_type(tensor, held)
    found = re.fullmatch(r"u?int(\d+)", stored)
    if found is None or int(found[1]) > 16 or payload.numel() != tensor.numel():
        return None
    low, high = code_range(stored, int(found[1]))
    return counted(payload.cpu().numpy().reshape(-1), 16, low, high, tensor.numel())
