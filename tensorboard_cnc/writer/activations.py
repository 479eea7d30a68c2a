"""Turns what a network computes on probe inputs into a record of sketches, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_cnc.efficiency.preserving_state import preserving_random_states, preserving_state
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import NAME_CHARACTERS
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch
from tensorboard_cnc.sketches.sizes import default_bytes, sizes_within
from tensorboard_cnc.wording import shown, storable, text_of, type_name
from tensorboard_cnc.writer.journal import now_us
from tensorboard_cnc.writer.naming import checked_max_bytes, checked_name, checked_tensor_name
from tensorboard_cnc.writer.probing.layer_sketches import LayerSketches
from tensorboard_cnc.writer.probing.local_errors import GivenInputs, LocalErrors
from tensorboard_cnc.writer.probing.padding import token_masks
from tensorboard_cnc.writer.probing.probe_inputs import (
    Batch,
    fingerprint,
    moved,
    probe_batches,
    taken_by,
)
from tensorboard_cnc.writer.probing.watched_layers import watched_layers
from tensorboard_cnc.writer.ranks import rank_and_size
from tensorboard_cnc.writer.tensors.any_tensor import has_shards
from tensorboard_cnc.writer.tensors.module_tensors import kind_of
from tensorboard_cnc.writer.tensors.network_sources import is_module, unwrapped

if TYPE_CHECKING:
    from torch import nn

# What a sketch of a large output takes; how large outputs are is known only after the pass.
_LARGE = (1 << 30, 3)


def probed_activations(
    model_id: str,
    net: nn.Module,
    inputs: Any,
    *,
    layers: Iterable[str] | str | None,
    mask: Any = None,
    reference: Mapping[str, nn.Module] | None = None,
    max_bytes: int | None,
) -> SketchRecord:
    """The sketches of the outputs of `net`'s layers for `inputs`; its state is preserved.

    Raises:
      ArgumentError: `inputs` or `layers` are invalid, `net` or a reference fails on them, or no
        layer gives numbers whose first dimension is the instance.
    """
    net = unwrapped(net)
    _check_hookable(net)
    bases = _bases(reference)
    # A loader draws when it begins.
    with preserving_random_states():
        batches = probe_batches(net, inputs)
    masks = token_masks(batches, mask)
    watched = watched_layers(net, layers)
    instances = sum(batch.instances for batch in batches)
    sizes = sizes_within(max_bytes or default_bytes(len(watched)), [_LARGE] * len(watched))
    order = count()
    sketches = {
        name: LayerSketches(name or "output", kind_of(module), instances, sizes, order)
        for name, module in watched.items()
    }
    for sketch in sketches.values():
        sketch.tokens = sum(int(each.sum()) for each in masks or ())
    local = {key: LocalErrors(base, watched, sketches) for key, base in bases.items()}
    given = GivenInputs()
    with ExitStack() as states:
        for each in (net, *bases.values()):
            states.enter_context(preserving_state(each))
        for place, batch in enumerate(batches):
            for sketch in sketches.values():
                sketch.begin_batch(batch.instances, masks[place] if masks else None)
            with _hooked(watched, sketches), given.noted(watched if bases else {}):
                _run(net, batch)
            for key, base in bases.items():
                with local[key].compared(given):
                    _run(base, batch, key)
    # One that is an argument is part of the inputs already.
    beside = masks if masks and mask is not None and not isinstance(mask, str) else ()
    return _record(model_id, sketches, fingerprint(batches, beside), instances, local)


def _bases(reference: Any) -> dict[str, nn.Module]:
    """Other networks by their ids."""
    if reference is None:
        return {}
    if not isinstance(reference, Mapping) or not all(map(is_module, reference.values())):
        raise ArgumentError(
            f"reference= is {shown(reference)} of type {type_name(reference)}",
            "It maps the ids of other models, such as the parent, to their networks",
            'Write reference={"dense": dense_net}',
        )
    bases = {
        checked_name(key, "id of a reference"): unwrapped(net) for key, net in reference.items()
    }
    for base in bases.values():
        _check_hookable(base)
    return bases


def given_activations(
    model_id: str, arrays: Mapping[str, Any], inputs: Any, *, max_bytes: int | None
) -> SketchRecord:
    """The sketches of activations that were recorded elsewhere, arrays (instances, …) by name.

    `inputs`: what the network was run on, which tells comparable models; None if unknown.

    Raises:
      ArgumentError: an array has another number of instances than the others, or no array can
        be read.
    """
    batches = [] if inputs is None else probe_batches(None, inputs)
    sizes = sizes_within(max_bytes or default_bytes(len(arrays)), [_LARGE] * len(arrays))
    instances = sum(batch.instances for batch in batches) or _instances(arrays)
    sketches, order = {}, count()
    for name, array in arrays.items():
        sketch = LayerSketches(str(name), "", instances, sizes, order)
        sketch.begin_batch(instances)
        sketch.add_array(array)
        sketches[str(name)] = sketch
    return _record(model_id, sketches, fingerprint(batches) if batches else "", instances, {})


def _instances(arrays: Mapping[str, Any]) -> int:
    counts = {str(name): len(array) for name, array in arrays.items() if np.ndim(array)}
    if len(set(counts.values())) > 1:
        (first, one), (second, other) = list(counts.items())[:2]
        raise ArgumentError(
            f'"{first}" has {one:,} instances, "{second}" {other:,}',
            "The first dimension is the instance, the same instances in all arrays",
            "Log only what was recorded on the same inputs",
        )
    return next(iter(counts.values()), 0)


def _check_hookable(net: nn.Module) -> None:
    if any(kind.__name__ == "ScriptModule" for kind in type(net).__mro__):
        raise ArgumentError(
            "The network is scripted or traced",
            "Layers are watched by hooks, which compiled programs do not call",
            "Pass the module that it was made from",
        )


@contextmanager
def _hooked(
    watched: Mapping[str, nn.Module], sketches: Mapping[str, LayerSketches]
) -> Iterator[None]:
    handles = []
    try:
        for name, module in watched.items():
            handles.append(module.register_forward_hook(_hook(sketches[name])))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(sketch: LayerSketches) -> Callable[[Any, Any, Any], None]:
    def watch(_module: nn.Module, _inputs: Any, output: Any) -> None:
        sketch.add(output)

    return watch


def _run(net: nn.Module, batch: Batch, reference: str = "") -> None:
    device, dtype = taken_by(net)
    try:
        net(*moved(batch.positional, device, dtype), **moved(batch.named, device, dtype))
    except Exception as error:
        which = f'The reference "{reference}"' if reference else "The network"
        raise ArgumentError(
            f"{which} failed on the probe inputs: {text_of(error)}",
            "Its forward is called once for each batch, in evaluation mode",
            "Pass inputs that it accepts: a tensor, or a tuple or mapping of its arguments",
        ) from error


def _record(
    model_id: str,
    sketches: Mapping[str, LayerSketches],
    probe: str,
    instances: int,
    local: Mapping[str, LocalErrors],
) -> SketchRecord:
    found: list[tuple[int, TensorSketch]] = []
    refused: dict[str, str] = {}
    for layer, sketch in sketches.items():
        for order, tensor in sketch.finished():
            errors = {key: each.of(layer, tensor) for key, each in local.items()}
            found.append((order, replace(tensor, local=errors)))
        refused |= {
            storable(name)[:NAME_CHARACTERS]: storable(why) for name, why in sketch.refused.items()
        }
    # As the network computes them, which need not be the order of its modules.
    tensors = {}
    for _, each in sorted(found, key=itemgetter(0)):
        try:
            tensors[checked_tensor_name(each.name)] = each
        except ArgumentError as error:
            refused[storable(each.name)[:NAME_CHARACTERS]] = str(error)
    if not tensors:
        name, reason = next(iter(refused.items()), ("", "there is no layer"))
        raise ArgumentError(
            f"No activation can be logged, for example {shown(name)}: {reason}",
            "Layers must output tensors of numbers whose first dimension is the instance",
            "Name the layers to watch in layers=, or log {name: array}",
        )
    return SketchRecord(
        "activations",
        model_id,
        tuple(tensors.values()),
        fingerprint=probe,
        instances=instances,
        refused=refused,
        logged_us=now_us(),
    )


def activations_record(
    model_id: str,
    net: Any,
    inputs: Any,
    *,
    layers: Iterable[str] | str | None = None,
    mask: Any = None,
    reference: Mapping[str, nn.Module] | None = None,
    max_bytes: int | None = None,
) -> SketchRecord | None:
    """The record of what `m.activations` was given; None on ranks other than the first.

    Ranks of a sharded network (FSDP2) all run it, because each holds a part; else the first does.

    Raises:
      ArgumentError: it is neither a network with inputs nor a mapping of arrays, or as above.
    """
    other = rank_and_size()[0] > 0
    max_bytes = None if max_bytes is None else checked_max_bytes(max_bytes)
    if isinstance(net, Mapping) and not is_module(net):
        if reference is not None:
            raise ArgumentError(
                "reference= was given with recorded arrays",
                "Layers are run on the inputs of the other network's, which needs the network",
                "Pass the torch.nn.Module, or leave reference= out",
            )
        return None if other else given_activations(model_id, net, inputs, max_bytes=max_bytes)
    if is_module(net) and inputs is not None:
        if other and not has_shards(net.parameters()):
            return None
        record = probed_activations(
            model_id,
            net,
            inputs,
            layers=layers,
            mask=mask,
            reference=reference,
            max_bytes=max_bytes,
        )
        return None if other else record
    seen = f"{shown(net)} of type {type_name(net)}"
    raise ArgumentError(
        f"Activations are given by {seen} and {'no ' if inputs is None else ''}inputs",
        "They must be a torch.nn.Module with probe inputs, or a mapping of names to arrays",
        "Write m.activations(net, inputs) or m.activations({name: array})",
    )
