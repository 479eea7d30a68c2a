"""Sketches a tensor from its source, together with its exact comparisons with other models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.block import BLOCK
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tensorboard_cnc.sketches.sizes import Sizes, effective_bytes
from tensorboard_cnc.sketches.sketcher import Sketcher
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource, value_bits

# Read at a time: what has to be decoded is never in memory as a whole.
_PIECE = 32 * BLOCK


@dataclass(slots=True)
class Part:
    """What one process has seen of a tensor; `refusal` says why it could not be read."""

    sketcher: Sketcher
    pairs: dict[str, PairSketcher]
    refusal: str = ""

    def merge(self, other: Part) -> None:
        """Adds what another process has seen."""
        self.refusal = self.refusal or other.refusal
        if self.refusal:
            return
        self.sketcher.merge(other.sketcher)
        for name, pair in other.pairs.items():
            self.pairs[name].merge(pair)


def read_part(source: TensorSource, sizes: Sizes, references: Mapping[str, TensorSource]) -> Part:
    """Reads what this process holds of a tensor.

    `references`: the tensor of the same name and shape of other models, by their ids.
    """
    sketcher = Sketcher(
        source.name, source.shape, source.dtype, sizes=sizes, channel_axis=source.axis
    )
    part = Part(sketcher, {name: PairSketcher() for name in references})
    try:
        read = source.open()
        others = {name: (other.open(), _first(other)) for name, other in references.items()}
        first, last = source.held or (0, source.size)
        for start in range(first, last, _PIECE):
            stop = min(start + _PIECE, last)
            own = read(start - first, stop - first)
            sketcher.update(start, own)
            for name, (theirs, shift) in others.items():
                part.pairs[name].update(start, own, theirs(start - shift, stop - shift))
    except Exception as error:
        # One tensor that cannot be read leaves the others as they are.
        part.refusal = f"it could not be read: {text_of(error)}"
    return part


def finished(source: TensorSource, part: Part) -> TensorSketch | Refused:
    """The sketch of a tensor, once all its parts have been merged."""
    if part.refusal:
        return Refused(source.name, part.refusal, source.weights)
    overhead = source.scheme.overhead_bytes if source.scheme else 0
    sketch = part.sketcher.finish(
        module=source.module,
        kind=source.kind,
        role=source.role,
        storage=source.storage,
        stored_bytes=source.stored_bytes,
        scheme=source.scheme,
        effective_bytes=effective_bytes(
            source.size, part.sketcher.nonzero, value_bits(source), overhead
        ),
        reference={name: pair.finish() for name, pair in part.pairs.items()},
    )
    return sketch if source.distinct is None else replace(sketch, distinct=source.distinct)


def tied_sketch(source: TensorSource, first: TensorSketch) -> TensorSketch:
    """A tensor that shares the memory of `first`: nothing of it is stored again."""
    return replace(
        first,
        name=source.name,
        module=source.module,
        kind=source.kind,
        tied=first.name,
        stored_bytes=0,
        effective_bytes=0.0,
        values=None,
        sample=None,
        buckets=None,
        reference={},
    )


def _first(source: TensorSource) -> int:
    return source.held[0] if source.held else 0
