"""How many bytes a model's state takes: stored, compressed, and at least."""

from __future__ import annotations

import math
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tensorboard_cnc.efficiency.state_tensors import (
    nonzeros,
    offloaded_values,
    parts,
    state_tensors,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# zlib takes about 50 s for each GB.
COMPRESSED_AT_MOST = 500_000_000
_SUB_BYTE = re.compile(r"u?int([1-7])")


class StoredSize(NamedTuple):
    """Bytes of the serialised state, as they are and after zlib; None: too many to compress."""

    size_bytes: int
    compressed_bytes: int | None


def stored_size(model: nn.Module) -> StoredSize:
    """The state as `torch.save` writes it, a scripted module as its archive; nothing on disk."""
    import torch

    counter = _CountingFile()
    if isinstance(model, torch.jit.ScriptModule):
        counter.write(model.save_to_buffer())
    else:
        state = model.state_dict()
        state.update(offloaded_values(model))
        _save(state, counter)
    return counter.sizes()


def effective_bytes(model: nn.Module) -> int:
    """Bytes of the state with each tensor in the shortest of three encodings.

    Of n values of b bits, k of them other than zero: all values (n·b bits), a bitmap of the
    others and these (n + k·b), or each with its index (k·(b + ⌈log₂ n⌉)). Scales and zero points
    count as the tensors they are.
    """
    tensors = (each for entry in state_tensors(model) for each in entry.stored or (entry.tensor,))
    return math.ceil(sum(map(_least_bits, tensors)) / 8)


def in_memory_bytes(tensor: Tensor) -> int:
    """Bytes that `tensor` occupies, with the indices or scales that belong to it."""
    return sum(_least_dense_bits(part) for part in _buffers_of(tensor)) // 8


class _CountingFile:
    """A file that keeps only its length, plain and compressed."""

    def __init__(self) -> None:
        self._size = self._compressed = 0
        self._zlib = zlib.compressobj()

    def write(self, data: bytes) -> int:
        self._size += len(data)
        if self._size <= COMPRESSED_AT_MOST:
            self._compressed += len(self._zlib.compress(data))
        return len(data)

    def flush(self) -> None:
        """Part of what torch expects of a file."""

    def sizes(self) -> StoredSize:
        if self._size > COMPRESSED_AT_MOST:
            return StoredSize(self._size, None)
        return StoredSize(self._size, self._compressed + len(self._zlib.flush()))


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


def _least_bits(tensor: Tensor) -> int:
    return sum(_shortest(part) for part in parts(tensor.detach()))


def _shortest(tensor: Tensor) -> int:
    import torch

    if tensor.layout != torch.strided:
        values = tensor.coalesce() if tensor.layout == torch.sparse_coo else tensor
        kept = nonzeros(values.values())
        return _encoded_bits(tensor.numel(), kept, bits_per_value(tensor.dtype))
    if tensor.is_quantized:
        kept = int(tensor.dequantize().count_nonzero())
        codes = _encoded_bits(tensor.numel(), kept, bits_per_value(tensor.dtype))
        return codes + _scale_bits(tensor)
    kept = nonzeros(tensor)
    return _encoded_bits(tensor.numel(), kept, bits_per_value(tensor.dtype))


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
