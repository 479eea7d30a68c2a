"""What each layer alone changes: it is given the input that the same layer of the base is given.

The base runs once, and each layer of the model right before the base's own: no input or output is
kept longer than until the base's layer has computed its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_cnc.efficiency.preserving_state import preserving_state
from tensorboard_cnc.records.sketches import LocalError, TensorSketch
from tensorboard_cnc.sketches.module_kinds import is_fused
from tensorboard_cnc.wording import storable, text_of
from tensorboard_cnc.writer.probing.layer_inputs import Forms, UnfitError, as_given, forms_of
from tensorboard_cnc.writer.probing.layer_outputs import output_tensors, rows_of
from tensorboard_cnc.writer.probing.layer_sketches import LayerSketches
from tensorboard_cnc.writer.probing.watched_layers import layers_by_name
from tensorboard_cnc.writer.tensors.any_tensor import source_of
from tensorboard_cnc.writer.tensors.module_tensors import kind_of
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import Place

if TYPE_CHECKING:
    from torch import Tensor, nn

_PIECE = 1 << 20


class GivenInputs:
    """The forms of what each layer is given in a batch, call by call, or why they have none."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Forms | UnfitError]] = {}

    @contextmanager
    def noted(self, layers: Mapping[str, nn.Module]) -> Iterator[None]:
        """Notes them while the network runs."""
        self.calls = {name: [] for name in layers}
        handles = []
        try:
            for name, module in layers.items():
                hook = self._hook(name)
                handles.append(
                    module.register_forward_pre_hook(hook, prepend=True, with_kwargs=True)
                )
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _hook(self, name: str) -> Callable[[Any, Any, Any], None]:
        def note(_module: nn.Module, positional: Any, named: Any) -> None:
            try:
                self.calls[name].append(forms_of(positional, named))
            except UnfitError as error:
                self.calls[name].append(error)

        return note


@dataclass(slots=True)
class _Sums:
    """Over the positions that are finite in both outputs, of `seen`."""

    seen: int = 0
    n: int = 0
    before: float = 0.0
    squares: float = 0.0

    def add(self, own: TensorSource, theirs: TensorSource) -> None:
        read, read_theirs = own.open(), theirs.open()
        for start in range(0, own.size, _PIECE):
            stop = min(start + _PIECE, own.size)
            after = read(start, stop).astype(float)
            before = read_theirs(start, stop).astype(float)
            finite = np.isfinite(after) & np.isfinite(before)
            after, before = after[finite], before[finite]
            self.seen += stop - start
            self.n += len(after)
            self.before += float(np.square(before).sum())
            self.squares += float(np.square(after - before).sum())


@dataclass(slots=True)
class _Layer:
    """A layer of the model, and what is known of its errors; `missing`: why nothing is."""

    own: nn.Module
    sketch: LayerSketches
    missing: str = ""
    calls: int = 0
    # What it gave for inputs whose outputs in the base are still to come.
    waiting: list[Any] = field(default_factory=list)
    sums: dict[str, _Sums] = field(default_factory=dict)


class LocalErrors:
    """Compares layers of a model, given the inputs of the `base`'s layers, with these.

    Layers are those of one name. What cannot be given, or cannot be compared, is told with the
    reason and ends nothing.
    """

    def __init__(
        self,
        base: nn.Module,
        layers: Mapping[str, nn.Module],
        sketches: Mapping[str, LayerSketches],
    ) -> None:
        theirs = layers_by_name(base)
        self._layers = {name: _Layer(own, sketches[name]) for name, own in layers.items()}
        self._watched = {}
        for name, layer in self._layers.items():
            if name not in theirs:
                layer.missing = "the base has no layer of its name"
            elif is_fused(kind := kind_of(layer.own)) and not is_fused(kind_of(theirs[name])):
                layer.missing = f"it is a {kind}, which does what several layers of the base do"
            else:
                self._watched[name] = theirs[name]
        self._feeding = False

    @contextmanager
    def compared(self, given: GivenInputs) -> Iterator[None]:
        """Compares while the base runs on the batch in which the layers were `given` these."""
        handles = []
        try:
            for name, module in self._watched.items():
                layer = self._layers[name]
                layer.calls = 0
                before, after = self._hooks(layer, given.calls[name])
                handles.append(
                    module.register_forward_pre_hook(before, prepend=True, with_kwargs=True)
                )
                handles.append(module.register_forward_hook(after))
            yield
        finally:
            for handle in handles:
                handle.remove()
            for layer in self._layers.values():
                layer.waiting.clear()
        for name in self._watched:
            _check_calls(self._layers[name], len(given.calls[name]))

    def of(self, name: str, tensor: TensorSketch) -> LocalError:
        """The error of an output of the layer `name`, once the base has run on all batches."""
        layer = self._layers[name]
        sums = layer.sums.get(tensor.name, _Sums())
        missing = layer.missing
        if not missing and sums.seen < tensor.totals.n:
            missing = f"the base gives {sums.seen:,} of its {tensor.totals.n:,} values"
        if missing:
            return LocalError(missing=storable(missing))
        return LocalError(sums.n, sums.before, sums.squares)

    def _hooks(
        self, layer: _Layer, given: list[Forms | UnfitError]
    ) -> tuple[Callable[[Any, Any, Any], None], Callable[[Any, Any, Any], None]]:
        def before(_module: nn.Module, positional: Any, named: Any) -> None:
            # The model and its base may share modules, which then run within one another.
            if not self._feeding:
                layer.calls += 1
                layer.waiting.append(self._alone(layer, given, positional, named))

        def after(_module: nn.Module, _inputs: Any, theirs: Any) -> None:
            if not self._feeding and layer.waiting:
                own = layer.waiting.pop()
                if not layer.missing:
                    _compare(layer, own, theirs)

        return before, after

    def _alone(
        self, layer: _Layer, given: list[Forms | UnfitError], positional: Any, named: Any
    ) -> Any:
        """What the layer gives for the base's input; None where it cannot be given it."""
        if layer.missing or layer.calls > len(given):
            return None
        self._feeding = True
        try:
            forms = given[layer.calls - 1]
            if isinstance(forms, UnfitError):
                raise forms
            own_positional, own_named = as_given(positional, named, forms)
            # So neither what follows in the base nor the model's next batch is another for it.
            with preserving_state(layer.own):
                return layer.own(*own_positional, **own_named)
        except UnfitError as error:
            layer.missing = str(error)
        except Exception as error:
            layer.missing = f"it fails on the base's input: {text_of(error)}"
        finally:
            self._feeding = False
        return None


def _check_calls(layer: _Layer, calls: int) -> None:
    if not layer.missing and layer.calls != calls:
        layer.missing = f"it is called {calls} times here, {layer.calls} times in the base"


def _compare(layer: _Layer, own: Any, theirs: Any) -> None:
    sketch = layer.sketch
    called = sketch.called(layer.calls)
    try:
        before = dict(output_tensors(theirs))
        for place, tensor in output_tensors(own):
            known = sketch.source(f"{called}{place}")
            if known is None:
                continue
            if place not in before:
                layer.missing = "the base's gives other outputs"
                return
            pair = [_source(sketch, known.name, each) for each in (tensor, before[place])]
            if reason := _unlike(known, *pair):
                layer.missing = reason
                return
            layer.sums.setdefault(known.name, _Sums()).add(*pair)
    except Exception as error:
        # A hook that fails must not end the pass.
        layer.missing = f"its output cannot be compared: {text_of(error)}"


def _source(sketch: LayerSketches, name: str, output: Tensor) -> TensorSource:
    rows, _ = rows_of(output, sketch.batch, sketch.mask, sketch.kind)
    source = source_of(Place(name, sketch.name, sketch.kind, "activation"), rows)
    if isinstance(source, Refused):
        raise UnfitError(source.reason)
    return source


def _unlike(known: TensorSource, own: TensorSource, theirs: TensorSource) -> str:
    """Why the outputs are not compared, "" if they are."""
    if own.shape != theirs.shape:
        return f"it gives {own.shape} for the base's input, the base's {theirs.shape}"
    if own.storage != known.storage:
        # Such as where a layer around it turns autocast on.
        return f"it gives {own.storage} for the base's input, {known.storage} in its own network"
    return ""
