"""The processes of a ``torch.distributed`` job, if this is one of them; torch is not imported."""

from __future__ import annotations

import sys
from typing import Any, TypeVar

T = TypeVar("T")


def rank_and_size() -> tuple[int, int]:
    """This process's rank and the number of processes: (0, 1) outside a distributed job."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def gathered_on_first(part: T) -> list[T]:
    """The parts of all ranks on rank 0, in their order; none on the others. All ranks call it."""
    rank, size = rank_and_size()
    if size == 1:
        return [part]
    parts: list[T] | None = [part] * size if rank == 0 else None
    sys.modules["torch.distributed"].gather_object(part, parts, dst=0)
    return parts or []


def all_gathered(part: T) -> list[T]:
    """The parts of all ranks, in their order, on each of them. All ranks call it."""
    _, size = rank_and_size()
    if size == 1:
        return [part]
    parts: list[Any] = [None] * size
    sys.modules["torch.distributed"].all_gather_object(parts, part)
    return parts
