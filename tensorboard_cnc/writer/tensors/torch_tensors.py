"""Plain tensors of torch, dense and sparse, as tensors to be sketched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Role
from tensorboard_cnc.writer.tensors.number_formats import as_floats, decoded, unpacked
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    TensorSource,
    channel_axis,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_SPARSE_PARTS = ("values", "indices", "crow_indices", "col_indices", "ccol_indices", "row_indices")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor is found in its network: the fields of `TensorSketch`."""

    name: str
    module: str = ""
    kind: str = ""
    role: Role = "parameter"


def is_torch_tensor(value: Any) -> TypeGuard[Tensor]:
    """Whether `value` is a tensor of torch, which is not imported for the question."""
    return any(
        kind.__module__ in ("torch", "torch._tensor") and kind.__name__ == "Tensor"
        for kind in type(value).__mro__
    )


def dense_source(place: Place, tensor: Tensor) -> TensorSource:
    """A tensor with memory of its own, on any device."""
    name = dtype_name(tensor.dtype)
    shape = tuple(tensor.shape)
    if name == "float4_e2m1fn_x2":
        name, shape = "float4_e2m1fn", (*shape[:-1], 2 * shape[-1])
    return located(place, shape, name, lambda: flat_reader(tensor), tensor.nbytes)


def located(
    place: Place, shape: tuple[int, ...], dtype: str, open_: Callable[[], Read], stored_bytes: int
) -> TensorSource:
    """A source of these values at `place`, stored in the type of its values."""
    return TensorSource(
        name=place.name,
        shape=shape,
        dtype=dtype,
        open=open_,
        module=place.module,
        kind=place.kind,
        role=place.role,
        storage=dtype,
        stored_bytes=stored_bytes,
        axis=channel_axis(shape, place.kind),
    )


def flat_reader(tensor: Tensor) -> Read:
    """Reads a dense tensor where it is; from an accelerator piece by piece."""
    flat = tensor.detach().resolve_neg().reshape(-1)
    if flat.device.type != "cpu":
        return lambda start, stop: _floats(flat[start:stop].cpu())
    name = dtype_name(flat.dtype)
    if name.startswith(("bfloat16", "float8", "float4")):
        return _coded_reader(flat, name)
    # Tensor.numpy() forbids to resize the tensor from then on, which observers do.
    array = np.from_dlpack(flat)
    return lambda start, stop: as_floats(array[start:stop])


def _floats(piece: Tensor) -> NDArray[Any]:
    return flat_reader(piece)(0, len(piece) * (2 if "x2" in str(piece.dtype) else 1))


def _coded_reader(flat: Tensor, name: str) -> Read:
    """Formats that NumPy lacks, decoded from their bits."""
    import torch

    if name == "bfloat16":
        words = flat.view(torch.int16).numpy().view(np.uint16)
        return lambda start, stop: decoded(words[start:stop], name)
    codes = flat.view(torch.uint8).numpy()
    if not name.endswith("_x2"):
        return lambda start, stop: decoded(codes[start:stop], name)

    def pairs(start: int, stop: int) -> NDArray[Any]:
        fields = unpacked(codes[start // 2 : -(-stop // 2)], 4)
        return decoded(fields[start % 2 :][: stop - start], name.removesuffix("_x2"))

    return pairs


def dtype_name(dtype: torch.dtype | np.dtype[Any]) -> str:
    """The name of a type of torch without the library: "bfloat16"."""
    return str(dtype).removeprefix("torch.")


def sparse_source(place: Place, tensor: Tensor) -> TensorSource:
    """A sparse tensor; its stored bytes count the indices."""
    held = tensor.coalesce() if str(tensor.layout) == "torch.sparse_coo" else tensor
    parts = [getattr(held, name)() for name in _SPARSE_PARTS if _has_part(held, name)]
    source = located(
        place,
        tuple(tensor.shape),
        dtype_name(tensor.dtype),
        lambda: _sparse_reader(held),
        sum(part.nbytes for part in parts),
    )
    return replace(source, storage=str(tensor.layout).removeprefix("torch."))


def _has_part(tensor: Tensor, name: str) -> bool:
    try:
        getattr(tensor, name)()
    except (RuntimeError, AttributeError):
        return False
    return True


def _sparse_reader(tensor: Tensor) -> Read:
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
        return tensor.to_sparse()
    # Blocks have no direct way.
    return tensor.to_dense().to_sparse()
