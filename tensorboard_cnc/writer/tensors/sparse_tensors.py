"""Sparse tensors of torch: only what is not zero is held, and its indices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import (
    Place,
    Tensor,
    dtype_name,
    flat_reader,
    located,
)

_PARTS = ("values", "indices", "crow_indices", "col_indices", "ccol_indices", "row_indices")


def sparse_source(place: Place, tensor: Tensor) -> TensorSource:
    """A sparse tensor; its stored bytes count the indices."""
    held = tensor.coalesce() if str(tensor.layout) == "torch.sparse_coo" else tensor
    parts = [getattr(held, name)() for name in _PARTS if _has_part(held, name)]
    source = located(
        place,
        tuple(tensor.shape),
        dtype_name(tensor.dtype),
        lambda: sparse_reader(held),
        sum(part.nbytes for part in parts),
    )
    return replace(source, storage=str(tensor.layout).removeprefix("torch."))


def _has_part(tensor: Tensor, name: str) -> bool:
    try:
        getattr(tensor, name)()
    except (RuntimeError, AttributeError):
        return False
    return True


def sparse_reader(tensor: Tensor) -> Read:
    """Fills in the zeros of a sparse tensor piece by piece."""
    coo = tensor if str(tensor.layout) == "torch.sparse_coo" else _as_coo(tensor)
    coo = coo.coalesce().cpu()
    if coo.dense_dim():
        return flat_reader(coo.to_dense())
    at = np.ravel_multi_index(tuple(coo.indices().numpy()), tuple(coo.shape))
    values = flat_reader(coo.values())(0, len(at))

    def read(start: int, stop: int) -> NDArray[Any]:
        first, last = np.searchsorted(at, (start, stop))
        piece = np.zeros(stop - start, values.dtype)
        piece[at[first:last] - start] = values[first:last]
        return piece

    return read


def _as_coo(tensor: Tensor) -> Tensor:
    if str(tensor.layout) in ("torch.sparse_csr", "torch.sparse_csc"):
        return tensor.to_sparse_coo()
    # Blocks have no direct way.
    return tensor.to_dense().to_sparse_coo()
