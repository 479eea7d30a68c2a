"""The tensors that make up a model's state, whatever they are packed in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tensorboard_cnc.efficiency.adapters import Adapters
from tensorboard_cnc.efficiency.keras_models import is_of, keras_tensors
from tensorboard_cnc.efficiency.logical_weights import logical_weights
from tensorboard_cnc.efficiency.packed_weights import NNCF_HOOKS, QUANTIZERS, LogicalWeight

if TYPE_CHECKING:
    from torch import Tensor, nn


class StateTensor(NamedTuple):
    """One tensor of a model's state, and whether training has learned it.

    What is neither a parameter nor a buffer is the packed content of a quantized module.
    `stored` is what a tensor that is computed is kept in; None for itself.
    """

    name: str
    tensor: Tensor
    kind: Literal["parameter", "buffer", "packed"]
    stored: tuple[Tensor, ...] | None = None

    @property
    def learned(self) -> bool:
        """Scalars in packed content are scales and zero points."""
        return self.kind == "parameter" or (self.kind == "packed" and self.tensor.ndim > 0)


def unwrapped(model: nn.Module) -> nn.Module:
    """The module inside what `torch.compile` returns; else `model` itself."""
    inner: nn.Module = getattr(model, "_orig_mod", model)
    return inner


def state_tensors(model: nn.Module) -> list[StateTensor]:
    """Each tensor of the state once, also where modules share it or hold it packed.

    Weights come as they are used: pruned ones without their masks, parametrized ones computed.
    """
    if is_of(model, "keras", "Layer"):
        return [
            StateTensor(name, tensor, "parameter" if learned else "buffer", (stored,))
            for name, tensor, learned, stored in keras_tensors(model)
        ]
    state = _state(model)
    computed = _computed(model, state)
    masks = {name for name in state if f"{name.removesuffix('_mask')}_orig" in state}
    found = _each_once(model, {name: state[name] for name in state if name not in masks})
    return [*computed, *(entry._replace(tensor=_masked(entry, state)) for entry in found)]


def resident_tensors(model: nn.Module) -> list[Tensor]:
    """Each tensor that the model keeps in memory, masks too."""
    unsaved = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    saved = _each_once(model, _state(model))
    return [*unsaved.values(), *(entry.tensor for entry in saved if entry.kind == "packed")]


def counting_once() -> Callable[[Tensor], int]:
    """`nonzeros`, which looks at the same memory once; what it has seen must not change."""
    known: dict[Any, tuple[Tensor, int]] = {}

    def count(tensor: Tensor) -> int:
        if not tensor.numel():
            return 0
        where = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
        if where not in known:
            # Held, so that no other tensor gets its memory.
            known[where] = tensor, nonzeros(tensor)
        return known[where][1]

    return count


def zeros(tensor: Tensor, count: Callable[[Tensor], int]) -> int:
    """How many of the numbers that `tensor` stands for are zero; `count` tells what is not."""
    import torch

    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        return tensor.numel() - count(_stored_values(tensor))
    if is_sharded(tensor):
        tensor = tensor.to_local()  # type: ignore[attr-defined]
    # A quantized tensor, or one of torchao.
    if tensor.is_quantized or is_wrapper(tensor):
        # Not to be held: it is as large as the weight was before it was quantized.
        return tensor.numel() - nonzeros(tensor.dequantize())
    return tensor.numel() - count(tensor)


def nonzeros(tensor: Tensor) -> int:
    """How many values of a plain tensor are not zero, of types too that torch cannot count."""
    plain = tensor.float() if str(tensor.dtype).startswith("torch.float8") else tensor
    return int(plain.count_nonzero())


def is_sharded(tensor: Any) -> bool:
    """Whether `tensor` is a DTensor, of which each rank holds a part."""
    kind = getattr(sys.modules.get("torch.distributed.tensor"), "DTensor", None)
    return kind is not None and isinstance(tensor, kind)


def ranks_sharing(model: nn.Module) -> int:
    """Over how many ranks the parameters of `model` are sharded; 1 where this one has them all."""
    meshes = [each.device_mesh for each in model.parameters() if is_sharded(each)]  # type: ignore[attr-defined]
    return max((int(mesh.size()) for mesh in meshes), default=1)


def is_wrapper(tensor: Tensor) -> bool:
    """Whether `tensor` is a subclass that wraps other tensors, as torchao's are."""
    return hasattr(tensor, "__tensor_flatten__")


def has_no_memory(tensor: Tensor) -> bool:
    """Whether who reads it would read whatever lies elsewhere: it is fake, masked, traced or freed.

    A tensor on the meta device is none of these.
    """
    if any(kind.__name__ == "FakeTensor" for kind in type(tensor).__mro__):
        return True
    plain = tensor.device.type == "cpu" and str(tensor.layout) == "torch.strided"
    if not plain or is_wrapper(tensor) or is_sharded(tensor) or not tensor.numel():
        return False
    try:
        return tensor.data_ptr() == 0
    except RuntimeError:
        # Within a transformation such as vmap.
        return True


def parts(tensor: Tensor) -> Iterator[Tensor]:
    """The plain tensors that `tensor` is made of: itself, or codes, scales and zero points."""
    if is_wrapper(tensor):
        names, _ = tensor.__tensor_flatten__()  # type: ignore[attr-defined]
        for name in names:
            part = getattr(tensor, name)
            # A DTensor also names its mesh.
            if hasattr(part, "layout"):
                yield from parts(part)
    else:
        yield tensor


def _stored_values(tensor: Tensor) -> Tensor:
    import torch

    if tensor.layout == torch.sparse_coo:
        return tensor.coalesce().values()
    return tensor.values()


def _state(model: nn.Module) -> dict[str, Any]:
    import torch

    state = model.state_dict(keep_vars=True)
    state.update(offloaded_values(model))
    if isinstance(model, torch.jit.ScriptModule):
        state |= _packed_in_script(model)
    return state


def offloaded_values(model: nn.Module) -> dict[str, Tensor]:
    """By name the tensors that accelerate keeps on the CPU or on disk until they are needed."""
    found = {}
    for prefix, module in model.named_modules():
        hook = getattr(module, "_hf_hook", None)
        for each in (hook, *getattr(hook, "hooks", ())):
            values: Any = getattr(each, "weights_map", None)
            own = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
            for name, tensor in own if values is not None else ():
                if tensor.is_meta:
                    found[f"{prefix}.{name}" if prefix else name] = values[name]
    return found


def _computed(model: nn.Module, state: dict[str, Any]) -> list[StateTensor]:
    """The weights that modules compute, in place of what `state` holds for them."""
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        return []
    adapted = _adapted(model, state)
    found, seen = [], set()
    for prefix, module in model.named_modules():
        start = f"{prefix}." if prefix else ""
        for weight in adapted.get(prefix) or logical_weights(module):
            for name in [name for name in state if _is_replaced(name, start, weight.replaces)]:
                del state[name]
            kept = getattr(module, "_parameters", {}).get(weight.name)
            if kept is None or id(kept) not in seen:
                seen.add(id(kept))
                tensor = weight.compute().detach()
                found.append(StateTensor(start + weight.name, tensor, "parameter", weight.stored))
    return found


def _adapted(model: nn.Module, state: dict[str, Any]) -> dict[str, list[LogicalWeight]]:
    """The weights that adapters change, by the modules they wrap; `state` loses what they added.

    Of kinds that are not understood, what is stored counts.
    """
    adapters = Adapters(model)
    if adapters.unknown():
        return {}
    for name in [name for name in state if adapters.path(name) is None]:
        del state[name]
    return adapters.weights()


def _is_replaced(name: str, start: str, replaced: tuple[str, ...]) -> bool:
    own = name.removeprefix(start)
    within = tuple(each for each in replaced if each.endswith("."))
    return name.startswith(start) and (own in replaced or own.startswith(within))


def _each_once(model: nn.Module, state: Mapping[str, Any]) -> list[StateTensor]:
    parameters = {id(tensor) for tensor in model.parameters()}
    buffers = {id(tensor) for tensor in model.buffers()}
    named = {name for name, tensor in model.named_parameters() if tensor.is_meta}
    found: dict[int, StateTensor] = {}
    for name, entry in state.items():
        for tensor in _tensors_in(entry):
            kind: Literal["parameter", "buffer", "packed"] = "packed"
            learned = id(tensor) in parameters or name in named
            if learned and not _is_of_quantizer(name, state):
                kind = "parameter"
            elif learned or id(tensor) in buffers:
                kind = "buffer"
            found.setdefault(id(tensor), StateTensor(name, tensor, kind))
    return list(found.values())


def _is_of_quantizer(name: str, state: Mapping[str, Any]) -> bool:
    module, _, last = name.rpartition(".")
    beside = f"{module}.weight" if module else "weight"
    return NNCF_HOOKS in name or (beside in state and QUANTIZERS.fullmatch(last) is not None)


def _masked(entry: StateTensor, state: Mapping[str, Any]) -> Tensor:
    if not entry.name.endswith("_orig"):
        return entry.tensor
    mask = state.get(f"{entry.name.removesuffix('_orig')}_mask")
    return entry.tensor if mask is None else entry.tensor.detach() * mask


def _tensors_in(entry: Any) -> Iterator[Tensor]:
    import torch

    if isinstance(entry, torch.Tensor):
        yield entry
    elif isinstance(entry, torch.ScriptObject):
        yield from _tensors_in(entry.__getstate__())
    elif isinstance(entry, tuple | list):
        for item in entry:
            yield from _tensors_in(item)


def _packed_in_script(model: nn.Module) -> dict[str, Any]:
    """A scripted quantized module leaves its packed weights out of its state."""
    import torch

    return {
        f"{name}.{attribute}": packed
        for name, module in model.named_modules()
        for attribute in ("_packed_params", "param")
        if isinstance(packed := getattr(module, attribute, None), torch.ScriptObject)
    }
