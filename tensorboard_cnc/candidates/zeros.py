"""Weights with zeros: the smallest of all, or two of each four; and of low rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_PATTERN = 4


def pruned(rows: Tensor, percent: int) -> Tensor:
    """Without the `percent` of smallest magnitude; of equal ones the first go."""
    count = round(percent / 100 * rows.numel())
    kept = rows.clone().flatten()
    kept[kept.abs().sort(stable=True).indices[:count]] = 0
    return kept.reshape(rows.shape)


def two_of_four(rows: Tensor) -> Tensor:
    """Of each four neighbours in a row only the two of largest magnitude, of equal the first."""
    import torch

    missing = -rows.shape[1] % _PATTERN
    filled = torch.nn.functional.pad(rows, (0, missing))
    fours = filled.reshape(len(rows), -1, _PATTERN)
    order = fours.abs().sort(dim=-1, descending=True, stable=True).indices
    mask = torch.zeros_like(fours).scatter_(-1, order[..., :2], 1)
    return (fours * mask).flatten(1)[:, : rows.shape[1]]


def low_rank(rows: Tensor, percent: int) -> Tensor:
    """The nearest matrix of `rank_of` in squared error (Eckart & Young 1936)."""
    import torch

    kept = rank_of(rows.shape[0], rows.shape[1], percent)
    left, sizes, right = torch.linalg.svd(rows.float(), full_matrices=False)
    found: Tensor = (left[:, :kept] * sizes[:kept]) @ right[:kept]
    return found.to(rows.dtype)


def rank_of(outputs: int, columns: int, percent: int) -> int:
    """`percent` of the full rank, at least 1."""
    return max(1, round(percent / 100 * min(outputs, columns)))
