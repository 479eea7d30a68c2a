"""DTensors of torch (FSDP2, tensor parallelism): each rank reads the part that it holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any, TypeAlias

import numpy as np

from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource, channel_axis
from tensorboard_cnc.writer.tensors.torch_tensors import Place, Tensor

SourceOf: TypeAlias = Callable[[Place, Tensor], TensorSource | Refused]


def is_sharded(tensor: Tensor) -> bool:
    """Whether it is a DTensor. Asking imports nothing."""
    # Public since torch 2.5; in 2.4 the module is there without the class.
    kind = getattr(sys.modules.get("torch.distributed.tensor"), "DTensor", None)
    return kind is not None and isinstance(tensor, kind)


def has_shards(tensors: Any) -> bool:
    """Whether any of `tensors` is a DTensor, so that all ranks must work together."""
    return any(is_sharded(tensor) for tensor in tensors)


def sharded_source(place: Place, tensor: Tensor, source_of: SourceOf) -> TensorSource | Refused:
    """The part of a DTensor that this rank holds, as a run of the whole tensor's positions.

    A collective call: all ranks of its mesh make it, in the same order. What is split along
    other dimensions than the first is split again along the first; nothing is gathered.
    `source_of` reads the part.
    """
    from torch.distributed.tensor import Shard

    if any(placement.is_partial() for placement in tensor.placements):
        return Refused(place.name, "its parts are sums that are still to be made: reduce it first")
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


def _span(tensor: Tensor) -> tuple[int, int]:
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
