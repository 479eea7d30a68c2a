"""Runs of a network on its probe, which begin behind what has not changed.

What a module gave that had ended before a layer began does not depend on the layer's weight. So it
is handed out again instead of computed, in networks of any shape; that both ways give the same bits
is looked at for each layer, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.writer.probing.layer_outputs import output_tensors
from tensorboard_cnc.writer.probing.probe_inputs import Batch, moved, taken_by
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

if TYPE_CHECKING:
    from torch import nn

# Outputs that are kept to be handed out again, and the network's own answers.
_MOST_BYTES = 2 << 30


@dataclass(slots=True)
class _Call:
    """A module that ran from the moment `start` to `end`, within another call."""

    module: nn.Module
    within: _Call | None
    start: int
    end: int = -1
    output: Any = None


@dataclass(slots=True)
class _Pass:
    """All calls of one pass, by module."""

    calls: dict[int, list[_Call]] = field(default_factory=dict)

    def first(self, modules: Sequence[nn.Module]) -> int | None:
        """When the first call of any of the modules began; None where one was not called."""
        starts = [self.calls[id(each)][0].start for each in modules if id(each) in self.calls]
        return min(starts) if len(starts) == len(modules) else None

    def ended_before(self, moment: int) -> list[_Call]:
        """The outermost calls that had ended, of modules that are called once."""
        done = {id(of[0]): of[0] for of in self.calls.values()
                if len(of) == 1 and of[0].end < moment}  # fmt: skip
        return [call for call in done.values() if id(call.within) not in done]


class ProbeRuns:
    """The batches of a probe and a network that runs on them, in evaluation mode."""

    def __init__(self, net: nn.Module, batches: Sequence[Batch]) -> None:
        self.net, self.batches = net, batches
        self._device, self._dtype = taken_by(net)
        self._passes: list[_Pass] = []
        self._own: dict[int, Any] = {}
        self._bytes = 0

    def run(self, place: int) -> Any:
        """What the network gives for the batch number `place`; random states are not preserved."""
        import torch

        # What a network draws, in dropout that is always on, say, is the same in every run.
        torch.manual_seed(place)
        batch = self.batches[place]
        return self.net(
            *moved(batch.positional, self._device, self._dtype),
            **moved(batch.named, self._device, self._dtype),
        )

    def watch(self, layers: Sequence[Sequence[nn.Module]]) -> list[Any]:
        """Runs all batches; notes which module runs when, and what to keep for `layers`.

        Returns the outputs of all batches.
        """
        # Not while it is watched: torch then takes other kernels for some modules.
        outputs = [self.run(place) for place in range(len(self.batches))]
        for place in range(len(self.batches)):
            seen = _Pass()
            with _watched(self.net, seen, frozenset()):
                self.run(place)
            self._passes.append(seen)
            moments = {seen.first(modules) for modules in layers}
            kept = {
                id(call.module)
                for moment in moments
                if moment is not None
                for call in seen.ended_before(moment)
            }
            with _watched(self.net, again := _Pass(), frozenset(kept)):
                self.run(place)
            self._keep(place, again, outputs[place])
        return outputs

    def called(self, modules: Sequence[nn.Module]) -> bool:
        """Whether all of them run, on any batch."""
        return any(seen.first(modules) is not None for seen in self._passes)

    def own(self, place: int) -> Any:
        """What the network as it is gives for a batch."""
        return self._own[place] if place in self._own else self.run(place)

    @contextmanager
    def behind(self, place: int, modules: Sequence[nn.Module]) -> Iterator[None]:
        """Within the block a run on the batch begins about where the first of `modules` does."""
        seen = self._passes[place]
        moment = seen.first(modules)
        calls = [] if moment is None else seen.ended_before(moment)
        given = [call for call in calls if call.output is not None]
        before = [vars(call.module).get("forward") for call in given]
        try:
            for call in given:
                vars(call.module)["forward"] = _handing_out(call.output)
            yield
        finally:
            for call, own in zip(given, before, strict=True):
                if own is None:
                    vars(call.module).pop("forward", None)
                else:
                    vars(call.module)["forward"] = own

    def _keep(self, place: int, seen: _Pass, output: Any) -> None:
        held = [call.output for of in seen.calls.values() for call in of if call.output is not None]
        size = sum(map(_bytes_of, held))
        if self._bytes + size <= _MOST_BYTES:
            self._bytes += size
            self._passes[place] = seen
        size = _bytes_of(output)
        if self._bytes + size <= _MOST_BYTES:
            self._bytes += size
            self._own[place] = output


@contextmanager
def _watched(net: nn.Module, seen: _Pass, kept: frozenset[int]) -> Iterator[None]:
    """Notes all calls within the block; copies the outputs of the modules in `kept`."""
    open_calls: list[_Call] = []
    clock = iter(range(1 << 62))

    def begin(module: nn.Module, *_: Any) -> None:
        call = _Call(module, open_calls[-1] if open_calls else None, next(clock))
        seen.calls.setdefault(id(module), []).append(call)
        open_calls.append(call)

    def end(module: nn.Module, _inputs: Any, output: Any) -> None:
        call = open_calls.pop()
        call.end = next(clock)
        if id(module) in kept:
            call.output = copied(output)

    handles = []
    try:
        for module in net.modules():
            handles += [
                module.register_forward_pre_hook(begin),
                module.register_forward_hook(end),
            ]
        yield
    finally:
        for handle in handles:
            handle.remove()


def _handing_out(output: Any) -> Any:
    # A copy each time: networks write into what modules give.
    return lambda *_, **__: copied(output)


def copied(value: Any) -> Any:
    """`value` with copies of its tensors."""
    if is_torch_tensor(value):
        return value.detach().clone()
    if isinstance(value, Mapping) and type(value) is dict:
        return {key: copied(each) for key, each in value.items()}
    if type(value) in (tuple, list):
        return type(value)(copied(each) for each in value)
    return value


def _bytes_of(output: Any) -> int:
    return sum(each.numel() * each.element_size() for _, each in output_tensors(output))
