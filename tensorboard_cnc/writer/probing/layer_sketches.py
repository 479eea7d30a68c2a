"""Sketches what one layer computes over all batches, one sketch for each of its outputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.sizes import Sizes, effective_bytes
from tensorboard_cnc.sketches.sketcher import Sketcher
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.probing.layer_outputs import ShapeError, output_tensors, rows_of
from tensorboard_cnc.writer.tensors.any_tensor import source_of
from tensorboard_cnc.writer.tensors.plain_arrays import array_source
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource, value_bits
from tensorboard_cnc.writer.tensors.torch_tensors import Place, is_torch_tensor

if TYPE_CHECKING:
    from torch import Tensor

_PIECE = 1 << 20
_CHANNELS_LAST = ("Linear", "LayerNorm", "RMSNorm", "Embedding", "MultiheadAttention", "LSTM",
                  "GRU", "RNN")  # fmt: skip


@dataclass(slots=True)
class _Output:
    """One output, over the batches so far: `seen` instances of it have arrived.

    `source` describes the first batch, without holding its values in memory.
    """

    sketcher: Sketcher
    source: TensorSource
    order: int
    seen: int = 0
    saturated: int = 0


@dataclass(slots=True)
class LayerSketches:
    """The outputs of the module `name` over a probe of `instances` in all.

    A module that is called again in one pass has outputs of its own for the second call
    ("relu#2"). `tokens`: how many of all instances count, where others are padding; outputs that
    have tokens then have a row to each of these. `refused`: outputs that cannot be sketched, and
    why.
    """

    name: str
    kind: str
    instances: int
    sizes: Sizes
    # Shared by all layers of a network: tells which output came first.
    order: Iterator[int] = field(default_factory=count)
    refused: dict[str, str] = field(default_factory=dict)
    tokens: int = 0
    # Of the batch: its instances, and which of their tokens count.
    batch: int = 0
    mask: NDArray[np.bool_] | None = None
    _outputs: dict[str, _Output] = field(default_factory=dict)
    _calls: int = 0

    def begin_batch(self, instances: int, mask: NDArray[np.bool_] | None = None) -> None:
        """What follows belongs to the next `instances` of the probe, padded as `mask` says."""
        self._calls, self.batch, self.mask = 0, instances, mask

    def add(self, output: Any) -> None:
        """Adds what one call of the module gave. Never raises."""
        self._calls += 1
        called = self.called(self._calls)
        try:
            for place, tensor in output_tensors(output):
                name = f"{called}{place}"
                if name not in self.refused:
                    self._add_tensor(name, tensor)
        except Exception as error:
            # A hook that fails must not end the pass.
            self._refuse(called, text_of(error))

    def add_array(self, array: Any) -> None:
        """Adds an array of any library, of all instances. Never raises."""
        if is_torch_tensor(array):
            self.add(array)
            return
        rows = array_source(self.name, array)
        if isinstance(rows, TensorSource) and rows.shape[:1] != (self.instances,):
            seen = f"its shape {rows.shape} does not begin with the {self.instances} instances"
            rows = Refused(self.name, seen)
        if isinstance(rows, Refused):
            self._refuse(self.name, rows.reason)
            return
        output = self._begin(self.name, rows)
        self._read(output, rows)
        output.seen += self.instances

    def called(self, call: int) -> str:
        """What outputs are called that came of the call number `call` of a pass, from 1 on."""
        return f"{self.name}#{call}" if call > 1 else self.name

    def source(self, name: str) -> TensorSource | None:
        """What the output of this name is, without its values; None where it is not sketched."""
        output = None if name in self.refused else self._outputs.get(name)
        return output.source if output else None

    def finished(self) -> list[tuple[int, TensorSketch]]:
        """The sketches of all outputs that were there in every batch, each with its `order`."""
        if not self._outputs and not self.refused:
            self._refuse(self.name, "it was not called, or gave no tensor of numbers")
        sketches = []
        for name, output in self._outputs.items():
            if name in self.refused:
                continue
            if output.seen < (whole := output.sketcher.shape[0]):
                what = "instances" if whole == self.instances else "tokens"
                few = f"{output.seen:,} of {whole:,} {what}"
                self._refuse(name, f"it was called for {few} only")
                continue
            sketches.append((output.order, self._finished(output)))
        return sketches

    def _add_tensor(self, name: str, tensor: Tensor) -> None:
        try:
            rows, has_tokens = rows_of(tensor, self.batch, self.mask, self.kind)
        except ShapeError as error:
            self._refuse(name, str(error))
            return
        source = source_of(Place(name, self.name, self.kind, "activation"), rows)
        if isinstance(source, Refused):
            self._refuse(name, source.reason)
            return
        output = self._outputs.get(name) or self._begin(name, source, tokens=has_tokens)
        shape = output.sketcher.shape
        if source.shape[1:] != shape[1:]:
            seen = f"it has shape {source.shape[1:]} after {shape[1:]} to an instance"
            self._refuse(name, f"{seen}: pad the probe inputs to one length")
            return
        self._read(output, source)
        output.seen += source.shape[0]

    def _begin(self, name: str, source: TensorSource, *, tokens: bool = False) -> _Output:
        shape = (self.tokens if tokens else self.instances, *source.shape[1:])
        axis = _unit_axis(shape, self.kind)
        sketcher = Sketcher(
            name, shape, source.dtype, sizes=self.sizes, channel_axis=axis, units=True
        )
        self._outputs[name] = _Output(sketcher, replace(source, open=_spent), next(self.order))
        return self._outputs[name]

    def _read(self, output: _Output, source: TensorSource) -> None:
        read = source.open()
        offset = output.seen * prod(source.shape[1:])
        for start in range(0, source.size, _PIECE):
            stop = min(start + _PIECE, source.size)
            output.sketcher.update(offset + start, read(start, stop))
        if source.scheme is not None:
            output.saturated += source.scheme.saturated or 0

    def _finished(self, output: _Output) -> TensorSketch:
        source, n, bits = output.source, output.sketcher.n, value_bits(output.source)
        scheme = source.scheme and replace(source.scheme, saturated=output.saturated)
        sketch = output.sketcher.finish(
            module=self.name,
            kind=self.kind,
            role="activation",
            storage=source.storage,
            stored_bytes=ceil(n * bits / 8),
            scheme=scheme,
        )
        nonzero = n - sketch.totals.zeros
        return replace(sketch, effective_bytes=effective_bytes(n, nonzero, bits))

    def _refuse(self, name: str, reason: str) -> None:
        self.refused.setdefault(name, reason)


def _spent() -> Read:
    raise RuntimeError("an output is read when it arrives")


def _unit_axis(shape: tuple[int, ...], kind: str) -> int | None:
    """The dimension of the units (channels) of an output (instances, …); None without one."""
    if len(shape) < 2:
        return None
    if len(shape) == 2 or any(each in kind for each in _CHANNELS_LAST):
        return len(shape) - 1
    # Images and signals have channels first; tokens of (instances, tokens, features) last.
    return 1 if len(shape) > 3 or kind.endswith("1d") else 2
