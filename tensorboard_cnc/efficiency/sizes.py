"""How many bytes a model's state takes: stored, compressed, and at least."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tensorboard_cnc.efficiency.compression import CompressedSize, stream
from tensorboard_cnc.efficiency.state_tensors import (
    StateTensor,
    nonzeros,
    offloaded_values,
    parts,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

_SUB_BYTE = re.compile(r"u?int([1-7])")


class StoredSize(NamedTuple):
    """Bytes of the serialised state, as they are and after zlib."""

    size_bytes: int
    compressed: CompressedSize


def stored_size(model: nn.Module) -> StoredSize:
    """The state as `torch.save` writes it, a scripted module as its archive; nothing on disk."""
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        archive = model.save_to_buffer()
        counter = _CountingFile(len(archive))
        counter.write(archive)
    else:
        state = model.state_dict()
        state.update(offloaded_values(model))
        tensors = [each for each in state.values() if isinstance(each, torch.Tensor)]
        counter = _CountingFile(sum(map(in_memory_bytes, tensors)))
        _save(state, counter)
    return counter.sizes()


def effective_bytes(state: Iterable[StateTensor], count: Callable[[Tensor], int]) -> int:
    """Bytes of the state with each tensor in the shortest of three encodings.

    Of n values of b bits, k of them other than zero: all values (n·b bits), a bitmap of the
    others and these (n + k·b), or each with its index (k·(b + ⌈log₂ n⌉)). Scales and zero points
    count as the tensors they are. `count` tells how many values of a tensor are not zero.
    """
    tensors = (each for entry in state for each in entry.stored or (entry.tensor,))
    bits = sum(_shortest(part, count) for each in tensors for part in parts(each.detach()))
    return math.ceil(bits / 8)


def in_memory_bytes(tensor: Tensor) -> int:
    """Bytes that `tensor` occupies, with the indices or scales that belong to it."""
    return sum(_least_dense_bits(part) for part in _buffers_of(tensor)) // 8


class _CountingFile:
    """A file that keeps only its length, plain and compressed."""

    def __init__(self, expected: int) -> None:
        self._size = 0
        self._stream = stream(expected)

    def write(self, data: bytes) -> int:
        self._size += len(data)
        self._stream.feed(data)
        return len(data)

    def flush(self) -> None:
        """Part of what torch expects of a file."""

    def sizes(self) -> StoredSize:
        return StoredSize(self._size, self._stream.size())


def _save(state: Mapping[str, Any], file: _CountingFile) -> None:
    """As `torch.save`, but what breaks it off, such as Ctrl-C in `write`, comes out as it is."""
    import torch

    handled_before = sys.exception()
    try:
        torch.save(state, file)  # type: ignore[arg-type]
    except RuntimeError as error:
        # Torch closes an archive that was broken off too, and raises that this failed.
        cause = error.__context__
        if cause is None or cause is handled_before:
            raise
        raise cause from None


def _shortest(tensor: Tensor, count: Callable[[Tensor], int]) -> int:
    import torch

    bits = bits_per_value(tensor.dtype)
    if tensor.layout != torch.strided:
        values = tensor.coalesce() if tensor.layout == torch.sparse_coo else tensor
        return _encoded_bits(tensor.numel(), count(values.values()), bits)
    if tensor.is_quantized:
        kept = nonzeros(tensor.dequantize())
        return _encoded_bits(tensor.numel(), kept, bits) + _scale_bits(tensor)
    return _encoded_bits(tensor.numel(), count(tensor), bits)


def _encoded_bits(count: int, kept: int, bits: int) -> int:
    index = max(count - 1, 0).bit_length()
    return min(count * bits, count + kept * bits, kept * (bits + index))


def bits_per_value(dtype: torch.dtype) -> int:
    """Bits of one value: 1 for bool, 2 for uint2, 8 for qint8, and so on."""
    import torch

    name = str(dtype).removeprefix("torch.")
    if dtype == torch.bool:
        return 1
    if match := _SUB_BYTE.fullmatch(name):
        return int(match[1])
    return 4 if "4x2" in name else 8 * dtype.itemsize


def _scale_bits(tensor: Tensor) -> int:
    """Scales and zero points of a quantized tensor: one pair, or one for each channel."""
    import torch

    if tensor.qscheme() in (torch.per_tensor_affine, torch.per_tensor_symmetric):
        return 32 + 32
    pair = (tensor.q_per_channel_scales(), tensor.q_per_channel_zero_points())
    return sum(part.numel() * bits_per_value(part.dtype) for part in pair)


def _buffers_of(tensor: Tensor) -> Iterator[Tensor]:
    import torch

    for part in parts(tensor.detach()):
        if part.layout == torch.sparse_coo:
            yield from (part._indices(), part._values())
        elif part.layout in (torch.sparse_csr, torch.sparse_bsr):
            yield from (part.crow_indices(), part.col_indices(), part.values())
        elif part.layout in (torch.sparse_csc, torch.sparse_bsc):
            yield from (part.ccol_indices(), part.row_indices(), part.values())
        else:
            yield part


def _least_dense_bits(tensor: Tensor) -> int:
    return 8 * tensor.numel() * tensor.element_size()
