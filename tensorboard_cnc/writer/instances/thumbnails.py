"""Small pictures of instances, as PNG files from arrays of any usual layout and type."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import THUMBNAIL_PIXELS_ASIDE
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.instances.arrays import array_of, checked_rows, in_rows, random_ranks

_CHANNELS = (1, 3, 4)
# Floats of 0 to 255 nearly always reach this.
_BRIGHT = 200
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}


class Thumbnails(NamedTuple):
    """PNG files, b"" where there is none; `whole`: none was left out for its size."""

    files: tuple[bytes, ...]
    whole: bool


def thumbnails(images: Any, ids: NDArray[Any], room: int) -> Thumbnails:
    """Pictures of at most 64 x 64 pixels that together take at most `room` bytes.

    Where not all fit, those stay that come first in the order that all models share.

    Args:
      images: an array (n, H, W), (n, H, W, C) or (n, C, H, W) with C of 1, 3 or 4, or a list of
        such arrays without n or Pillow images of any mode, None for no image. Where two layouts
        fit, torch's tensors have the channels first and all others last. uint8 is taken as it is,
        floats as 0 to 1, -1 to 1 or 0 to 255 where all lie within, any other range is scaled to its
        ends.
      ids: of the instances (n,).
      room: bytes.

    Raises:
      ArgumentError: they are not images, or not n of them.
    """
    pictures = _pictures(images)
    checked_rows(pictures, len(ids), "images")
    channels_first = _is_torch(images)
    low, high = _range(pictures)
    files = [b""] * len(ids)
    for row in np.argsort(random_ranks(ids), kind="stable").tolist():
        picture = pictures[row]
        if picture is None:
            continue
        ends = (0.0, 255.0) if picture.dtype == np.uint8 else (low, high)
        with np.errstate(over="ignore", invalid="ignore"):
            small = _shrunk(_channels_last(picture, row, channels_first).astype(np.float32))
            file = png_of(_as_bytes(small, *ends))
        if len(file) > room:
            return Thumbnails(tuple(files), whole=False)
        room -= len(file)
        files[row] = file
    return Thumbnails(tuple(files), whole=True)


def _pictures(images: Any) -> Sequence[Any]:
    """An array of each row, or None."""
    if isinstance(images, list | tuple):
        return [None if image is None else _numeric(image) for image in images]
    pictures: Sequence[Any] = in_rows(_numeric(images), "images")
    return pictures


def _numeric(image: Any) -> NDArray[Any]:
    found = array_of(_plain_pillow(image), "images")
    if found.dtype.kind not in "buif":
        raise ArgumentError(
            f"An image is {shown(image)} of type {type_name(image)}",
            "Images are arrays of numbers",
            "Pass pixels, for example np.asarray(image), or None where there is none",
        )
    return found


def _plain_pillow(image: Any) -> Any:
    """A Pillow image in a mode whose pixels are grey, RGB or RGBA; anything else as it is.

    Source of the modes: Pillow, "Concepts"; 0 to 255 in modes I and F are grey there.
    """
    mode = getattr(image, "mode", None)
    if not isinstance(mode, str) or not callable(getattr(image, "convert", None)):
        return image
    if mode in ("L", "RGB", "RGBA") or mode.startswith(("I", "F")):
        return _grey_levels(image) if mode.startswith(("I", "F")) else image
    if mode == "1":
        return image.convert("L")
    opacity = mode in ("LA", "PA", "La", "RGBa") or "transparency" in getattr(image, "info", {})
    # What is multiplied by its opacity becomes RGBA only.
    plain = {"La": "LA", "RGBa": "RGBA"}.get(mode)
    image = image.convert(plain) if plain else image
    return image if image.mode == "RGBA" else image.convert("RGBA" if opacity else "RGB")


def _grey_levels(image: Any) -> NDArray[Any]:
    """Pixels of a mode I or F: as bytes if they are 0 to 255, else as they are."""
    found = array_of(image, "images")
    if found.size and 1 < found.max() <= 255 and found.min() >= 0:
        return np.rint(found).astype(np.uint8)
    return found


def _is_torch(images: Any) -> bool:
    one = next((each for each in images if each is not None), None)
    return callable(getattr(one, "detach", None))


def _channels_last(picture: NDArray[Any], row: int, channels_first: bool) -> NDArray[Any]:
    """The picture as (h, w, c)."""
    shape = picture.shape
    if 0 not in shape and len(shape) == 2:
        return picture[:, :, None]
    if 0 not in shape and len(shape) == 3:
        first, last = shape[0] in _CHANNELS, shape[2] in _CHANNELS
        if first and (channels_first or not last):
            return np.moveaxis(picture, 0, 2)
        if last:
            return picture
    raise ArgumentError(
        f"The image of row {row} has shape {shape}",
        "An image is (H, W), (H, W, C) or (C, H, W) with 1, 3 or 4 channels",
        "Reshape the images, or pick some of their channels",
    )


def _range(pictures: Sequence[Any]) -> tuple[float, float]:
    """The values that are shown black and white, but for bytes, which go from 0 to 255."""
    arrays = [pictures] if isinstance(pictures, np.ndarray) else pictures
    known = [
        array for array in arrays if array is not None and array.size and array.dtype != np.uint8
    ]
    if not known:
        return 0.0, 255.0
    ends = [_ends(array) for array in known]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if low > high:
        return 0.0, 255.0
    for least, most, reached in ((0.0, 1.0, 0.0), (-1.0, 1.0, 0.0), (0.0, 255.0, _BRIGHT)):
        if least <= low and reached <= high <= most:
            return least, most
    return low, max(high, np.nextafter(low, np.inf))


def _ends(array: NDArray[Any]) -> tuple[float, float]:
    """The least and the greatest finite value; infinities where there is none."""
    if array.dtype.kind != "f":
        return float(array.min()), float(array.max())
    finite = np.isfinite(array)
    low = float(np.min(array, where=finite, initial=np.inf))
    return low, float(np.max(array, where=finite, initial=-np.inf))


def _shrunk(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """At most 64 pixels aside, each the mean of those it stands for."""
    factor = max(picture.shape[:2]) / THUMBNAIL_PIXELS_ASIDE
    if factor <= 1:
        return picture
    for axis in (0, 1):
        length = picture.shape[axis]
        edges = np.linspace(0, length, max(1, round(length / factor)) + 1).astype(int)
        sums = np.add.reduceat(picture, edges[:-1], axis=axis)
        sizes = np.diff(edges).reshape([-1 if a == axis else 1 for a in range(3)])
        picture = (sums / sizes).astype(np.float32)
    return picture


def _as_bytes(picture: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    shares = (np.nan_to_num(picture, nan=low, posinf=high, neginf=low) - low) / (high - low)
    levels: NDArray[np.uint8] = np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
    return levels


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

    Paeth's choice is whichever of left, above and the pixel between them is nearest to a plane.
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
