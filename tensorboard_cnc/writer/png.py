"""Writes PNG files: small pictures need no library for it."""

from __future__ import annotations

import struct
import zlib
from typing import Any

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
    plain = zlib.compress(_rows(pixels, 0), 9)
    predicted = zlib.compress(_rows(pixels - _paeth(pixels), 4), 9)
    data = min(plain, predicted, key=len)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _rows(pixels: NDArray[np.uint8], filter_type: int) -> bytes:
    """The rows, each after a byte that names its filter."""
    rows = np.full((len(pixels), 1 + pixels[0].size), filter_type, np.uint8)
    rows[:, 1:] = pixels.reshape(len(pixels), -1)
    return rows.tobytes()


def _paeth(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of each pixel, that of its neighbours (left, above, both) which a plane would predict."""
    padded = np.pad(pixels.astype(np.int16), ((1, 0), (1, 0), (0, 0)))
    left, above, both = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    plane = left + above - both
    neighbours: NDArray[Any] = np.stack([left, above, both])
    nearest = np.abs(neighbours - plane).argmin(axis=0)
    predicted: NDArray[np.uint8] = np.take_along_axis(neighbours, nearest[None], 0)[0].astype("u1")
    return predicted


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
