"""Reads tensors that torch can dequantize, a few rows at a time."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.tensor_source import Read
from tensorboard_cnc.writer.tensors.torch_tensors import flat_reader

if TYPE_CHECKING:
    from torch import Tensor

# Values that are dequantized together, in rows of which no block of scales crosses an end.
_SLAB = 2**20
_ROWS = 128


def dequantizing_reader(tensor: Any) -> Read:
    """Dequantizes rows when they are read; at once what is small, or what cannot be cut."""
    shape = tuple(tensor.shape)
    width = prod(shape[1:])
    high = max(_SLAB // max(width, 1) // _ROWS, 1) * _ROWS
    if len(shape) < 2 or shape[0] <= 2 * high or not _can_be_cut(tensor, high):
        return flat_reader(tensor.dequantize())
    first, slab = 0, flat_reader(_rows(tensor, 0, high))

    def read(start: int, stop: int) -> NDArray[Any]:
        nonlocal first, slab
        parts = []
        while start < stop:
            at = start // (high * width) * high
            if at != first:
                first, slab = at, flat_reader(_rows(tensor, at, min(at + high, shape[0])))
            end = min(stop, (at + high) * width)
            parts.append(slab(start - at * width, end - at * width))
            start = end
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return read


def _rows(tensor: Any, first: int, last: int) -> Tensor:
    import torch

    with torch.no_grad():
        rows: Tensor = tensor[first:last].dequantize()
    return rows


def _can_be_cut(tensor: Any, high: int) -> bool:
    """Whether rows of it dequantize alone as they do among others."""
    import torch

    middle = (len(tensor) // high - 1) * high
    first, last = middle - high, middle + high
    try:
        parts = [_rows(tensor, first, middle), _rows(tensor, middle, last)]
        return torch.equal(_rows(tensor, first, last), torch.cat(parts))
    except Exception:
        # Classes cut what they know how to cut.
        return False
