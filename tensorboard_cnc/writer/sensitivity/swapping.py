"""Other values in the place of weights, for one run, and the weights untouched behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn


@contextmanager
def in_place_of(owners: Sequence[nn.Parameter], values: Tensor) -> Iterator[None]:
    """`values` in the place of what the parameters, which share it, hold.

    Parameters point at other memory meanwhile; their own is neither written nor copied, so that
    it is bit for bit the same afterwards.
    """
    before = [owner.data for owner in owners]
    try:
        for owner in owners:
            owner.data = values
        yield
    finally:
        for owner, own in zip(owners, before, strict=True):
            owner.data = own


class Snapshot:
    """Copies of everything that a network holds, to see what a function of the user's changed."""

    def __init__(self, net: nn.Module) -> None:
        self._own = [*net.named_parameters(), *net.named_buffers()]
        self._held = [tensor.data for _, tensor in self._own]
        self._copies = [held.clone() for held in self._held]

    def put_back(self) -> list[str]:
        """Makes all as it was; returns the names of what was not."""
        changed = []
        for (name, tensor), held, copy in zip(self._own, self._held, self._copies, strict=True):
            same = tensor.data.data_ptr() == held.data_ptr() and tensor.shape == copy.shape
            if same and _equal(held, copy):
                continue
            changed.append(name)
            held.copy_(copy)
            tensor.data = held
        return changed


def _equal(one: Tensor, other: Tensor) -> bool:
    """Whether all bits are the same, NaN included."""
    import torch

    if one.dtype.is_complex or not one.numel():
        return bool((one == other).all())
    size = one.element_size()
    kind = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[size]
    return torch.equal(one.contiguous().view(kind), other.contiguous().view(kind))
