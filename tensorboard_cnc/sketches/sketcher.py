"""Sketches tensors of any size in one pass over cache-sized blocks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.block import Block, Blocks, numbers_of
from tensorboard_cnc.sketches.channel_groups import ChannelTotals
from tensorboard_cnc.sketches.coordinated_sample import in_24_bits, ordered_positions
from tensorboard_cnc.sketches.count_sketch import CountSketch, folded
from tensorboard_cnc.sketches.distinct_values import DistinctValues
from tensorboard_cnc.sketches.group_sparsity import group_counters
from tensorboard_cnc.sketches.hashing import ContentDigest
from tensorboard_cnc.sketches.running_totals import LargestValues, RunningTotals
from tensorboard_cnc.sketches.sizes import Sizes
from tensorboard_cnc.sketches.value_histogram import ValueHistogram

_LARGEST = float(np.finfo(np.float32).max)
_SIXTEEN_BITS = ("float16", "bfloat16")


class _Part(Protocol):
    """A quantity of a tensor that is gathered piece by piece."""

    def merge(self, other: Any, /) -> None:
        """Adds what another of its kind has seen."""


class Sketcher:
    """Takes the values of one tensor in chunks of any size and order, and sketches them.

    A sketcher of a part of the tensor (a shard) is one that has seen only that part: it can be
    pickled, sent, and merged into the sketcher of another part. Counts are then exact, and sums
    equal those of the whole to about 1e-12.

    `shape` and `dtype` (NumPy's or torch's name, such as "bfloat16") describe the whole tensor.
    `channel_axis` is the axis of output channels (weights) or units (activations), or None; with
    `units`, units that have one value other than 0 in all positions are counted. Values beyond
    float32 count as infinite.
    """

    def __init__(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        *,
        sizes: Sizes = Sizes(),  # noqa: B008 (immutable)
        channel_axis: int | None = 0,
        units: bool = False,
    ) -> None:
        self.name, self.shape, self.dtype = name, tuple(map(int, shape)), dtype
        self.sizes = sizes
        self.n = math.prod(self.shape)
        self._totals = RunningTotals()
        self._histogram = ValueHistogram()
        self._digest = ContentDigest()
        self._distinct = DistinctValues()
        self._largest = LargestValues(sizes.largest)
        self._groups = [] if units else group_counters(self.shape)
        self._channels = None
        if self.n and channel_axis is not None and channel_axis < len(self.shape):
            self._channels = ChannelTotals(self.shape, channel_axis, units=units)
        self._sketch = None if sizes.keeps_whole(self.n) else CountSketch()
        count = self.n if self._sketch is None else sizes.sample
        self._sample = np.zeros(count, np.float32)
        self._blocks: Blocks | None = None

    @property
    def nonzero(self) -> int:
        """How many of the values so far are not 0."""
        return self._totals.n - self._totals.zeros

    def update(self, offset: int, values: Any) -> None:
        """Adds the values of the flat (row-major) positions from `offset` on, each once.

        `values`: an array of any shape and number type.

        Raises:
          ArgumentError: they are not real numbers, or more than the tensor holds.
        """
        chunk = numbers_of(self.name, values)
        if offset < 0 or offset + chunk.size > self.n:
            raise self._wrong_size(offset + chunk.size)
        self._blocks = self._blocks or Blocks(self.n)
        for block in self._blocks.of(offset, chunk):
            self._add(block)

    def merge(self, other: Sketcher) -> None:
        """Adds what `other` has seen of the same tensor.

        Raises:
          ArgumentError: it is a sketcher of another tensor, or of other sizes.
        """
        if (self.name, self.shape, self.sizes) != (other.name, other.shape, other.sizes):
            raise ArgumentError(
                f'"{other.name}" {other.shape} was merged into "{self.name}" {self.shape}',
                "Shards belong to one tensor and are sketched with the same sizes",
                "Give all ranks the shape of the whole tensor and the same max_bytes",
            )
        for own, theirs in zip(self._parts(), other._parts(), strict=True):
            own.merge(theirs)
        # Each position was seen by one of the two; the other holds 0 there. A sum would lose −0.
        bits = self._sample.view(np.uint32)
        bits |= other._sample.view(np.uint32)

    def finish(self, **facts: Any) -> TensorSketch:
        """The sketch; `facts` are the fields of TensorSketch that do not follow from the values.

        Raises:
          ArgumentError: not all values of the tensor have arrived.
        """
        if self._totals.n != self.n:
            raise self._wrong_size(self._totals.n)
        if self._channels is not None:
            self._totals.sum_squares = self._channels.sum_squares
        bins, counts = self._histogram.found()
        at, largest = self._largest.found()
        sketch = TensorSketch(
            name=self.name,
            shape=self.shape,
            dtype=self.dtype,
            totals=self._totals.found(),
            bins=bins,
            counts=counts,
            channels=self._channels.found(self.sizes.channels) if self._channels else None,
            conforming={(g.most, g.neighbours): g.found() for g in self._groups},
            distinct=self._distinct.found(),
            digest=self._digest.value,
            largest_at=at,
            largest=largest,
            **self._samples(),
            **facts,
        )
        return _read_only(sketch)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_blocks": None}

    def _add(self, block: Block) -> None:
        size = len(block.wide)
        sizes = np.abs(block.wide, out=block.scratch)
        self._totals.add(block, sizes)
        self._largest.add(block, sizes)
        squares = np.square(block.wide, out=block.scratch)
        if self._channels is not None:
            self._channels.add(block, squares)
        else:
            self._totals.sum_squares += float(squares.sum())
        self._histogram.add(block)
        self._digest.add(block)
        self._distinct.add(block)
        for counter in self._groups:
            counter.add(block)
        if self._sketch is None:
            self._sample[block.offset : block.offset + size] = block.raw
            return
        self._sketch.add(block.offset, block.wide, block.scratch)
        order, positions = ordered_positions(self.shape, len(self._sample))
        first, last = positions.searchsorted((block.offset, block.offset + size))
        self._sample[order[first:last]] = block.raw[positions[first:last] - block.offset]

    def _samples(self) -> dict[str, Any]:
        if self._sketch is None:
            return {"values": self._sample}
        sample = self._sample if self.dtype in _SIXTEEN_BITS else in_24_bits(self._sample)
        sums = self._sketch.sums if self.sizes.buckets == 512 else folded(self._sketch.sums)
        sums = np.clip(sums, -_LARGEST, _LARGEST)
        return {"sample": sample, "buckets": sums.astype(np.float32).astype(float)}

    def _parts(self) -> list[_Part]:
        parts: list[_Part] = [
            self._totals,
            self._histogram,
            self._digest,
            self._distinct,
            self._largest,
        ]
        parts += [part for part in (self._channels, self._sketch) if part is not None]
        return [*parts, *self._groups]

    def _wrong_size(self, count: int) -> ArgumentError:
        return ArgumentError(
            f'The tensor "{self.name}" of the shape {self.shape} was given {count:,} values',
            f"It has {self.n:,}",
            "Pass each of its values once",
        )


def _read_only(sketch: TensorSketch) -> TensorSketch:
    channels = sketch.channels
    arrays = [sketch.bins, sketch.counts, sketch.largest_at, sketch.largest]
    arrays += [sketch.values, sketch.sample, sketch.buckets]
    arrays += [channels.zeros, channels.squares] if channels else []
    for array in arrays:
        if array is not None:
            array.flags.writeable = False
    return sketch


def sketch_values(
    name: str,
    shape: Sequence[int],
    dtype: str,
    values: Any | Iterable[Any],
    *,
    sizes: Sizes = Sizes(),  # noqa: B008 (immutable)
    channel_axis: int | None = 0,
    units: bool = False,
    **facts: Any,
) -> TensorSketch:
    """The sketch of one tensor.

    `values`: an array, or an iterable of arrays that follow one another in row-major order. The
    other arguments are those of Sketcher, `facts` those of Sketcher.finish.

    Raises:
      ArgumentError: `values` are not real numbers, or not as many as `shape` says.
    """
    sketcher = Sketcher(name, shape, dtype, sizes=sizes, channel_axis=channel_axis, units=units)
    offset = 0
    for chunk in (values,) if hasattr(values, "__array__") else values:
        array = numbers_of(name, chunk)
        sketcher.update(offset, array)
        offset += array.size
    return sketcher.finish(**facts)
