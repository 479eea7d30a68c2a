"""Weights of layers with the batch norms behind them folded in, as static quantization does it.

A quantized convolution holds the scale of the batch norm that followed it. Compared with the bare
convolution of its parent it would differ by that scale, although nothing was lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.writer.tensors.module_tensors import computed_source, kind_of
from tensorboard_cnc.writer.tensors.network_sources import is_module, unwrapped
from tensorboard_cnc.writer.tensors.tensor_names import without_wrappers
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import Place

if TYPE_CHECKING:
    from torch import Tensor, nn


def with_folded_norms(model: Any, own: set[str]) -> Iterator[TensorSource]:
    """The weights of `model` that another model holds with their norms folded in.

    `own` are the names of the other model's tensors: it has the layer and lacks the norm. Only a
    module tells which norm follows which layer.
    """
    if not is_module(model):
        return
    leaves = [
        (without_wrappers(f"{name}.").removesuffix("."), module)
        for name, module in unwrapped(model).named_modules()
        if not list(module.children())
    ]
    # Quantization-aware training keeps the norm, within the layer.
    norms = (each.removesuffix(".running_var") for each in own if each.endswith(".running_var"))
    keeping = {norm.rpartition(".")[0] for norm in norms}
    for (name, layer), (norm_name, norm) in pairwise(leaves):
        lacks = f"{norm_name}.running_var" not in own and f"{norm_name}.weight" not in own
        folded = lacks and name not in keeping and f"{name}.weight" in own
        if folded and _follows(layer, norm):
            yield from _folded(name, layer, norm)


def _follows(layer: nn.Module, norm: nn.Module) -> bool:
    """Whether `norm` can be folded into the layer in front of it."""
    if "BatchNorm" not in kind_of(norm) or getattr(norm, "running_var", None) is None:
        return False
    outputs = getattr(layer, "out_channels", getattr(layer, "out_features", None))
    return kind_of(layer).startswith(("Conv", "Linear")) and outputs == norm.num_features


def _folded(name: str, layer: nn.Module, norm: nn.Module) -> Iterator[TensorSource]:
    for place, last in enumerate(("weight", "bias")):
        full = f"{name}.{last}" if name else last
        source = computed_source(
            Place(full, name, kind_of(layer)), partial(_fused, layer, norm, place)
        )
        if isinstance(source, TensorSource):
            yield source


def _fused(layer: Any, norm: Any, place: int) -> Tensor:
    from torch.nn.utils.fusion import fuse_conv_bn_weights

    fused = fuse_conv_bn_weights(
        layer.weight,
        layer.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
        transpose=kind_of(layer).startswith("ConvTranspose"),
    )
    return fused[place]
