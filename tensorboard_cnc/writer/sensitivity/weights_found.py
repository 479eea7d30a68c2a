"""The weights of a network that can be compressed, and why others cannot."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sensitivity import MOST_LAYERS, Layer
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.naming import checked_tensor_name
from tensorboard_cnc.writer.tensors.any_tensor import has_shards
from tensorboard_cnc.writer.tensors.module_tensors import is_quantized_module, kind_of
from tensorboard_cnc.writer.tensors.torch_tensors import dtype_name

if TYPE_CHECKING:
    from torch import nn

_TAKES = "layers= are names of modules or of weights, or patterns such as 'encoder.*'"
_COMPUTED = "its module computes the weight from it: merge the pruning or parametrization first"
# What pruning and weight norm of torch keep instead of a weight.
_PARTS = ("_orig", "_g", "_v")


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight, the parameters that hold it, and the modules that these belong to."""

    layer: Layer
    owners: tuple[nn.Parameter, ...]
    modules: tuple[nn.Module, ...]


def weights_of(
    net: nn.Module, layers: Iterable[str] | str | None
) -> tuple[list[Weight], dict[str, str]]:
    """The matrices of `net` that `layers` chooses, tied ones once; and why others are left out.

    Raises:
      ArgumentError: a pattern matches nothing, the network is sharded, or no weight is left.
    """
    if has_shards(net.parameters()) or _is_wrapped(net):
        raise ArgumentError(
            "The network is sharded",
            "A layer is compressed where it lies, and each rank holds a part of it only",
            "Gather it on each rank (a full state dict in a plain module), or measure before",
        )
    found: dict[Any, Weight] = {}
    refused: dict[str, str] = {}
    patterns = None if layers is None else _patterns(layers)
    matched: set[str] = set()
    for prefix, module in net.named_modules():
        if is_quantized_module(module) and _chosen(patterns, prefix, prefix, matched):
            refused[prefix] = f"it is quantized already ({type(module).__name__})"
            continue
        for last, parameter in module.named_parameters(recurse=False):
            name = f"{prefix}.{last}" if prefix else last
            if parameter.ndim < 2 or not _chosen(patterns, prefix, name, matched):
                continue
            if why := _unfit(name, parameter):
                refused[name] = why
                continue
            key = _memory(parameter)
            found[key] = _joined(found.get(key), name, module, parameter)
    for pattern in set(patterns or ()) - matched:
        raise _unknown(pattern, net)
    weights = list(found.values())
    _check_count(weights, refused)
    return weights, refused


def _joined(known: Weight | None, name: str, module: nn.Module, own: nn.Parameter) -> Weight:
    if known is None:
        shape, size = tuple(own.shape), own.numel() * own.element_size()
        prefix = name.rpartition(".")[0]
        layer = Layer(checked_tensor_name(name), prefix, kind_of(module), shape, size)
        return Weight(layer, (own,), (module,))
    owners = known.owners if any(own is each for each in known.owners) else (*known.owners, own)
    layer = replace(known.layer, tied=(*known.layer.tied, name))
    return Weight(layer, owners, (*known.modules, module))


def _memory(parameter: nn.Parameter) -> Any:
    """Equal for parameters that share their values."""
    return (
        parameter.data_ptr(),
        tuple(parameter.shape),
        tuple(parameter.stride()),
        parameter.dtype,
    )


def _unfit(name: str, parameter: nn.Parameter) -> str:
    """Why a weight cannot be compressed; "" where it can."""
    import torch

    kind = type(parameter.data)
    if "Uninitialized" in type(parameter).__name__:
        return "it is not initialised yet: run the network once"
    if kind is not torch.Tensor or parameter.layout is not torch.strided:
        return f"it is quantized or packed already ({kind.__name__}, {parameter.layout})"
    if parameter.device.type == "meta":
        return "it is on the meta device and has no values"
    if not parameter.is_floating_point() or parameter.element_size() < 2:
        return f"it holds {dtype_name(parameter.dtype)} codes: it is quantized already"
    if "parametrizations" in name.split(".") or name.endswith(_PARTS):
        return _COMPUTED
    return "" if parameter.numel() else "it is empty"


def _is_wrapped(net: nn.Module) -> bool:
    return any(type(module).__name__ == "FullyShardedDataParallel" for module in net.modules())


def _patterns(layers: Any) -> list[str]:
    if isinstance(layers, str):
        return [layers]
    if not isinstance(layers, Iterable):
        raise ArgumentError(f"layers= is {shown(layers)}", _TAKES, 'Write layers=["encoder.*"]')
    return [str(each) for each in layers]


def _chosen(patterns: Sequence[str] | None, module: str, name: str, matched: set[str]) -> bool:
    if patterns is None:
        return True
    own = {each for each in patterns if fnmatchcase(name, each) or fnmatchcase(module, each)}
    matched |= own
    return bool(own)


def _unknown(pattern: str, net: nn.Module) -> ArgumentError:
    names = [name for name, each in net.named_parameters() if each.ndim > 1]
    near = difflib.get_close_matches(pattern, names, 3) or names[:3]
    return ArgumentError(
        f"No weight is called {shown(pattern)}",
        _TAKES,
        f"Its weights include {', '.join(map(repr, near))}" if near else "It has no matrices",
    )


def _check_count(weights: Sequence[Weight], refused: dict[str, str]) -> None:
    if len(weights) > MOST_LAYERS:
        raise ArgumentError(
            f"The network has {len(weights):,} weights",
            f"At most {MOST_LAYERS:,} are measured",
            'Choose some, such as layers=["*.experts.0.*"]',
        )
    if not weights:
        name, why = next(iter(refused.items()), ("it", "it has no matrices"))
        raise ArgumentError(
            f"No weight can be compressed; {shown(name)}: {why}",
            "Layers are floating-point weights with two dimensions or more",
            "Pass the network before it is quantized",
        )
