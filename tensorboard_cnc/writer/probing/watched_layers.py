"""Which modules of a network are watched."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.tensors.module_tensors import is_quantized_module
from tensorboard_cnc.writer.tensors.tensor_names import without_wrappers

if TYPE_CHECKING:
    from torch import nn

# They pass on what they are given.
_NOTHING_NEW = ("Identity", "Dropout", "Flatten", "Unflatten")
_NAMES = "layers= are names of modules, or patterns of them such as 'encoder.*'"


def watched_layers(net: nn.Module, layers: Iterable[str] | str | None) -> dict[str, nn.Module]:
    """The modules to watch by name without wrappers, in the order of the network.

    `layers` are names or patterns ("encoder.*"); None: all that compute something themselves.

    Raises:
      ArgumentError: a name or pattern matches nothing.
    """
    named = {without_wrappers(f"{name}.").removesuffix("."): module
             for name, module in net.named_modules()}  # fmt: skip
    if layers is None:
        return dict(_computing(net, ""))
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


def _computing(
    module: nn.Module, name: str, seen: set[int] | None = None
) -> Iterator[tuple[str, nn.Module]]:
    seen = set() if seen is None else seen
    if id(module) in seen:
        return
    seen.add(id(module))
    children = [] if _is_whole(module) else list(module.named_children())
    if not children:
        if not type(module).__name__.startswith(_NOTHING_NEW):
            yield without_wrappers(f"{name}.").removesuffix("."), module
        return
    for last, child in children:
        if last != "parametrizations":
            yield from _computing(child, f"{name}.{last}" if name else last, seen)


def _is_whole(module: nn.Module) -> bool:
    """Whether its children hold parameters only and are never called."""
    return (
        is_quantized_module(module)
        or type(module).__name__ == "MultiheadAttention"
        or [name for name, _ in module.named_children()] == ["parametrizations"]
    )


def _unknown(pattern: Any, names: list[str]) -> ArgumentError:
    near = difflib.get_close_matches(str(pattern), names, 3) or names[1:4]
    return ArgumentError(
        f"No module is called {shown(pattern)}",
        _NAMES,
        f"Its modules include {', '.join(map(repr, near))}"
        if near
        else "The network has no modules",
    )
