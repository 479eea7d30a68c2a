"""Sketches a tensor from its source, together with its exact comparisons with other models."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeAlias

from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.block import BLOCK
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tensorboard_cnc.sketches.sizes import Sizes, effective_bytes
from tensorboard_cnc.sketches.sketcher import Sketcher
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource, value_bits

# Read at a time: what has to be decoded is never in memory as a whole.
_PIECE = 32 * BLOCK
# More would wait for memory.
_MOST_THREADS = 4


@dataclass(slots=True)
class Part:
    """What has been seen of a tensor; `refusal` says why it could not be read."""

    sketcher: Sketcher
    pairs: dict[str, PairSketcher]
    refusal: str = ""

    def merge(self, other: Part) -> None:
        """Adds what has been seen elsewhere."""
        self.refusal = self.refusal or other.refusal
        if self.refusal:
            return
        self.sketcher.merge(other.sketcher)
        for name, pair in other.pairs.items():
            self.pairs[name].merge(pair)

    def update(self, offset: int, own: NDArray[Any], others: Mapping[str, NDArray[Any]]) -> None:
        """Adds the values from `offset` on, beside those of the other models there."""
        self.sketcher.update(offset, own)
        for name, theirs in others.items():
            self.pairs[name].update(offset, own, theirs)


# Offset, values there, and those of other models.
_Piece: TypeAlias = tuple[int, NDArray[Any], dict[str, NDArray[Any]]]


@dataclass(slots=True)
class PartToCome:
    """A part of which `left` pieces are still being sketched."""

    part: Part
    left: int = 0


class PieceSketcher:
    """Reads tensors piece by piece in the caller's thread, and sketches the pieces in others.

    In these only NumPy runs, so that readers may use whatever belongs to a thread (torch's modes,
    collectives, an open file). Pieces are cut and merged alike for any number of threads: so are
    the sums.
    """

    def __init__(self, sizes: Sizes, threads: int | None = None) -> None:
        self._sizes = sizes
        self._threads = threads or min(_MOST_THREADS, _processors())
        # Starts its threads when they are first needed, which small models never do.
        self._pool = ThreadPoolExecutor(self._threads)
        self._running: deque[tuple[PartToCome, Future[Part]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def read(self, source: TensorSource, references: Mapping[str, TensorSource]) -> PartToCome:
        """Reads what this process holds of a tensor.

        `references`: the tensor of the same name and shape of other models, by their ids.
        """
        coming = PartToCome(_unseen(source, references, self._sizes))
        # Handing a piece over costs more than sketching a small one.
        small = coming.part.sketcher.n <= BLOCK
        try:
            for piece in _pieces(source, references):
                if small:
                    coming.part.update(*piece)
                else:
                    self._start(coming, _unseen(source, references, self._sizes), piece)
        except Exception as error:
            # One tensor that cannot be read leaves the others as they are.
            part = self.complete(coming)
            part.refusal = part.refusal or _unreadable(error)
        return coming

    def complete(self, coming: PartToCome) -> Part:
        """The part, once all its pieces are merged."""
        while coming.left:
            self._merge_oldest()
        return coming.part

    def _start(self, coming: PartToCome, part: Part, piece: _Piece) -> None:
        coming.left += 1
        self._running.append((coming, self._pool.submit(_updated, part, piece)))
        # One to spare for each thread; more would be more memory.
        while len(self._running) > 2 * self._threads:
            self._merge_oldest()

    def _merge_oldest(self) -> None:
        coming, future = self._running.popleft()
        coming.part.merge(future.result())
        coming.left -= 1


def _processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _unseen(source: TensorSource, references: Iterable[str], sizes: Sizes) -> Part:
    sketcher = Sketcher(
        source.name, source.shape, source.dtype, sizes=sizes, channel_axis=source.axis
    )
    return Part(sketcher, {name: PairSketcher() for name in references})


def _pieces(source: TensorSource, references: Mapping[str, TensorSource]) -> Iterator[_Piece]:
    read = source.open()
    others = {name: (other.open(), _first(other)) for name, other in references.items()}
    first, last = source.held or (0, source.size)
    for start in range(first, last, _PIECE):
        stop = min(start + _PIECE, last)
        theirs = {name: of(start - at, stop - at) for name, (of, at) in others.items()}
        yield start, read(start - first, stop - first), theirs


def _first(source: TensorSource) -> int:
    return source.held[0] if source.held else 0


def _updated(part: Part, piece: _Piece) -> Part:
    try:
        part.update(*piece)
    except Exception as error:
        part.refusal = _unreadable(error)
    return part


def _unreadable(error: Exception) -> str:
    return f"it could not be read: {text_of(error)}"


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
