"""Gradient descent, with zeros that stay zeros, and a loss of the caller's choice.

Networks hold float32 but are trained in float64. Processors round differently, and training
multiplies that by a million: of float32's last digit it makes another network, of float64's none.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

from demo.digits.data import Split
from demo.digits.network import weight_layers
from demo.recipe import EpochDone

Loss: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(logits, images, labels) → mean loss of the batch."""

_BATCH = 64


class DivergedError(Exception):
    """The training loss is no longer a finite number."""


def label_loss(logits: Tensor, _images: Tensor, labels: Tensor) -> Tensor:
    return cross_entropy(logits, labels)


def trained(
    net: nn.Module,
    data: Split,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    epoch_done: EpochDone[nn.Module],
    loss: Loss = label_loss,
    dtype: torch.dtype = torch.float64,
) -> nn.Module:
    """A trained copy of `net`, in evaluation mode. Weights that are exactly zero stay zero.

    SGD with Nesterov momentum 0.9, weight decay 5e-4 and a one-cycle schedule up to
    `learning_rate`; `seed` fixes the order of the images. `loss` gets logits and images of `dtype`.

    Raises:
      DivergedError: after `epoch_done` was called for the epoch whose loss is not finite.
    """
    net = for_training(net, dtype).train()
    images = data.images.to(dtype)
    kept = [(layer.weight, layer.weight != 0) for layer in weight_layers(net)]
    steps = epochs * math.ceil(len(data.labels) / _BATCH)
    optimizer = SGD(net.parameters(), learning_rate, 0.9, weight_decay=5e-4, nesterov=True)
    schedule = OneCycleLR(optimizer, learning_rate, total_steps=steps)
    shuffle = torch.Generator().manual_seed(seed)

    for epoch in range(1, epochs + 1):
        total = 0.0
        order = torch.randperm(len(data.labels), generator=shuffle)
        for batch in torch.split(order, _BATCH):
            shown, labels = images[batch], data.labels[batch]
            batch_loss = loss(net(shown), shown, labels)
            optimizer.zero_grad()
            batch_loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            _restore_zeros(kept)
            total += batch_loss.item() * len(batch)
        mean = total / len(data.labels)
        epoch_done(epoch, mean, _rounded(net))
        if not math.isfinite(mean):
            raise DivergedError(f"the training loss became {mean} in epoch {epoch} of {epochs}")
    return _rounded(net)


def for_training(net: nn.Module, dtype: torch.dtype = torch.float64) -> nn.Module:
    """A copy in `dtype`; with channels last, float64 takes little more than half the time."""
    return _copy(net, dtype, torch.channels_last)


def _rounded(net: nn.Module) -> nn.Module:
    """A copy in float32, as networks are used, in evaluation mode."""
    return _copy(net, torch.float32, torch.contiguous_format).eval()


def _copy(net: nn.Module, dtype: torch.dtype, layout: torch.memory_format) -> nn.Module:
    # Torch's types of `to` know no layout.
    copied: nn.Module = copy.deepcopy(net).to(dtype=dtype, memory_format=layout)  # type: ignore[call-overload]
    return copied


@torch.no_grad()
def _restore_zeros(kept: list[tuple[Tensor, Tensor]]) -> None:
    for weight, mask in kept:
        weight.mul_(mask)
