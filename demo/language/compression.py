"""Prunes, restores and quantizes parts of the language model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from demo.language.transformer import LanguageModel

Part = Callable[[str, nn.Module], bool]


def norms(_name: str, module: nn.Module) -> bool:
    return isinstance(module, nn.LayerNorm)


def attention(name: str, module: nn.Module) -> bool:
    return ".attention." in name and isinstance(module, nn.Linear)


def feed_forward(name: str, module: nn.Module) -> bool:
    return ".feed_forward." in name and isinstance(module, nn.Linear)


def queries(name: str, _module: nn.Module) -> bool:
    return name.endswith(".query")


def later_blocks(name: str, module: nn.Module) -> bool:
    """The second half of the blocks, norms and all."""
    return name.startswith(("blocks.2.", "blocks.3.")) and everything(name, module)


def everything(_name: str, module: nn.Module) -> bool:
    return isinstance(module, nn.Linear | nn.LayerNorm | nn.Embedding)


PARTS: dict[str, Part] = {
    "all": everything,
    "norms": norms,
    "queries": queries,
    "later blocks": later_blocks,
    "attention": attention,
    "feed-forward": feed_forward,
}


def weights_of(net: nn.Module, part: Part) -> Iterator[tuple[str, nn.Parameter]]:
    """The weights of the modules of one part, by the names of the modules; no biases."""
    for name, module in net.named_modules():
        weight = getattr(module, "weight", None)
        if isinstance(weight, nn.Parameter) and part(name, module):
            yield name, weight


@torch.no_grad()
def pruned(net: LanguageModel, amount: float, part: Part) -> LanguageModel:
    """A copy in which each module of `part` has lost its smallest weights."""
    net = copy.deepcopy(net)
    for _, weight in weights_of(net, part):
        count = round(amount * weight.numel())
        if count:
            smallest = weight.abs().flatten().topk(count, largest=False).indices
            weight.view(-1)[smallest] = 0
    return net


@torch.no_grad()
def restored(net: LanguageModel, original: nn.Module, part: Part) -> LanguageModel:
    """A copy in which the weights of `part` are those of `original` again."""
    net = copy.deepcopy(net)
    before = dict(weights_of(original, part))
    for name, weight in weights_of(net, part):
        weight.copy_(before[name])
    return net


class Int8Linear(nn.Module):
    """A linear layer whose weights are int8, with a scale for each output."""

    weight_scale: Tensor

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach()
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-12) / 127
        codes = (weight / scale).round().to(torch.int8)
        self.weight = nn.Parameter(codes, requires_grad=False)
        self.register_buffer("weight_scale", scale)
        self.bias = layer.bias

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight * self.weight_scale, self.bias)


def int8_weights(net: LanguageModel) -> LanguageModel:
    """A copy with all linear layers in int8; embeddings and norms stay as they are."""
    net = copy.deepcopy(net)
    for name, module in list(net.named_modules()):
        if isinstance(module, nn.Linear):
            place, _, attribute = name.rpartition(".")
            setattr(net.get_submodule(place), attribute, Int8Linear(module))
    return net
