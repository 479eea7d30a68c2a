"""Writes PNG files: small pictures need no library for it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file of `pixels` (h, w, c): grey (c = 1), RGB (3) or RGB with opacity (4).

    Source: W3C, Portable Network Graphics Specification, third edition.
    """
    height, width, channels = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    # Pictures of few colours are smallest unfiltered, photographs with the best filter of each row.
    data = min((_compressed(rows) for rows in _candidates(pixels)), key=len)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _compressed(rows: bytes) -> bytes:
    compressor = zlib.compressobj(9, memLevel=9, strategy=zlib.Z_FILTERED)
    return compressor.compress(rows) + compressor.flush()


def _candidates(pixels: NDArray[np.uint8]) -> Iterator[bytes]:
    """The rows, each after the byte that names its filter: unfiltered, and filtered best."""
    height = len(pixels)
    rows = np.zeros((height, 1 + pixels[0].size), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    yield rows.tobytes()
    filtered = _filtered(pixels).reshape(5, height, -1)
    # The usual rule: the filter whose differences, as signed bytes, are smallest.
    sizes = np.abs(filtered.astype(np.int8).astype(np.int16)).sum(axis=2)
    rows[:, 0] = best = sizes.argmin(axis=0)
    rows[:, 1:] = filtered[best, np.arange(height)]
    yield rows.tobytes()


def _filtered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The five filters of PNG: each pixel less nothing, left, above, their mean, or Paeth's choice.

    Paeth's is that of left, above and the pixel between them which is nearest to a plane.
    """
    padded = np.pad(pixels.astype(np.int16), ((1, 0), (1, 0), (0, 0)))
    left, above, between = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    neighbours = np.stack([left, above, between])
    nearest = np.abs(neighbours - (left + above - between)).argmin(axis=0)
    paeth = np.take_along_axis(neighbours, nearest[None], 0)[0]
    predicted = np.stack([np.zeros_like(left), left, above, (left + above) // 2, paeth])
    differences: NDArray[np.uint8] = (pixels - predicted).astype(np.uint8)
    return differences


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
