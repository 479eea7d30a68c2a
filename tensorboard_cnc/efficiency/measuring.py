"""Measures a model: its sizes, its operations, its speed and its memory."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.flops import counted_flops
from tensorboard_cnc.efficiency.inputs import Inputs, explain_rejection
from tensorboard_cnc.efficiency.preserving_state import preserving_state
from tensorboard_cnc.efficiency.sizes import (
    effective_bytes,
    in_memory_bytes,
    stored_size,
)
from tensorboard_cnc.efficiency.speed import conditions, latencies_ms, peak_allocation
from tensorboard_cnc.efficiency.state_tensors import (
    StateTensor,
    counting_once,
    has_no_memory,
    ranks_sharing,
    resident_tensors,
    state_tensors,
    unwrapped,
    zeros,
)
from tensorboard_cnc.errors import ArgumentError

if TYPE_CHECKING:
    import torch
    from torch import nn

T = TypeVar("T")
_UNMEASURED = (
    "nonzero_parameters", "size_bytes", "compressed_bytes", "effective_bytes", "flops",
    "latency_ms", "peak_memory_bytes",
)  # fmt: skip


def measure(
    model: Any, example_inputs: Any = None, *, repeats: int = 30, warmup: int = 3
) -> Efficiency:
    """Measures how large and how fast `model` is, without logging anything.

    It runs in evaluation mode, without gradients, on the device that holds it, and is left as it
    was: training mode, buffers, gradients, hooks and random states are restored, also on error.

    Args:
      model: a torch module; quantized, sparse, pruned, scripted and compiled ones are fine.
      example_inputs: what one forward pass takes: a tensor; a tuple of all positional arguments;
        or a mapping of all named ones. Without them only sizes are measured.
      repeats: forward passes that are timed.
      warmup: forward passes before these.

    Returns:
      What was found, in bytes, milliseconds and operations; the page's names for it are those of
      `Efficiency.metrics`.

    Raises:
      ArgumentError: `model` is not a module or has lazy parameters, or a count is not a whole
        number.
      Exception: whatever the model raises when it is called with `example_inputs`; a note on it
        names the module and the argument.
    """
    net = _checked_model(model)
    repeats, warmup = _count(repeats, "repeats", least=1), _count(warmup, "warmup", least=0)
    report = _Report()
    if (ranks := ranks_sharing(net)) > 1:
        return _counted(
            net,
            f"the parameters are shared by {ranks} ranks: measure the model before it is sharded",
        )
    if any(map(has_no_memory, (*net.parameters(), *net.buffers()))):
        return _counted(
            net,
            "parameters have no memory of their own, as it was freed or they only stand for "
            "others: measure the model while it has its weights",
        )
    with preserving_state(net):
        state = state_tensors(unwrapped(net))
        found = _sizes(net, state, report)
        if example_inputs is not None:
            given = Inputs.of(example_inputs)
            device = _device(net, state, given)
            found |= _speed(net, given.on(device), device, report, repeats, warmup)
    return Efficiency(**found, unmeasured=report.reasons)


def _counted(net: nn.Module, why: str) -> Efficiency:
    """The number of weights, which is known without their values."""
    shapes = {id(each): each.numel() for each in net.parameters()}
    return Efficiency(parameters=sum(shapes.values()), unmeasured=dict.fromkeys(_UNMEASURED, why))


class _Report:
    """Runs what measures one thing, and keeps the reason where it cannot."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def attempt(self, name: str, measure: Callable[[], T], otherwise: T) -> T:
        try:
            return measure()
        except Exception as error:
            self.reasons[name] = f"{type(error).__name__}: {error}"
            return otherwise


def _sizes(net: nn.Module, state: list[StateTensor], report: _Report) -> dict[str, Any]:
    learned = [entry.tensor for entry in state if entry.learned]
    found: dict[str, Any] = {"parameters": sum(tensor.numel() for tensor in learned)}
    if any(entry.tensor.is_meta for entry in state):
        for name in ("nonzero_parameters", "size_bytes", "compressed_bytes", "effective_bytes"):
            report.reasons[name] = "tensors on the meta device have no values"
        return found
    plain, count = unwrapped(net), counting_once()
    nonzero = report.attempt(
        "nonzero_parameters",
        lambda: found["parameters"] - sum(zeros(each, count) for each in learned),
        None,
    )
    stored = report.attempt("size_bytes", lambda: stored_size(plain), None)
    return found | {
        "nonzero_parameters": nonzero,
        "size_bytes": stored and stored.size_bytes,
        "compressed_bytes": stored and stored.compressed.size,
        "compressed_interval": stored and stored.compressed.interval,
        "effective_bytes": report.attempt(
            "effective_bytes", lambda: effective_bytes(state, count), None
        ),
    }


def _speed(
    net: nn.Module,
    inputs: Inputs,
    device: torch.device,
    report: _Report,
    repeats: int,
    warmup: int,
) -> dict[str, Any]:
    def run() -> None:
        inputs.call(net)

    try:
        run()
    except Exception as error:
        explain_rejection(error, net, inputs)
        raise
    counted = report.attempt(
        "flops", lambda: counted_flops(lambda: inputs.call(unwrapped(net))), None
    )
    found: dict[str, Any] = {
        "flops": counted and counted.flops,
        "uncounted": counted.uncounted if counted else {},
        "batch": inputs.batch,
        "conditions": conditions(net, inputs, device),
    }
    if device.type == "meta":
        for name in ("latency_ms", "peak_memory_bytes"):
            report.reasons[name] = "nothing is computed on the meta device"
        return found
    # Tensors that the last pass left in the model are held here, and not freed in this one.
    with preserving_state(net):
        peak = report.attempt("peak_memory_bytes", lambda: peak_allocation(run, device), None)
    resident = [*resident_tensors(unwrapped(net)), *inputs.tensors()]
    if peak is not None:
        found["peak_memory_bytes"] = peak + sum(map(in_memory_bytes, resident))
    found["latency_ms"] = latencies_ms(run, device, repeats=repeats, warmup=warmup)
    return found


def _device(net: nn.Module, state: list[StateTensor], inputs: Inputs) -> torch.device:
    """Where the model runs; a model without tensors runs where its inputs are."""
    import torch

    for module in net.modules():
        # Of accelerate, which moves weights there when they are needed.
        where = getattr(getattr(module, "_hf_hook", None), "execution_device", None)
        if where is not None:
            return torch.device(where)
    if state:
        return state[0].tensor.device
    given = inputs.tensors()
    return given[0].device if given else torch.device("cpu")


def _checked_model(model: Any) -> nn.Module:
    import torch

    if not isinstance(model, torch.nn.Module):
        raise ArgumentError(
            f"The model to be measured is of type {type(model).__qualname__}",
            "Only a torch.nn.Module can be measured",
            "Pass the module itself; for an ExportedProgram, what module() returns",
        )
    if any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()):
        raise ArgumentError(
            "The model to be measured is wrapped by FullyShardedDataParallel (FSDP1)",
            "Its parameters are pieces that do not say what they are of",
            "Measure it before it is wrapped",
        )
    lazy = [name for name, value in model.named_parameters() if torch.nn.parameter.is_lazy(value)]
    if lazy:
        raise ArgumentError(
            f'The parameter "{lazy[0]}" of the model has no shape yet',
            "A lazy module gets its parameters in the first forward pass",
            "Call the model once with real inputs before it is measured",
        )
    return model


def _count(given: Any, name: str, *, least: int) -> int:
    try:
        number = operator.index(given)
    except TypeError:
        number = least - 1
    if isinstance(given, bool) or number < least:
        raise ArgumentError(
            f"{name} is {given!r}",
            f"It must be a whole number of forward passes, at least {least}",
            f"Write {name}={max(least, 10)}",
        )
    return number
