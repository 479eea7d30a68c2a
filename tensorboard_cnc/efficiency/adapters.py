"""Networks with adapters of peft: the weights they compute with, and where their base has them.

peft is known by its classes and what they hold, and never imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.efficiency.logical_weights import logical_weights
from tensorboard_cnc.efficiency.packed_weights import LogicalWeight
from tensorboard_cnc.errors import ArgumentError

if TYPE_CHECKING:
    from torch import Tensor, nn

# The packages of peft.tuners whose get_delta_weight is added to the weight of the base.
_ADDING = frozenset(("fourierft", "loha", "lokr", "lora", "vera"))
# What torch.compile, FSDP and activation checkpointing call the module they wrap.
WRAPPERS = ("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")


class Adapters:
    """Where the modules of a network are in the one that its adapters were added to."""

    def __init__(self, network: nn.Module) -> None:
        self._modules = dict(network.named_modules(remove_duplicate=False))

    def path(self, name: str) -> str | None:
        """The name of a module in the base, without wrappers; None for what an adapter added."""
        kept: list[str] = []
        parts = name.split(".") if name else []
        place = 0
        while place < len(parts):
            outer = self._modules.get(".".join(parts[:place]))
            wrapping = _wrapping(outer, parts[place:])
            if wrapping is None:
                return None
            kept += parts[place : place + 1] if not wrapping else []
            place += wrapping or 1
        return ".".join(each for each in kept if each not in WRAPPERS)

    def changing(self, name: str) -> list[Any]:
        """The adapters that change what the module of this name computes with, the inner first."""
        found = []
        while name.rpartition(".")[2] == "base_layer":
            name = name.rpartition(".")[0]
            outer: Any = self._modules[name]
            if is_adapter(outer) and not (outer.merged or outer.disable_adapters):
                found.append(outer)
        return found

    def weights(self) -> dict[str, list[LogicalWeight]]:
        """What adapters change, by the names of the modules that they wrap."""
        found: dict[str, list[LogicalWeight]] = {}
        for name, module in self._modules.items():
            adapters = self.changing(name)
            if adapters:
                own = dict.fromkeys(name for name, _ in module.named_parameters(recurse=False))
                own |= dict.fromkeys(each.name for each in logical_weights(module))
                found[name] = [_logical(module, adapters, last) for last in own
                               if changes(adapters, last)]  # fmt: skip
        return {name: weights for name, weights in found.items() if weights}

    def unknown(self) -> bool:
        """Whether some change weights in a way that is not understood."""
        return any(
            _kind(adapter) not in _ADDING or _unknown_variants(adapter)
            for name in self._modules
            for adapter in self.changing(name)
        )


def is_adapter(module: Any) -> bool:
    """Whether it is a layer of peft: a base and what adapters add to it."""
    names = ("base_layer", "active_adapters", "merged", "disable_adapters", "adapter_layer_names")
    return all(hasattr(module, each) for each in names)


def changes(adapters: Sequence[Any], last: str) -> bool:
    """Whether adapters change the parameter `last` of the module that they wrap."""
    return any(map(partial(_changes, last=last), adapters))


def adapted(module: Any, adapters: Sequence[Any], last: str) -> Tensor:
    """The parameter `last` of `module` with what the active ones of its adapters add.

    Raises:
      ArgumentError: an adapter is of a kind that is not understood.
    """
    value = _stored(module, last).compute()
    value = value.dequantize() if hasattr(value, "__tensor_flatten__") else value
    for adapter in adapters:
        if _kind(adapter) not in _ADDING:
            raise _unknown(_kind(adapter) or type(adapter).__name__)
        if _changes(adapter, last):
            value = _biased(adapter, value) if last == "bias" else _changed(adapter, value)
    return value


def _changes(adapter: Any, last: str) -> bool:
    if _kind(adapter) not in _ADDING:
        # Whatever it does, some of it.
        return last == "bias" or last.endswith("weight")
    if last == "bias":
        biased: Mapping[str, bool] = getattr(adapter, "lora_bias", None) or {}
        return any(biased.get(name) for name in adapter.active_adapters)
    # Of peft's wrapper of one parameter, such as of all experts.
    own = getattr(adapter, "parameter_name", None)
    return last == own if own else last.endswith("weight")


def _changed(adapter: Any, weight: Tensor) -> Tensor:
    found = weight
    for name in adapter.active_adapters:
        if not any(name in getattr(adapter, each, ()) for each in adapter.adapter_layer_names):
            continue
        if name in _unknown_variants(adapter):
            raise _unknown(type(adapter.lora_variant[name]).__name__)
        change = adapter.get_delta_weight(name)
        magnitudes: Mapping[str, Any] = getattr(adapter, "lora_magnitude_vector", {})
        if name in magnitudes:
            change = _with_magnitude(adapter, weight + change, magnitudes[name].weight) - weight
        found = found + change
    return found


def _biased(adapter: Any, bias: Tensor) -> Tensor:
    for name in adapter.active_adapters:
        if adapter.lora_bias.get(name):
            bias = bias + adapter.scaling[name] * adapter.lora_B[name].bias
    return bias


def _with_magnitude(adapter: Any, direction: Tensor, magnitude: Tensor) -> Tensor:
    """DoRA: each output has a length of its own; an embedding each column."""
    turned = getattr(adapter, "fan_in_fan_out", False)
    axis = 1 if turned or type(adapter.base_layer).__name__ == "Embedding" else 0
    others = [each for each in range(direction.dim()) if each != axis]
    shape = [-1 if each == axis else 1 for each in range(direction.dim())]
    length = direction.square().sum(dim=others, keepdim=True).sqrt()
    found: Tensor = direction / length * magnitude.reshape(shape)
    return found


def _kind(adapter: Any) -> str:
    """The package of peft.tuners that an adapter is of."""
    paths = (kind.__module__.split(".") for kind in type(adapter).__mro__)
    return next((path[2] for path in paths if path[:2] == ["peft", "tuners"]), "")


def _unknown_variants(adapter: Any) -> set[str]:
    """The names of what changes LoRA in another way than DoRA's, which has lengths."""
    variants: Mapping[str, Any] = getattr(adapter, "lora_variant", {})
    return set(variants) - set(getattr(adapter, "lora_magnitude_vector", {}))


def _unknown(kind: str) -> ArgumentError:
    return ArgumentError(
        f"The adapter is a {kind}",
        "LoRA, rsLoRA, DoRA and those that add to the weight are understood",
        "Merge it, then log the network",
    )


def _logical(module: Any, adapters: Sequence[Any], last: str) -> LogicalWeight:
    base = _stored(module, last)
    added = (each for adapter in adapters if _changes(adapter, last)
             for each in _added(adapter))  # fmt: skip
    return base._replace(
        compute=partial(adapted, module, adapters, last),
        stored=(*(base.stored or (base.compute(),)), *(added if last != "bias" else ())),
    )


def _stored(module: Any, last: str) -> LogicalWeight:
    """What a module holds for one of its parameters."""
    packed = (each for each in logical_weights(module) if each.name == last)
    plain = LogicalWeight(last, partial(getattr, module, last), (last,))
    return next(packed, plain)


def _added(adapter: Any) -> Iterator[Tensor]:
    for name, parameter in adapter.named_parameters():
        if not name.startswith("base_layer."):
            yield parameter


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
    if {"base_model", "model"} & outer._modules.keys():
        # Of the whole network, such as matrices that all adapters share.
        return None
    # A module that is trained as a whole beside the adapters, and the original.
    names = list(getattr(outer, "active_adapters", ()))
    trained = bool(names) and not getattr(outer, "disable_adapters", False)
    if rest[0] == "original_module":
        return None if trained else 1
    if rest[0] == "modules_to_save":
        return 2 if trained and rest[1:2] == names[:1] else None
    return 0
