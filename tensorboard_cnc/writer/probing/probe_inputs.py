"""Probe inputs: the batches that a network is run on, and a fingerprint of their content."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.tensors.torch_tensors import dtype_name, is_torch_tensor

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    _Array: TypeAlias = Tensor | NDArray[Any]

_TAKES = (
    "Probe inputs are a tensor, a tuple or mapping of the arguments of forward, or a list or "
    "loader of such batches; their first dimension is the instance"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call of forward gets, with its number of instances."""

    positional: tuple[Any, ...]
    named: dict[str, Any]
    instances: int


def probe_batches(net: nn.Module | None, inputs: Any) -> list[Batch]:
    """The batches in `inputs`; where a batch has more parts than forward takes, the first ones.

    So a loader of (images, labels) serves as it is.

    Raises:
      ArgumentError: `inputs` is something else, or empty.
    """
    one = is_torch_tensor(inputs) or isinstance(inputs, tuple | Mapping | np.ndarray)
    if not one and (isinstance(inputs, str) or not isinstance(inputs, Iterable)):
        raise ArgumentError(
            f"The probe inputs are {shown(inputs)} of type {type_name(inputs)}",
            _TAKES,
            "Pass some of the inputs that the network is tested on",
        )
    most = _positional_arguments(net)
    batches = [_batch(given, most) for given in ([inputs] if one else inputs)]
    if not sum(batch.instances for batch in batches):
        raise ArgumentError(
            "The probe inputs hold no instance", _TAKES, "Pass at least one instance"
        )
    return batches


def fingerprint(batches: Iterable[Batch], masks: Iterable[NDArray[Any]] = ()) -> str:
    """16 hexadecimal digits of what the inputs hold, however they are cut into batches.

    `masks` that the inputs do not hold themselves are part of it.
    """
    hashes: dict[str, Any] = {}
    parts = [_parts(batch) for batch in batches] + [[("mask of the probe", each)] for each in masks]
    for named in parts:
        for name, tensor in named:
            kind = f"{name} {dtype_name(tensor.dtype)} {tuple(tensor.shape[1:])}"
            hashes.setdefault(kind, hashlib.sha256(kind.encode())).update(_bytes(tensor))
    whole = b"".join(hashes[kind].digest() for kind in sorted(hashes))
    return hashlib.sha256(whole).hexdigest()[:16]


def moved(value: Any, device: torch.device | None, dtype: torch.dtype | None) -> Any:
    """`value`, with tensors on `device` and floats among them as `dtype`; None leaves them."""
    import torch

    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value)
    if is_torch_tensor(value):
        return value.to(device, dtype if value.is_floating_point() else None)
    if isinstance(value, Mapping):
        return {key: moved(each, device, dtype) for key, each in value.items()}
    if isinstance(value, list) or type(value) is tuple:
        return type(value)(moved(each, device, dtype) for each in value)
    return value


def taken_by(net: nn.Module) -> tuple[torch.device | None, torch.dtype | None]:
    """The device of the network, and the type of its floats if all have one; else None."""
    parameters = list(net.parameters())
    kinds = {each.dtype for each in parameters if each.is_floating_point()}
    device = parameters[0].device if parameters else None
    return device, kinds.pop() if len(kinds) == 1 else None


def _batch(given: Any, most: int | None) -> Batch:
    positional: tuple[Any, ...]
    if isinstance(given, Mapping):
        positional, named = (), {str(name): value for name, value in given.items()}
    elif isinstance(given, tuple | list):
        positional, named = tuple(given[:most]), {}
    else:
        positional, named = (given,), {}
    for _, tensor in _named_parts((*positional, *named.values())):
        if tensor.ndim:
            return Batch(positional, named, len(tensor))
    raise ArgumentError(
        f"A batch of the probe inputs is {shown(given)} of type {type_name(given)}",
        _TAKES,
        "Pass tensors or arrays",
    )


def _positional_arguments(net: nn.Module | None) -> int | None:
    """How many arguments forward takes by position; None for any number."""
    if net is None:
        return None
    try:
        parameters = inspect.signature(net.forward).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = [parameter.kind for parameter in parameters]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(kind in by_position for kind in kinds)


def _parts(batch: Batch) -> Iterator[tuple[str, _Array]]:
    yield from _named_parts(batch.positional)
    yield from _named_parts(batch.named)


def _named_parts(value: Any, name: str = "") -> Iterator[tuple[str, _Array]]:
    """The tensors and arrays in nested tuples, lists and mappings."""
    if is_torch_tensor(value) or isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _named_parts(each, f"{name}/{key}")
    elif isinstance(value, tuple | list):
        for place, each in enumerate(value):
            yield from _named_parts(each, f"{name}/{place}")


def _bytes(tensor: _Array) -> NDArray[np.uint8]:
    if is_torch_tensor(tensor):
        import torch

        plain = tensor.detach().cpu()
        plain = plain.dequantize() if plain.is_quantized else plain
        plain = plain if plain.layout is torch.strided else plain.to_dense()
        return plain.contiguous().reshape(-1).view(torch.uint8).numpy()
    return np.ascontiguousarray(tensor).reshape(-1).view(np.uint8)
