"""Tensors that share their memory with another of the same model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tensorboard_cnc.records.sketches import TensorSketch


def with_tied_values(tensors: Sequence[TensorSketch]) -> list[TensorSketch]:
    """The tensors, those that are tied with what was sketched of the one they are tied to.

    So a tensor that is tied in one model can be compared with one of its own in another.
    """
    first = {tensor.name: tensor for tensor in tensors if not tensor.tied}
    return [_filled(tensor, first.get(tensor.tied)) for tensor in tensors]


def _filled(tensor: TensorSketch, first: TensorSketch | None) -> TensorSketch:
    if first is None or first.shape != tensor.shape:
        return tensor
    return replace(
        tensor,
        values=first.values,
        sample=first.sample,
        buckets=first.buckets,
        digest=first.digest,
        reference=first.reference,
    )
