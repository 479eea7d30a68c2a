"""Columns of data sets and predictions: little-endian bytes, compressed as a whole.

An encoding is a NumPy type, or one of

- ``delta``: whole numbers as differences, so that 0 … n-1 costs nothing;
- ``bits``: eight flags a byte;
- ``-ln p``: probabilities as rint(-2048 ln p) in 16 bits, all low bytes before all high bytes.
  The relative error is below 0.03 % down to p = 1e-14, so that KL keeps its tail;
- ``planes``: float32, all lowest bytes first, so that bytes which are mostly 0 take no room;
- ``text`` and ``bytes``: the lengths of all items (u32), then the items.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.bounds import MOST_BYTES
from tensorboard_cnc.format.envelope import inflated
from tensorboard_cnc.format.refusals import damaged

# What is compressed, one part after the other: bytes, arrays of bytes, or the rows of one.
_Parts: TypeAlias = Sequence[Any] | NDArray[np.uint8]

_STEPS_PER_NAT = 2048
_COARSE = 32
_MOST_NATS = np.float32(31.75)
_NOT_A_NUMBER = 65535
_CODES_AT_A_TIME = 1 << 16
# Bits of the types of whole numbers, without the sign.
_BITS = {"|i1": 7, "<i2": 15, "<i4": 31, "<i8": 63}
_NOTHING = zlib.compress(b"")
_BYTES = {"|i1": 1, "<i2": 2, "<i4": 4, "<i8": 8, "<f4": 4, "<f8": 8}
_BYTES |= {"delta": 8, "-ln p": 2, "planes": 4}
# Ids by a digest of the bytes that they are stored in, while any record holds them: all that models
# predict on a data set has the same.
_KNOWN_IDS: WeakValueDictionary[Hashable, NDArray[Any]] = WeakValueDictionary()
# What is made of a value, while its bytes are still there.
_MADE = {"bits": 2, "-ln p": 8, "planes": 16}
_MADE_OF_NUMBER = 16
# A text is an object with its length, and takes up to four bytes for each of a character's.
_MADE_OF_TEXT, _MADE_OF_BYTE = 192, 5
_LARGEST_DIMENSION = 1 << 40
# Texts beyond this length would make a unicode array large, which pads all to the longest.
_LONG_ID = 64
# One long text among short ones would do so too.
_MOST_PADDING = 2


def whole_numbers(name: str, values: NDArray[Any]) -> pb.Column:
    """The integers in the narrowest type that holds them."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    fits = (kind for kind, bits in _BITS.items() if -(1 << bits) <= low and high < 1 << bits)
    dtype = next(fits)
    return _column(name, dtype, values.shape, [_bytes(values, dtype)])


def numbers(name: str, values: NDArray[Any]) -> pb.Column:
    """The values in their own type, little-endian."""
    dtype = values.dtype.newbyteorder("<")
    return _column(name, dtype.str, values.shape, [_bytes(values, dtype)])


def bits(name: str, values: NDArray[np.bool_]) -> pb.Column:
    """Flags of any shape."""
    return _column(name, "bits", values.shape, [np.packbits(values, axis=None)])


def probabilities(name: str, values: NDArray[Any], *, coarse: bool = False) -> pb.Column:
    """Probabilities of any shape, NaN kept; `coarse` steps of 1/64 nat take a third less room.

    Coarse steps change the mean KL of two vectors by 2e-5 nats.
    """
    flat = np.asarray(values, np.float32).reshape(-1)
    planes = np.empty((2, len(flat)), np.uint8)
    unit = _COARSE if coarse else 1
    # Piece by piece, so that they stay in the processor's cache.
    for start in range(0, len(flat), _CODES_AT_A_TIME):
        piece = slice(start, start + _CODES_AT_A_TIME)
        with np.errstate(divide="ignore", invalid="ignore"):
            nats = np.minimum(-np.log(flat[piece]), _MOST_NATS)
        steps = np.maximum(np.rint(nats * np.float32(_STEPS_PER_NAT / unit)) * unit, 0)
        steps[np.isnan(nats)] = _NOT_A_NUMBER
        planes[:, piece] = steps.astype("<u2").view(np.uint8).reshape(-1, 2).T
    return _column(name, "-ln p", values.shape, planes, zlib.Z_RLE)


def planes(name: str, values: NDArray[np.float32]) -> pb.Column:
    """Float32 of few significant bits, of any shape."""
    rows = np.ascontiguousarray(values, "<f4").reshape(-1).view(np.uint8).reshape(-1, 4)
    return _column(name, "planes", values.shape, np.ascontiguousarray(rows.T), zlib.Z_RLE)


def ids(name: str, values: NDArray[Any]) -> pb.Column:
    """Ids of instances: whole numbers or texts."""
    if values.dtype.kind == "i":
        steps = np.diff(values, prepend=0)
        return _column(name, "delta", values.shape, [_bytes(steps, "<i8")])
    return texts(name, values.tolist())


def texts(name: str, values: Sequence[str]) -> pb.Column:
    """Texts, in UTF-8."""
    return _items(name, "text", [value.encode("utf-8", "surrogatepass") for value in values])


def files(name: str, values: Sequence[bytes]) -> pb.Column:
    """Byte strings."""
    return _items(name, "bytes", values)


def text_ids(values: Sequence[str]) -> NDArray[Any]:
    """Ids as an array: unicode, or objects where one is long, or far longer than the others."""
    longest = max(map(len, values), default=0)
    padded = longest * len(values) > _MOST_PADDING * (sum(map(len, values)) + len(values))
    long = longest > _LONG_ID or (longest > 16 and padded)
    return np.array(values, object if long else str)


def array_of(column: pb.Column, dtype: DTypeLike) -> NDArray[Any]:
    """What any of the functions above but `texts` and `files` stored; read-only.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares, or the values not `dtype`.
    """
    values = _ids(column) if column.dtype == "delta" else _numeric(column)
    wanted = np.dtype(dtype)
    if values.dtype != wanted:
        if values.dtype.kind != wanted.kind or not _holds(wanted, values):
            raise _damaged(column, f"its {values.dtype} values do not fit {wanted}")
        with np.errstate(all="ignore"):
            values = values.astype(wanted)
    values.flags.writeable = False
    return values


def ids_of(column: pb.Column) -> NDArray[Any]:
    """What `ids` stored; read-only.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares.
    """
    if column.dtype != "text" and len(column.shape) != 1:
        raise _damaged(column, f"it has {len(column.shape)} dimensions")
    values = text_ids(texts_of(column)) if column.dtype == "text" else array_of(column, np.int64)
    values.flags.writeable = False
    return values


def made_bytes(packed: Iterable[pb.Column]) -> int:
    """About the memory that reading all columns takes, from what they declare.

    Raises:
      DamagedRecordError: a shape is none that is written.
    """
    return sum(map(_made_bytes, packed))


def texts_of(column: pb.Column) -> tuple[str, ...]:
    """What `texts` stored.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares.
    """
    try:
        return tuple(item.decode("utf-8", "surrogatepass") for item in _items_of(column, "text"))
    except UnicodeDecodeError as error:
        raise _damaged(column, "its texts are not UTF-8") from error


def files_of(column: pb.Column) -> tuple[bytes, ...]:
    """What `files` stored.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares.
    """
    return tuple(_items_of(column, "bytes"))


def _items_of(column: pb.Column, dtype: str) -> Iterator[bytes]:
    if column.dtype != dtype:
        raise _damaged(column, f"it is {column.dtype!r} instead of {dtype!r}")
    data = _inflate(column)
    n = column.shape[0]
    ends = np.cumsum(np.frombuffer(data, "<u4", n), dtype=np.int64) + 4 * n
    if (int(ends[-1]) if n else 0) != len(data):
        raise _damaged(column, "its lengths do not add up")
    return (data[start:end] for start, end in pairwise([4 * n, *ends.tolist()]))


def _ids(column: pb.Column) -> NDArray[Any]:
    """Whole numbers that ascend, shared by all columns that hold the same."""
    key = (blake2b(column.data).digest(), *column.shape)
    values = _KNOWN_IDS.get(key)
    if values is None:
        values = _KNOWN_IDS[key] = _numeric(column)
    return values


def _numeric(column: pb.Column) -> NDArray[Any]:
    shape = _checked_shape(column)
    if column.dtype in ("text", "bytes"):
        raise _damaged(column, f"it holds {column.dtype} instead of numbers")
    count = math.prod(shape)
    data = _inflate(column)
    if column.dtype == "bits":
        flags = np.unpackbits(np.frombuffer(data, np.uint8), count=count)
        return flags.view(np.bool_).reshape(shape)
    if column.dtype == "delta":
        return np.cumsum(np.frombuffer(data, "<i8")).reshape(shape)
    if column.dtype == "-ln p":
        return _probabilities(np.frombuffer(data, np.uint8).reshape(2, count)).reshape(shape)
    if column.dtype == "planes":
        rows = np.empty((count, 4), np.uint8)
        # Plane by plane: copying the transpose at once takes four times as long.
        for place, plane in enumerate(np.frombuffer(data, np.uint8).reshape(4, count)):
            rows[:, place] = plane
        return rows.view("<f4").reshape(shape)
    return np.frombuffer(data, column.dtype).reshape(shape)


def _probabilities(planes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What `probabilities` stored, from the low and high bytes (2, n) of its codes."""
    found = np.empty(planes.shape[1], np.float32)
    # Piece by piece, so that they stay in the processor's cache.
    for start in range(0, len(found), _CODES_AT_A_TIME):
        low, high = planes[:, start : start + _CODES_AT_A_TIME]
        values = found[start : start + _CODES_AT_A_TIME]
        np.multiply(high, np.float32(256), out=values)
        values += low
        unknown = values == _NOT_A_NUMBER
        values *= np.float32(-1 / _STEPS_PER_NAT)
        np.exp(values, out=values)
        values[unknown] = np.nan
    return found


def _holds(dtype: np.dtype[Any], values: NDArray[Any]) -> bool:
    """Whether the values fit `dtype`; only whole numbers can be too large for it."""
    if dtype.kind != "i" or not values.size:
        return True
    limits = np.iinfo(dtype)
    return bool(limits.min <= values.min() and values.max() <= limits.max)


def _checked_shape(column: pb.Column) -> tuple[int, ...]:
    shape = tuple(column.shape)
    if not 1 <= len(shape) <= 2:
        raise _damaged(column, f"it has {len(shape)} dimensions")
    if max(shape) > _LARGEST_DIMENSION:
        raise _damaged(column, f"it has the shape {shape}")
    return shape


def _declared_bytes(column: pb.Column) -> int:
    """What its data are once they are inflated."""
    shape = _checked_shape(column)
    if column.dtype in ("text", "bytes"):
        if len(shape) != 2:
            raise _damaged(column, f"it has {len(shape)} dimensions")
        return 4 * shape[0] + shape[1]
    if column.dtype == "bits":
        return (math.prod(shape) + 7) // 8
    size = _BYTES.get(column.dtype)
    if size is None:
        raise _damaged(column, f"its type {column.dtype!r} is unknown")
    return size * math.prod(shape)


def _made_bytes(column: pb.Column) -> int:
    # Rows or columns count for something where there are none of the other.
    rows, width = (*(max(size, 1) for size in _checked_shape(column)), 1)[:2]
    if column.dtype in ("text", "bytes"):
        return _MADE_OF_TEXT * rows + _MADE_OF_BYTE * width
    return _MADE.get(column.dtype, _MADE_OF_NUMBER) * rows * width


def _inflate(column: pb.Column) -> bytes:
    size = _declared_bytes(column)
    if size > MOST_BYTES:
        raise _damaged(column, f"it declares {size:,} bytes")
    data = inflated(column.data, size)
    if len(data) != size:
        raise _damaged(column, f"it does not hold the {size:,} bytes it declares")
    return data


def _items(name: str, dtype: str, values: Sequence[bytes]) -> pb.Column:
    lengths = np.array([len(value) for value in values], "<u4")
    shape = (len(values), int(lengths.sum(dtype=np.int64)))
    return _column(name, dtype, shape, [lengths.tobytes() + b"".join(values)])


def _bytes(values: NDArray[Any], dtype: DTypeLike) -> NDArray[np.uint8]:
    return np.ascontiguousarray(values, dtype).reshape(-1).view(np.uint8)


def _column(
    name: str,
    dtype: str,
    shape: Sequence[int],
    parts: _Parts,
    strategy: int = zlib.Z_DEFAULT_STRATEGY,
) -> pb.Column:
    """A column of the bytes of all `parts`; see `_compressed`."""
    return pb.Column(name=name, dtype=dtype, shape=shape, data=_compressed(parts, strategy))


def _compressed(parts: _Parts, strategy: int) -> bytes:
    """The parts as one stream; each begins a block, so that its bytes get a code of their own.

    Without patterns that return, Z_RLE is smaller and faster.
    """
    size = sum(map(len, parts))
    if not size:
        return _NOTHING
    level = 6 if size < 1 << 21 else 1
    # As much memory as the bytes need: most columns are small.
    window = min(max(size.bit_length(), 9), zlib.MAX_WBITS)
    compressor = zlib.compressobj(level, zlib.DEFLATED, window, min(window - 6, 8), strategy)
    packed = [compressor.compress(parts[0])]
    for part in parts[1:]:
        packed += compressor.flush(zlib.Z_BLOCK), compressor.compress(part)
    return b"".join((*packed, compressor.flush()))


def _damaged(column: pb.Column, detail: str) -> DamagedRecordError:
    return damaged(f'in its column "{column.name}", {detail}')
