"""How good a network is. Nothing here is typed in or derived from a recipe."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from demo.digits.data import Split


@dataclass(frozen=True)
class Quality:
    """Share of right answers, and mean cross-entropy in nats."""

    accuracy: float
    loss: float


@torch.no_grad()
def quality(net: nn.Module, data: Split) -> Quality:
    logits = net(data.images)
    return Quality(
        accuracy=(logits.argmax(1) == data.labels).double().mean().item(),
        loss=cross_entropy(logits, data.labels).item(),
    )
