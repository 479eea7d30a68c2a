"""The tensors of whatever a user calls a model: module, state dict, mapping or checkpoint."""

from __future__ import annotations

import os
import weakref
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

import numpy as np

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.tensors.any_tensor import source_of
from tensorboard_cnc.writer.tensors.files.adapters import adapter_at, is_adapter, merged
from tensorboard_cnc.writer.tensors.files.contents import Contents
from tensorboard_cnc.writer.tensors.files.table import contents_of
from tensorboard_cnc.writer.tensors.formats.joining import with_formats
from tensorboard_cnc.writer.tensors.module_tensors import LEFT_OUT
from tensorboard_cnc.writer.tensors.network_sources import is_module, network_sources
from tensorboard_cnc.writer.tensors.plain_arrays import array_source, flattened, tree_of
from tensorboard_cnc.writer.tensors.stored_computations import (
    masked,
    refused_singly,
    with_computed,
)
from tensorboard_cnc.writer.tensors.tensor_names import (
    TensorName,
    adapted_names,
    buffer_or_parameter,
    plain_names,
)
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import Place, is_torch_tensor
from tensorboard_cnc.writer.tensors.unread_codes import Names, checked_codes, holds_text

_TAKES = (
    "Weights are a torch.nn.Module, a state dict, a mapping of names to arrays, or the path of a "
    "checkpoint (safetensors, GGUF, ONNX, torch)"
)
_ADAPTED = (
    "an adapter beside it changes it, by a factor that is not stored here: merge it first "
    "(merge_and_unload), or log the directory of the adapter with base="
)
# What quantized modules of torch.ao put into a state dict beside their tensors.
_NO_TENSORS = ("_packed_params.dtype", "_extra_state")


def model_sources(model: Any, inputs: Any = None) -> Iterator[TensorSource | Refused]:
    """Every tensor of `model` in the order of the network; tied ones follow their first.

    Raises:
      ArgumentError: it is none of what `m.weights` takes, or a damaged checkpoint.
      OSError: a checkpoint cannot be read.
    """
    if inputs is None and is_path(model):
        found = _opened(model)
        return iter(found.tensors) if isinstance(found, Contents) else model_sources(found)
    # Before modules of torch: Keras' are that too where it runs on torch, with their own names.
    model = model if inputs is not None else tree_of(model)
    if is_module(model):
        return _tied(network_sources(model, inputs))
    if inputs is not None:
        raise _not_a_module(model)
    if isinstance(model, Mapping):
        return _tied(_mapping_sources(flattened(model)))
    state = None if isinstance(model, type) else getattr(model, "state_dict", None)
    # A method of most, an attribute of exported programs.
    state = state() if callable(state) else state
    if isinstance(state, Mapping):
        return _tied(_mapping_sources(state))
    raise ArgumentError(
        f"The weights are {shown(model)} of type {type_name(model)}",
        _TAKES,
        'Pass a mapping such as {"weight": array}',
    )


def all_sources(
    model: Any, inputs: Any = None, *, like: Collection[str] = (), base: Any = None
) -> list[TensorSource | Refused]:
    """The tensors of a model that is there as a whole; codes are joined with their scales.

    With `inputs` a module runs on them, and weights are read as its products get them. `like`: the
    names that other models have, for files that have names of their own. `base`: the model that an
    adapter of peft changes.

    Raises:
      ArgumentError: as `model_sources`.
      OSError: likewise.
    """
    if base is not None:
        return merged(adapter_at(model), all_sources(base, like=like))
    found = _opened(model, like) if is_path(model) and inputs is None else model
    if isinstance(found, Contents):
        return with_formats(with_computed(found.tensors), found.quantization, found.metadata)
    sources = model_sources(found, inputs)
    # A module computes its weights itself.
    return with_formats(sources if is_module(found) else with_computed(sources))


def _opened(
    path: str | os.PathLike[str], like: Collection[str] = ()
) -> Contents | Mapping[str, Any]:
    """What a file holds, under the names that the network has."""
    if is_adapter(path):
        raise ArgumentError(
            f"{path} is an adapter of peft",
            "It says how the weights of a base change, and does not hold these",
            "Name the base too: m.weights(adapter, base=...), or --base on the command line",
        )
    found = contents_of(path, like)
    if not isinstance(found, Contents):
        return found
    names = [each.name for each in found.tensors]
    plain, adapted = plain_names(names), adapted_names(names)
    tensors = [_under(plain[each.name], each, each.name in adapted) for each in found.tensors]
    return replace(found, tensors=tensors)


def _under(name: str, source: TensorSource | Refused, adapted: bool) -> TensorSource | Refused:
    """The same tensor under the name that the network has for it."""
    if adapted and isinstance(source, TensorSource):
        return Refused(name, _ADAPTED, source.weights)
    if isinstance(source, Refused) or name == source.name:
        return replace(source, name=name)
    place = TensorName.of(name)
    return replace(source, name=name, module=place.module, role=buffer_or_parameter(place.last))


def sources_one_by_one(model: Mapping[Any, Any]) -> Iterator[TensorSource | Refused]:
    """The tensors of a mapping that may make them when they are asked for; nothing is joined."""
    plain = plain_names(key for key in model if isinstance(key, str)).values()
    names = Names(plain)
    found = refused_singly(model_sources(model), plain)
    return (checked_codes(each, names) for each in found if not holds_text(each.name))


def is_path(model: Any) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(model, str | os.PathLike)


def _not_a_module(model: Any) -> ArgumentError:
    return ArgumentError(
        f"inputs= was given with weights of type {type_name(model)}",
        "Only a torch.nn.Module can be run on inputs",
        "Pass the module, or leave inputs= out",
    )


def _mapping_sources(model: Mapping[Any, Any]) -> Iterator[tuple[Any, TensorSource | Refused]]:
    keys = [key for key in model if isinstance(key, str)]
    names, adapted = plain_names(keys), adapted_names(keys)
    for key, value in model.items():
        if not isinstance(key, str):
            yield None, Refused(str(key), f"its name is a {type_name(key)}: name it by a text")
            continue
        for held, source in _entry_sources(names[key], key, value, model):
            yield held, _under(source.name, source, key in adapted)


def _entry_sources(
    name: str, key: str, value: Any, model: Mapping[Any, Any]
) -> Iterator[tuple[Any, TensorSource | Refused]]:
    place = TensorName.of(name)
    if place.last in LEFT_OUT or name.endswith(_NO_TENSORS):
        return
    if key.endswith("_mask") and f"{key.removesuffix('_mask')}_orig" in model:
        return
    base = key.removesuffix("_orig")
    if base != key and f"{base}_mask" in model:
        stem = name.removesuffix("_orig")
        yield None, masked(_entry(stem, value), _entry(stem, model[f"{base}_mask"]))
    elif name.endswith("_packed_params") and isinstance(value, tuple):
        # Weight and bias of a quantized linear layer.
        for last, part in zip(("weight", "bias"), value, strict=False):
            module = name.removesuffix("_packed_params").removesuffix("_packed_params.")
            if is_torch_tensor(part):
                found = Place(f"{module}{last}", module.removesuffix("."))
                yield None, source_of(found, part)
    elif isinstance(value, Mapping):
        yield None, Refused(name, f"it is itself a mapping: pass its entry [{key!r}] alone")
    else:
        yield value, _entry(name, value)


def _entry(name: str, value: Any) -> TensorSource | Refused:
    """A tensor of torch, or an array."""
    if not is_torch_tensor(value):
        return array_source(name, value)
    place = TensorName.of(name)
    return source_of(Place(name, place.module, role=buffer_or_parameter(place.last)), value)


def _tied(
    found: Iterable[tuple[Any, TensorSource | Refused]],
) -> Iterator[TensorSource | Refused]:
    """Marks tensors that hold the same memory as an earlier one."""
    first = _SharedMemory()
    for held, source in found:
        if isinstance(source, TensorSource) and (name := first.name_for(held, source.name)):
            yield replace(source, tied=name)
        else:
            yield source


class _SharedMemory:
    """Knows under which name the tensor in a piece of memory was seen first."""

    def __init__(self) -> None:
        # Memory that was given back may hold another tensor by now.
        self._first: dict[Hashable, tuple[str, weakref.ref[Any]]] = {}

    def name_for(self, held: Any, name: str) -> str:
        """The earlier name of a tensor that lives in the same memory as `held`, or ""."""
        where = _address(held)
        if where is None:
            return ""
        earlier, alive = self._first.get(where, ("", None))
        if alive is not None and alive() is not None:
            return earlier
        self._first[where] = (name, weakref.ref(held))
        return ""


def _address(held: Any) -> Hashable | None:
    """The same for two tensors of the same elements in the same memory; None where unknown."""
    if is_torch_tensor(held):
        try:
            address = held.data_ptr()
        except Exception:
            # Subclasses without memory of their own.
            address = 0
        if not address or not held.numel():
            return id(held)
        kind = (str(held.device), str(held.dtype))
        return (address, *kind, tuple(held.shape), tuple(held.stride()))
    if isinstance(held, np.ndarray) and held.size:
        return (held.ctypes.data, "cpu", str(held.dtype), held.shape, held.strides)
    return None
