"""Weights pruned by ``torch.nn.utils.prune``: the original times a mask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.any_tensor import source_of
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import Place, Tensor


def masked_source(place: Place, original: Tensor, mask: Tensor) -> TensorSource | Refused:
    """What forward computes with; both tensors are stored, and both are counted."""
    source, cover = source_of(place, original), source_of(place, mask)
    if isinstance(source, Refused):
        return source
    if isinstance(cover, Refused):
        return cover
    if source.shape != cover.shape:
        return Refused(place.name, f"its mask has shape {cover.shape} instead of {source.shape}")
    stored_bytes = source.stored_bytes + cover.stored_bytes
    return replace(source, open=lambda: _reader(source, cover), stored_bytes=stored_bytes)


def _reader(source: TensorSource, cover: TensorSource) -> Read:
    values, mask = source.open(), cover.open()

    def read(start: int, stop: int) -> NDArray[Any]:
        found: NDArray[Any] = values(start, stop) * mask(start, stop).astype(np.float32)
        return found

    return read
