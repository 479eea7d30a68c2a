"""Layers that tell how many of their outputs are in memory at once."""

from __future__ import annotations

import weakref

from torch import Tensor, nn


class KeptOutputs:
    """Counts the outputs of its layers: `made` in all, `most` alive when another was made."""

    def __init__(self) -> None:
        self.most = 0
        self._alive: list[weakref.ref[Tensor]] = []

    @property
    def made(self) -> int:
        return len(self._alive)

    def layer(self) -> nn.Module:
        """A layer that adds 1."""
        return _Layer(self)

    def output(self, x: Tensor) -> Tensor:
        self.most = max(self.most, sum(each() is not None for each in self._alive))
        y = x + 1
        self._alive.append(weakref.ref(y))
        return y


class _Layer(nn.Module):
    def __init__(self, outputs: KeptOutputs) -> None:
        super().__init__()
        self._outputs = outputs

    def forward(self, x: Tensor) -> Tensor:
        return self._outputs.output(x)
