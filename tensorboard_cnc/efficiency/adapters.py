"""Networks with adapters of peft: their weights as they are used, under the names of their base.

peft is known by its classes and what they hold, and never imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.tensor_names import without_wrappers

if TYPE_CHECKING:
    from torch import Tensor, nn


class Adapters:
    """Where the modules of a network are in the one that its adapters were added to."""

    def __init__(self, network: nn.Module) -> None:
        self._modules = dict(network.named_modules(remove_duplicate=False))

    def path(self, name: str) -> str | None:
        """The name of a module without wrappers; None for what an adapter added."""
        kept: list[str] = []
        parts = name.split(".") if name else []
        place = 0
        while place < len(parts):
            wrapping = _wrapping(self._modules[".".join(parts[:place])], parts[place:])
            if wrapping is None:
                return None
            kept += parts[place : place + 1] if not wrapping else []
            place += wrapping or 1
        return without_wrappers(".".join([*kept, ""])).removesuffix(".")

    def adapter_of(self, name: str) -> Any:
        """The adapter that changes what the module of this name computes with, or None."""
        outer_name, _, last = name.rpartition(".")
        outer: Any = self._modules[outer_name]
        if last != "base_layer" or not is_adapter(outer):
            return None
        return None if outer.merged or outer.disable_adapters else outer


def adapted_weight(adapter: Any) -> Tensor:
    """The weight of an adapter's base with all active adapters added.

    Raises:
      ArgumentError: an adapter is of a kind that is not understood.
    """
    base: Tensor = adapter.base_layer.weight
    weight = base.dequantize() if hasattr(base, "__tensor_flatten__") else base
    found = weight
    for name in adapter.active_adapters:
        if not any(name in getattr(adapter, each, ()) for each in adapter.adapter_layer_names):
            continue
        change = adapter.get_delta_weight(name)
        kind = type(getattr(adapter, "lora_variant", {}).get(name)).__name__
        magnitudes: Mapping[str, Any] = getattr(adapter, "lora_magnitude_vector", {})
        if name in magnitudes:
            change = _with_magnitude(adapter, weight + change, magnitudes[name].weight) - weight
        elif kind != "NoneType":
            raise ArgumentError(
                f"The adapter is a {kind}",
                "LoRA, rsLoRA and DoRA are understood",
                "Merge it, then log the network",
            )
        found = found + change
    return found


def _with_magnitude(adapter: Any, direction: Tensor, magnitude: Tensor) -> Tensor:
    """DoRA: each output has a length of its own; an embedding each column."""
    turned = getattr(adapter, "fan_in_fan_out", False)
    axis = 1 if turned or type(adapter.base_layer).__name__ == "Embedding" else 0
    others = [each for each in range(direction.dim()) if each != axis]
    shape = [-1 if each == axis else 1 for each in range(direction.dim())]
    length = direction.norm(dim=others, keepdim=True)
    found: Tensor = direction / length * magnitude.reshape(shape)
    return found


def _wrapping(outer: Any, rest: list[str]) -> int | None:
    """How many parts at the beginning of `rest` only lead to what `outer` wraps.

    None: they lead to what an adapter added, or to what it replaced.
    """
    if is_adapter(outer):
        return 1 if rest[0] == "base_layer" else None
    if not type(outer).__module__.startswith("peft."):
        return 0
    if rest[0] in ("base_model", "model"):
        return 1
    # A module that is trained as a whole beside the adapters, and the original.
    names = list(getattr(outer, "active_adapters", ()))
    trained = bool(names) and not getattr(outer, "disable_adapters", False)
    if rest[0] == "original_module":
        return None if trained else 1
    if rest[0] == "modules_to_save":
        return 2 if trained and rest[1:2] == names[:1] else None
    return 0


def is_adapter(module: Any) -> bool:
    """Whether it is a layer of peft: a base and what adapters add to it."""
    names = ("base_layer", "active_adapters", "get_delta_weight", "adapter_layer_names")
    return all(hasattr(module, each) for each in names)
