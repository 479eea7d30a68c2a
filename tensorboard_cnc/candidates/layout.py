"""A weight as a matrix with a row to each output, cut into groups that share a scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def as_rows(weight: Tensor, kind: str) -> Tensor:
    """`weight` of a module of the class `kind` as (outputs, values of each), contiguous.

    Of stacked matrices, such as experts (experts, outputs, inputs), each has its own rows.
    """
    if _is_stacked(weight.ndim, kind):
        return weight.reshape(-1, weight.shape[-1]).contiguous()
    return weight.movedim(_outputs_axis(kind), 0).flatten(1).contiguous()


def from_rows(rows: Tensor, like: Tensor, kind: str) -> Tensor:
    """What `as_rows` made rows of, in the shape, type and strides of `like`."""
    import torch

    found = torch.empty_like(like)
    if _is_stacked(like.ndim, kind):
        return found.copy_(rows.reshape(like.shape))
    axis = _outputs_axis(kind)
    moved = like.movedim(axis, 0).shape
    return found.copy_(rows.reshape(moved).movedim(0, axis))


def size_of_rows(shape: tuple[int, ...], kind: str) -> tuple[int, int]:
    """The (outputs, values of each) that `as_rows` makes of a weight of this shape."""
    n = math.prod(shape)
    if _is_stacked(len(shape), kind):
        return n // shape[-1] if shape[-1] else 0, shape[-1]
    outputs = shape[_outputs_axis(kind)]
    return outputs, n // outputs if outputs else 0


def _is_stacked(dimensions: int, kind: str) -> bool:
    return dimensions > 2 and "Conv" not in kind


def _outputs_axis(kind: str) -> int:
    """The dimension that counts outputs."""
    return 1 if kind == "Conv1D" or "ConvTranspose" in kind else 0


def groups_of(rows: Tensor, group: int) -> Tensor:
    """(outputs, groups, `group`) of (outputs, n), filled up with zeros; 0: one group of all."""
    import torch

    group = group or rows.shape[1]
    missing = -rows.shape[1] % group
    filled = torch.nn.functional.pad(rows, (0, missing)) if missing else rows
    return filled.reshape(len(rows), -1, group)


def ungrouped(groups: Tensor, columns: int) -> Tensor:
    """(outputs, `columns`) of (outputs, groups, group)."""
    return groups.flatten(1)[:, :columns]
