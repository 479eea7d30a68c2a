"""Gradient descent on the next word."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from demo.language.transformer import CONTEXT, LanguageModel

_BATCH = 32


def trained(
    net: LanguageModel,
    tokens: Tensor,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    learning: Callable[[LanguageModel], Iterable[nn.Parameter]] = LanguageModel.parameters,
    epoch_done: Callable[[int, float, LanguageModel], None],
) -> LanguageModel:
    """A copy of `net` of which the parameters that `learning` chooses were trained.

    AdamW and a one-cycle schedule up to `learning_rate`. Each epoch reads all words once, cut into
    stretches at another place, in another order.
    """
    net = copy.deepcopy(net)
    chosen = list(learning(net))
    stretches = (len(tokens) - 1) // CONTEXT
    steps = -(-(stretches - 1) // _BATCH) * epochs
    optimizer = AdamW(chosen, learning_rate, weight_decay=0.01)
    schedule = OneCycleLR(optimizer, learning_rate, total_steps=steps)
    shuffle = torch.Generator().manual_seed(seed)
    for epoch in range(1, epochs + 1):
        net.train()
        total = 0.0
        for batch in torch.split(_stretches(tokens, stretches - 1, shuffle), _BATCH):
            logits = net(batch[:, :-1])
            loss = cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
            optimizer.zero_grad()
            torch.autograd.backward(loss, inputs=chosen)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        epoch_done(epoch, total / (stretches - 1), net.eval())
    return net


def _stretches(tokens: Tensor, count: int, shuffle: torch.Generator) -> Tensor:
    """CONTEXT words and the next one, int64 (count, CONTEXT + 1), in random order."""
    offset = int(torch.randint(CONTEXT, (), generator=shuffle))
    starts = offset + CONTEXT * torch.randperm(count, generator=shuffle)
    return tokens[starts[:, None] + torch.arange(CONTEXT + 1)]
