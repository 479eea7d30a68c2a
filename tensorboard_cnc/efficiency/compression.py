"""How long a stream of bytes is after zlib: exactly, or estimated from parts of a long one."""

from __future__ import annotations

import math
import random
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

# zlib takes a second for 10 to 40 MB.
EXACT_UP_TO = 64_000_000
_CHUNK, _CHUNKS = 1 << 16, 512
# What zlib looks back at.
_WINDOW = 1 << 15
# How much the length of a part may differ because it is compressed by itself.
_BY_ITSELF = 1e-3


class CompressedSize(NamedTuple):
    """Bytes after zlib, and where they lie at 95 %; None where they are counted."""

    size: int
    interval: tuple[float, float] | None = None


@dataclass(slots=True)
class WholeStream:
    """Compresses all that it is fed."""

    _compressed: int = 0
    _zlib: zlib._Compress = field(default_factory=lambda: zlib.compressobj())

    def feed(self, data: bytes) -> None:
        """What comes next in the stream."""
        self._compressed += len(self._zlib.compress(data))

    def size(self) -> CompressedSize:
        """The length of all, once everything has been fed."""
        return CompressedSize(self._compressed + len(self._zlib.flush()))


class SampledStream:
    """Compresses one chunk of each of `_CHUNKS` equal parts of a stream, at a random place in it.

    Each is compressed after the window of bytes in front of it, as it would be within the whole.
    """

    def __init__(self, expected: int) -> None:
        # What is random is the same for all models and in each call.
        self._random = random.Random(0)
        self._stride = max(1, math.ceil(expected / _CHUNK / _CHUNKS))
        self._part = 0
        self._at = self._held_from = self._ended = 0
        self._held = bytearray()
        self._sizes: list[tuple[int, int]] = []
        self._start = self._next_start()

    def feed(self, data: bytes) -> None:
        """What comes next in the stream."""
        view, first = memoryview(data).cast("B"), self._at
        self._at += len(view)
        while self._start - _WINDOW < self._at:
            if not self._held:
                # The window is shorter where the last chunk ended within it.
                self._held_from = max(self._start - _WINDOW, self._ended)
            done = self._held_from + len(self._held) - first
            self._held += view[done : self._start + _CHUNK - first]
            if self._at < self._start + _CHUNK:
                return
            self._compress()

    def size(self) -> CompressedSize:
        """The length of the whole, once everything has been fed."""
        if self._at > self._start:
            self._compress()
        total = sum(length for length, _ in self._sizes)
        share = sum(size for _, size in self._sizes) / total
        # Neighbours differ less than parts of the stream do: it goes through one tensor at a time.
        rest = [size - share * length for length, size in self._sizes]
        steps = sum((after - before) ** 2 for before, after in pairwise(rest))
        n = len(rest)
        spread = math.sqrt(n * steps / (2 * (n - 1)) * max(1 - total / self._at, 0)) / total
        error = (1.96 * spread + _BY_ITSELF * share) * self._at
        size = share * self._at
        return CompressedSize(round(size), (max(size - error, 0.0), size + error))

    def _compress(self) -> None:
        window = self._start - self._held_from
        chunk = self._held[window:]
        compressor = zlib.compressobj(zdict=bytes(self._held[:window]))
        # Without the header of 6 bytes and the checksum.
        size = len(compressor.compress(chunk)) + len(compressor.flush()) - 10
        self._sizes.append((len(chunk), size))
        self._held.clear()
        self._ended = self._start + len(chunk)
        self._part += 1
        self._start = self._next_start()

    def _next_start(self) -> int:
        return (self._part * self._stride + self._random.randrange(self._stride)) * _CHUNK


def stream(expected: int) -> WholeStream | SampledStream:
    """What compresses a stream of about `expected` bytes."""
    return WholeStream() if expected <= EXACT_UP_TO else SampledStream(expected)
