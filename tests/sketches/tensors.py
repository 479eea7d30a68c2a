"""Tensors to sketch, as they occur in networks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.sizes import Sizes
from tensorboard_cnc.sketches.sketcher import Sketcher, sketch_values

SMALL = Sizes(whole=64, sample=64)


def weights(*shape: int, seed: int = 0, scale: float = 0.02) -> NDArray[np.float32]:
    """Normal weights."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def pruned(values: NDArray[Any], share: float) -> NDArray[Any]:
    """With the smallest `share` of the magnitudes set to 0."""
    threshold = np.quantile(np.abs(values), share)
    return np.where(np.abs(values) <= threshold, 0, values).astype(values.dtype)


def sketch(values: NDArray[Any], name: str = "w", **options: Any) -> TensorSketch:
    """The sketch of all values at once."""
    return sketch_values(name, values.shape, str(values.dtype), values, **options)


def sketched_in_parts(values: NDArray[Any], cuts: list[int], **options: Any) -> TensorSketch:
    """The sketch of shards that are cut at the flat positions `cuts`, merged backwards."""
    flat = values.reshape(-1)
    ends = [0, *sorted(cuts), len(flat)]
    shards = []
    for start, end in pairwise(ends):
        shard = Sketcher("w", values.shape, str(values.dtype), **options)
        shard.update(start, flat[start:end])
        shards.append(shard)
    first = shards.pop()
    while shards:
        first.merge(shards.pop())
    return first.finish()
