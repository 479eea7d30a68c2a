"""The tensors of a network of torch, as its modules compute with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from tensorboard_cnc.efficiency.adapters import Adapters, adapted, changes
from tensorboard_cnc.efficiency.packed_weights import NNCF_HOOKS, LogicalWeight, nncf_weights
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.carried_quantizers import unread_weights
from tensorboard_cnc.writer.tensors.graph_weights import weights_in_graphs
from tensorboard_cnc.writer.tensors.kernel_operands import operands_of
from tensorboard_cnc.writer.tensors.module_tensors import (
    computed_source,
    kind_of,
    module_tensors,
    packed_source,
)
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import Place

if TYPE_CHECKING:
    from torch import nn


def is_module(model: Any) -> TypeGuard[nn.Module]:
    """Whether it is a module of torch, which is not imported for the question."""
    return any(
        kind.__name__ == "Module" and kind.__module__ == "torch.nn.modules.module"
        for kind in type(model).__mro__
    )


def unwrapped(model: nn.Module) -> nn.Module:
    """The module inside torch.compile, DataParallel, DistributedDataParallel."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and type(model).__name__ in ("DataParallel", "DistributedDataParallel"):
            inner = model.module
        if inner is None:
            return model
        model = inner


def network_sources(
    model: nn.Module, inputs: Any = None
) -> Iterator[tuple[Any, TensorSource | Refused]]:
    """The tensors of a network, each with the object whose memory tells tied ones.

    With `inputs` it runs on them, and weights are read as its products get them.
    """
    if any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()):
        raise ArgumentError(
            "The network is wrapped by FullyShardedDataParallel (FSDP1)",
            "Its parameters are pieces that do not say where they belong",
            "Shard it with fully_shard (FSDP2), or pass a full state dict, made within "
            "FSDP.state_dict_type(net, StateDictType.FULL_STATE_DICT)",
        )
    network = unwrapped(model)
    found = unread_weights(network, ran=inputs is not None)
    adapters = Adapters(network)
    unread = {_renamed(name, adapters): why for name, why in found.items()}
    in_graphs = weights_in_graphs(network) if unread else {}
    hooked = _hooked(network)
    operands = None if inputs is None else operands_of(network, inputs, quantizes=bool(unread))
    for name, module in network.named_modules(remove_duplicate=False):
        # What they hold is computed by the module that they belong to.
        path, parts = adapters.path(name), name.split(".")
        if path is None or {"parametrizations", NNCF_HOOKS} & {*parts} or _is_packed(module):
            continue
        changing = adapters.changing(name)
        for held, source in module_tensors(path, module):
            used: TensorSource | Refused | None = None
            place = Place(source.name, path, kind_of(module))
            last = source.name.rpartition(".")[2]
            if changes(changing, last):
                used = computed_source(place, partial(adapted, module, changing, last))
            elif source.name in hooked:
                used = packed_source(place, hooked[source.name])
            elif source.name in unread and source.name in in_graphs:
                used = computed_source(place, in_graphs[source.name])
            elif operands is not None and isinstance(source, TensorSource):
                used = operands.of(module, source, held)
            if used is not None and used is not source:
                # Its values are no longer those of the memory that others may share.
                yield None, used
            elif used is None and source.name in unread and _is_plain(source):
                yield held, Refused(source.name, unread[source.name], source.weights)
            else:
                yield held, source


def _hooked(network: nn.Module) -> dict[str, LogicalWeight]:
    """By their full names the weights that hooks of NNCF make."""
    return {
        f"{prefix}.{weight.name}" if prefix else weight.name: weight
        for prefix, module in network.named_modules()
        for weight in nncf_weights(module)
    }


def _renamed(name: str, adapters: Adapters) -> str:
    module, _, last = name.rpartition(".")
    path = adapters.path(module)
    return f"{path}.{last}" if path else last


def _is_plain(source: TensorSource | Refused) -> bool:
    return isinstance(source, TensorSource) and source.scheme is None


def _is_packed(module: nn.Module) -> bool:
    return type(module).__name__ in ("LinearPackedParams", "EmbeddingPackedParams",
                                     "PackedParameter")  # fmt: skip
