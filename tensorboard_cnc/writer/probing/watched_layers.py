"""Which modules of a network are watched."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.efficiency.adapters import Adapters, is_adapter
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.tensors.module_tensors import is_quantized_module

if TYPE_CHECKING:
    from torch import nn

# They pass on what they are given.
_NOTHING_NEW = ("Identity", "Dropout", "Flatten", "Unflatten")
# Classes of torch that are made of layers.
_COMPOSITE = frozenset(
    ("Module", "Sequential", "ModuleList", "ModuleDict", "Container", "Transformer",
     "TransformerEncoder", "TransformerDecoder", "TransformerEncoderLayer",
     "TransformerDecoderLayer", "AdaptiveLogSoftmaxWithLoss")
)  # fmt: skip
_OBSERVERS = ("ObserverBase", "FakeQuantizeBase")
_NAMES = "layers= are names of modules, or patterns of them such as 'encoder.*'"


def watched_layers(net: nn.Module, layers: Iterable[str] | str | None) -> dict[str, nn.Module]:
    """The modules to watch by name without wrappers, in the order of the network.

    `layers` are names or patterns ("encoder.*"); None: all that compute something themselves.

    Raises:
      ArgumentError: a name or pattern matches nothing.
    """
    adapters = Adapters(net)
    named = {path: module for name, module in net.named_modules()
             if (path := adapters.path(name)) is not None}  # fmt: skip
    if layers is None:
        return dict(_computing(net, "", adapters))
    if not isinstance(layers, Iterable):
        raise ArgumentError(
            f"layers= is {shown(layers)} of type {type_name(layers)}",
            _NAMES,
            'Write layers=["encoder.*"]',
        )
    chosen: set[str] = set()
    for pattern in [layers] if isinstance(layers, str) else layers:
        found = {name for name in named if fnmatchcase(name, str(pattern))}
        if not found:
            raise _unknown(pattern, list(named))
        chosen |= found
    return {name: module for name, module in named.items() if name in chosen}


def layers_by_name(net: nn.Module) -> dict[str, nn.Module]:
    """All modules by name without wrappers; one that has several names is there by each."""
    adapters = Adapters(net)
    every = net.named_modules(remove_duplicate=False)
    return {path: module for name, module in every if (path := adapters.path(name)) is not None}


def _computing(
    module: nn.Module, name: str, adapters: Adapters, seen: set[int] | None = None
) -> Iterator[tuple[str, nn.Module]]:
    seen = set() if seen is None else seen
    path = adapters.path(name)
    if id(module) in seen or path is None or _is_observer(module):
        return
    seen.add(id(module))
    children = [] if _is_whole(module) else list(module.named_children())
    if not children:
        if not type(module).__name__.startswith(_NOTHING_NEW):
            yield path, module
        return
    for last, child in children:
        if last != "parametrizations":
            yield from _computing(child, f"{name}.{last}" if name else last, adapters, seen)


def _is_whole(module: nn.Module) -> bool:
    """Whether it is a layer that a user writes, whatever a toolkit has put into it.

    Observers, quantizers and parametrizations are children of the layer, and so is what an
    adapter adds.
    """
    kinds = type(module).__mro__
    layer = any(
        kind.__module__.startswith("torch.nn.modules.") and kind.__name__ not in _COMPOSITE
        for kind in kinds
    )
    holding = [type(child).__name__ for child in module.children()]
    return (
        is_quantized_module(module)
        or layer
        or is_adapter(module)
        or set(holding) <= {"ParameterList", "ParameterDict"}
        or [name for name, _ in module.named_children()] == ["parametrizations"]
    )


def _is_observer(module: nn.Module) -> bool:
    """Whether it watches or rounds what passes through it, as torch.ao puts it between layers."""
    return any(kind.__name__ in _OBSERVERS for kind in type(module).__mro__)


def _unknown(pattern: Any, names: list[str]) -> ArgumentError:
    near = difflib.get_close_matches(str(pattern), names, 3) or names[1:4]
    return ArgumentError(
        f"No module is called {shown(pattern)}",
        _NAMES,
        f"Its modules include {', '.join(map(repr, near))}"
        if near
        else "The network has no modules",
    )
