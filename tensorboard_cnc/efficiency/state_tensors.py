"""The tensors that make up a model's state, whatever they are packed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor, nn


class StateTensor(NamedTuple):
    """One tensor of a model's state, and whether training has learned it.

    What is neither a parameter nor a buffer is the packed content of a quantized module.
    """

    name: str
    tensor: Tensor
    kind: Literal["parameter", "buffer", "packed"]

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

    A weight that `torch.nn.utils.prune` masks comes as it is used, without its mask.
    """
    state = _state(model)
    masks = {name for name in state if f"{name.removesuffix('_mask')}_orig" in state}
    found = _each_once(model, {name: state[name] for name in state if name not in masks})
    return [entry._replace(tensor=_masked(entry, state)) for entry in found]


def resident_tensors(model: nn.Module) -> list[Tensor]:
    """Each tensor that the model keeps in memory, masks too."""
    unsaved = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    saved = _each_once(model, _state(model))
    return [*unsaved.values(), *(entry.tensor for entry in saved if entry.kind == "packed")]


def zeros(tensor: Tensor) -> int:
    """How many of the numbers that `tensor` stands for are zero."""
    import torch

    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        return tensor.numel() - int(_stored_values(tensor).count_nonzero())
    # A quantized tensor, or one of torchao.
    if tensor.is_quantized or is_wrapper(tensor):
        tensor = tensor.dequantize()
    return tensor.numel() - int(tensor.count_nonzero())


def is_wrapper(tensor: Tensor) -> bool:
    """Whether `tensor` is a subclass that wraps other tensors, as torchao's are."""
    return hasattr(tensor, "__tensor_flatten__")


def parts(tensor: Tensor) -> Iterator[Tensor]:
    """The plain tensors that `tensor` is made of: itself, or codes, scales and zero points."""
    if is_wrapper(tensor):
        names, _ = tensor.__tensor_flatten__()  # type: ignore[attr-defined]
        for name in names:
            yield from parts(getattr(tensor, name))
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
    if isinstance(model, torch.jit.ScriptModule):
        state |= _packed_in_script(model)
    return state


def _each_once(model: nn.Module, state: Mapping[str, Any]) -> list[StateTensor]:
    parameters = {id(tensor) for tensor in model.parameters()}
    buffers = {id(tensor) for tensor in model.buffers()}
    found: dict[int, StateTensor] = {}
    for name, entry in state.items():
        for tensor in _tensors_in(entry):
            kind: Literal["parameter", "buffer", "packed"] = "packed"
            if id(tensor) in parameters:
                kind = "parameter"
            elif id(tensor) in buffers:
                kind = "buffer"
            found.setdefault(id(tensor), StateTensor(name, tensor, kind))
    return list(found.values())


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
