"""Sketches what one layer computes over all batches, one sketch for each of its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    _mask: NDArray[np.bool_] | None = None
    _outputs: dict[str, _Output] = field(default_factory=dict)
    _calls: int = 0
    _batch: int = 0

    def begin_batch(self, instances: int, mask: NDArray[np.bool_] | None = None) -> None:
        """What follows belongs to the next `instances` of the probe, padded as `mask` says."""
        self._calls, self._batch, self._mask = 0, instances, mask

    def add(self, output: Any) -> None:
        """Adds what one call of the module gave. Never raises."""
        self._calls += 1
        again = f"#{self._calls}" if self._calls > 1 else ""
        try:
            for place, tensor in _output_tensors(output):
                name = f"{self.name}{again}{place}"
                if name not in self.refused:
                    self._add_tensor(name, tensor)
        except Exception as error:
            # A hook that fails must not end the pass.
            self._refuse(f"{self.name}{again}", text_of(error))

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
            rows = _by_instance(tensor, self._batch)
        except _ShapeError as error:
            self._refuse(name, str(error))
            return
        if has_tokens := self._has_tokens(rows):
            rows = _without_padding(rows, self._mask)
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

    def _has_tokens(self, rows: Tensor) -> bool:
        """Whether the second dimension of (instances, tokens, features…) is that of the mask."""
        padded = self._mask is not None and rows.dim() > 2 and not self.kind.endswith("1d")
        return padded and tuple(rows.shape[:2]) == self._mask.shape  # type: ignore[union-attr]

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


def _without_padding(rows: Tensor, mask: Any) -> Tensor:
    """(tokens that count, features…) of (instances, tokens, features…)."""
    import torch

    kept = torch.from_numpy(np.flatnonzero(mask)).to(rows.device)
    return rows.flatten(0, 1).index_select(0, kept)


def _spent() -> Read:
    raise RuntimeError("an output is read when it arrives")


class _ShapeError(ValueError):
    """An output that does not tell its instances apart."""


def _output_tensors(output: Any) -> list[tuple[str, Tensor]]:
    """The tensors of numbers in `output`, which may be nested, with where they are in it.

    The place is "" for the only one, else such as "[0]" or "[logits]".
    """
    found = [(place, tensor) for place, tensor in _nested(output, "") if _has_values(tensor)]
    return [("", tensor) for _, tensor in found] if len(found) == 1 else found


def _by_instance(tensor: Tensor, instances: int) -> Tensor:
    """`tensor` with one row to an instance: shape (instances, …).

    Where instances were folded into rows, such as (instances · tokens, features), they are
    unfolded.

    Raises:
      _ShapeError: the first dimension is not a multiple of the number of instances.
    """
    if not tensor.ndim or tensor.shape[0] % instances:
        shape = tuple(tensor.shape)
        raise _ShapeError(
            f"its shape {shape} does not begin with the {instances} instances of the batch"
        )
    if tensor.shape[0] == instances:
        return tensor
    return tensor.reshape(instances, -1, *tensor.shape[1:])


def _unit_axis(shape: tuple[int, ...], kind: str) -> int | None:
    """The dimension of the units (channels) of an output (instances, …); None without one."""
    if len(shape) < 2:
        return None
    if len(shape) == 2 or any(each in kind for each in _CHANNELS_LAST):
        return len(shape) - 1
    # Images and signals have channels first; tokens of (instances, tokens, features) last.
    return 1 if len(shape) > 3 or kind.endswith("1d") else 2


def _nested(value: Any, place: str) -> Iterator[tuple[str, Tensor]]:
    if is_torch_tensor(value):
        yield place, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _nested(each, f"{place}[{key}]")
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            yield from _nested(each, f"{place}[{number}]")
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _nested(getattr(value, name), f"{place}[{name}]")


def _has_values(tensor: Tensor) -> bool:
    """Whether it holds activations; indices and masks do not count."""
    return bool(tensor.is_quantized or tensor.is_floating_point() or tensor.is_complex())
