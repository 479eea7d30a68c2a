"""One tensor of torch, of whatever kind, as a tensor to be sketched.

Of a DTensor (FSDP2, tensor parallelism) each rank reads the part that it holds; of a weight that
``torch.nn.utils.prune`` has pruned, the original is multiplied by its mask.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from tensorboard_cnc.efficiency.state_tensors import has_no_memory, is_wrapper
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.tensors.quantized_tensors import quantized_source, wrapper_source
from tensorboard_cnc.writer.tensors.stored_computations import masked
from tensorboard_cnc.writer.tensors.tensor_source import (
    Refused,
    TensorSource,
    channel_axis,
)
from tensorboard_cnc.writer.tensors.torch_tensors import (
    Place,
    dense_source,
    dtype_name,
    sparse_source,
)

if TYPE_CHECKING:
    from torch import Tensor
    from torch.distributed.tensor import DTensor

# Types that torch has for the codes inside its tensor subclasses.
_SHELL = re.compile(r"u?int[1-7]|bits.*")
_META = (
    "it is on the meta device and has no values: load the weights first, for example with "
    "module.to_empty(device='cpu') and module.load_state_dict(...)"
)


def source_of(place: Place, tensor: Tensor) -> TensorSource | Refused:
    """What `tensor` holds, or why it cannot be read. Nothing about it is changed."""
    import torch

    try:
        with torch.no_grad():
            if reason := _unfit(tensor):
                return Refused(place.name, reason, _weights(place, tensor))
            tensor = tensor.detach()
            if _is_sharded(tensor):
                return _sharded_source(place, tensor)
            if is_wrapper(tensor):
                return wrapper_source(place, tensor)
            if tensor.is_quantized:
                return quantized_source(place, tensor)
            if tensor.layout is not torch.strided:
                return sparse_source(place, tensor)
            return dense_source(place, tensor)
    except Exception as error:
        reason = f"it could not be read: {text_of(error)}"
        return Refused(place.name, reason, _weights(place, tensor))


def _weights(place: Place, tensor: Tensor) -> int | None:
    """How many weights are in a tensor that is refused, None where its shape does not tell."""
    if place.role == "buffer":
        return 0
    try:
        whole = not type(tensor).__module__.startswith("bitsandbytes")
        return int(tensor.numel()) or None if whole else None
    except Exception:
        # Such as of parameters that are not initialised yet.
        return None


def masked_source(place: Place, original: Tensor, mask: Tensor) -> TensorSource | Refused:
    """What forward computes with of a weight that ``torch.nn.utils.prune`` has pruned."""
    return masked(source_of(place, original), source_of(place, mask))


def has_shards(tensors: Iterable[Tensor]) -> bool:
    """Whether any of `tensors` is a DTensor, so that all ranks must work together."""
    return any(_is_sharded(tensor) for tensor in tensors)


def _unfit(tensor: Tensor) -> str:
    """Why `tensor` cannot be read, "" if it can."""
    if tensor.device.type == "meta":
        return _META
    if "Uninitialized" in type(tensor).__name__:
        return "it is not initialised yet: run the network once, then log it"
    if hasattr(tensor, "ds_id") and not tensor.numel():
        return (
            "DeepSpeed (ZeRO-3) keeps its parts elsewhere: log within "
            "deepspeed.zero.GatheredParameters(net.parameters())"
        )
    if tensor.is_complex():
        return "complex numbers have no order: log its real and imaginary parts"
    if has_no_memory(tensor):
        return (
            f"a {type(tensor).__name__} without memory of its own has no values to read (its "
            "memory was freed, or it only stands for others): log its values as a mapping"
        )
    if type(tensor).__module__.partition(".")[0] == "bitsandbytes":
        return "bitsandbytes holds packed codes: log the dequantized weights as a mapping"
    if _SHELL.fullmatch(name := dtype_name(tensor.dtype)):
        return f"its type {name} holds codes without values: log the dequantized tensor"
    return ""


def _is_sharded(tensor: Tensor) -> TypeGuard[DTensor]:
    """Whether it is a DTensor. Asking imports nothing."""
    # Public since torch 2.5; in 2.4 the module is there without the class.
    kind = getattr(sys.modules.get("torch.distributed.tensor"), "DTensor", None)
    return kind is not None and isinstance(tensor, kind)


def _sharded_source(place: Place, tensor: DTensor) -> TensorSource | Refused:
    """The part of a DTensor that this rank holds, as a run of the whole tensor's positions.

    A collective call: all ranks of its mesh make it, in the same order. What is split along
    other dimensions than the first is split again along the first; nothing is gathered.
    """
    from torch.distributed.tensor import Shard

    if any(placement.is_partial() for placement in tensor.placements):
        return Refused(place.name, "its shards are partial sums: reduce it first")
    wanted = [Shard(0) if each.is_shard() else each for each in tensor.placements]
    split = tensor.redistribute(placements=wanted)
    source = source_of(place, split.to_local())
    if isinstance(source, Refused):
        return source
    shape = tuple(tensor.shape)
    return replace(
        source,
        shape=shape,
        axis=channel_axis(shape, place.kind),
        held=_span(split),
        stored_bytes=prod(shape) * split.to_local().element_size(),
    )


def _span(tensor: DTensor) -> tuple[int, int]:
    """The flat positions that this rank holds; none where another rank holds the same."""
    from torch.distributed.tensor._utils import compute_local_shape_and_global_offset

    coordinate = tensor.device_mesh.get_coordinate()
    if coordinate is None:
        return 0, 0
    pairs = zip(tensor.placements, coordinate, strict=True)
    if any(placement.is_replicate() and at > 0 for placement, at in pairs):
        return 0, 0
    shape: tuple[int, ...] = tuple(tensor.shape)
    local: tuple[int, ...]
    local, offset = compute_local_shape_and_global_offset(
        shape, tensor.device_mesh, tensor.placements
    )
    row, size = prod(shape[1:]), int(np.prod(local, dtype=np.int64))
    start = int(offset[0]) * row if shape and size else 0
    return start, start + size
