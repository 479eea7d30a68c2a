"""The tensors of one module of torch as it computes with them: masked, parametrized, unpacked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from tensorboard_cnc.efficiency.packed_weights import LogicalWeight, packed_weights
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.tensors.any_tensor import masked_source, source_of
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import Place, is_torch_tensor

if TYPE_CHECKING:
    from torch import Tensor, nn

Compute: TypeAlias = Callable[[], Any]

_AGAIN = "Log the model while it is not being trained"
# Counts of batches say nothing about what a network computes.
LEFT_OUT = frozenset(("num_batches_tracked",))


def module_tensors(
    prefix: str, module: nn.Module
) -> Iterator[tuple[Tensor | None, TensorSource | Refused]]:
    """The tensors of `module` itself, each with the object whose memory tells tied ones.

    `prefix` is the module's full name. Pruned weights are multiplied by their masks, packed ones
    of quantized modules unpacked, and parametrized ones computed.
    """
    kind = kind_of(module)
    shadowed: set[str] = set()
    for name, compute in _computed(module, shadowed):
        source = computed_source(Place(_joined(prefix, name), prefix, kind), compute)
        if source is not None:
            yield None, source
    for weight in packed_weights(module):
        shadowed |= set(weight.replaces)
        yield None, packed_source(Place(_joined(prefix, weight.name), prefix, kind), weight)
    parameters = dict(module.named_parameters(recurse=False, remove_duplicate=False))
    buffers = dict(module.named_buffers(recurse=False, remove_duplicate=False))
    # Masks and parametrizations register a weight anew, behind its bias.
    for name in sorted(parameters, key=lambda name: name not in ("weight", "weight_orig")):
        base = name.removesuffix("_orig")
        mask = buffers.get(f"{base}_mask") if base != name else None
        if mask is not None:
            shadowed |= {base, f"{base}_mask"}
            place = Place(_joined(prefix, base), prefix, kind)
            yield None, masked_source(place, parameters[name], mask)
        elif name not in shadowed:
            parameter = parameters[name]
            yield parameter, source_of(Place(_joined(prefix, name), prefix, kind), parameter)
    skipped = shadowed | LEFT_OUT | getattr(module, "_non_persistent_buffers_set", set())
    for name, buffer in buffers.items():
        if name not in skipped:
            place = Place(_joined(prefix, name), prefix, kind, "buffer")
            yield buffer, source_of(place, buffer)


def kind_of(module: nn.Module) -> str:
    """The class of a module, without what parametrizations and FSDP2 put before its name.

    For scripted and traced modules, the class that they were made from.
    """
    name = getattr(module, "original_name", None) or type(module).__name__
    return str(name).removeprefix("FSDP").removeprefix("Parametrized")


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def computed_source(place: Place, compute: Compute) -> TensorSource | Refused | None:
    """A source that is computed now for its shape and type, and again when it is read."""
    try:
        tensor = _without_traces(compute)
    except Exception as error:
        return Refused(place.name, f"it could not be computed: {text_of(error)}")
    if not is_torch_tensor(tensor):
        return None
    source = source_of(place, tensor)
    if isinstance(source, Refused):
        return source

    def open_again() -> Read:
        again = source_of(place, _without_traces(compute))
        if isinstance(again, Refused):
            raise ArgumentError(f'"{place.name}" changed while it was read', again.reason, _AGAIN)
        return again.open()

    return replace(source, open=open_again)


def _computed(module: Any, shadowed: set[str]) -> Iterator[tuple[str, Compute]]:
    """Tensors that are computed; adds the names that they are computed from to `shadowed`.

    Parametrizations, weight and spectral norm, modules of quanto that are not frozen yet, and
    quantized ones of torch.ao, whose weights are methods.
    """
    for name in getattr(module, "parametrizations", ()) or ():
        yield name, partial(_parametrized, module, name)
    for hook in getattr(module, "_forward_pre_hooks", {}).values():
        name = getattr(hook, "name", None)
        if isinstance(name, str) and callable(getattr(hook, "compute_weight", None)):
            shadowed |= {f"{name}_{end}" for end in ("g", "v", "orig", "u")}
            yield name, partial(_normalised, hook, module)
    if getattr(module, "weight_qtype", None) is not None and hasattr(type(module), "qweight"):
        shadowed.add("weight")
        yield "weight", partial(_unfrozen, module)
    if not is_quantized_module(module):
        return
    if callable(getattr(module, "get_weight", None)):
        for get in (module.get_weight, module.get_bias):
            yield from ((name, partial(_entry, get, name)) for name in get())
        return
    for name in ("weight", "bias"):
        if callable(getattr(module, name, None)):
            shadowed.add(name)
            yield name, getattr(module, name)


def _unfrozen(module: Any) -> Any:
    weight = module.qweight
    # The floats are stored as long as they are; frozen, the codes speak for themselves.
    return weight if weight is module.weight else weight.dequantize()


def packed_source(place: Place, weight: LogicalWeight) -> TensorSource | Refused:
    """The values of a packed weight, and how they are stored."""
    source = computed_source(place, weight.compute)
    if source is None:
        return Refused(place.name, "what its module makes of its codes is no tensor")
    if isinstance(source, Refused) or weight.scheme is None or not weight.stored:
        return source
    stored = sum(each.nbytes for each in weight.stored)
    return replace(source, storage=weight.storage, stored_bytes=stored, scheme=weight.scheme)


def _entry(get: Callable[[], Any], name: str) -> Any:
    return get()[name]


def is_quantized_module(module: nn.Module) -> bool:
    """Whether it is one of torch.ao's, which keep their parameters packed."""
    path = type(module).__module__
    return path.startswith("torch.ao.nn") and ".quantized." in f"{path}."


def _without_traces(compute: Compute) -> Any:
    import torch

    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        return compute()


def _parametrized(module: Any, name: str) -> Any:
    # Spectral norm iterates while it is training.
    with _evaluating(module.parametrizations[name]):
        return getattr(module, name)


def _normalised(hook: Any, module: nn.Module) -> Any:
    if type(hook).__name__ == "SpectralNorm":
        return hook.compute_weight(module, do_power_iteration=False)
    return hook.compute_weight(module)


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Puts a module into evaluation mode, and each part of it back into the one it was in."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
