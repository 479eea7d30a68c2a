"""Columns of data sets and predictions: little-endian bytes, compressed as a whole.

An encoding is a NumPy type, or one of

- ``delta``: whole numbers as differences, so that 0 … n-1 costs nothing;
- ``bits``: eight flags a byte;
- ``-ln p``: probabilities as rint(-2048 ln p) in 16 bits, all high bytes before all low bytes.
  The relative error is below 0.03 % down to p = 1e-14, so that KL keeps its tail;
- ``text`` and ``bytes``: the lengths of all items (u32), then the items.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import cnc_pb2 as pb
from tensorboard_cnc.errors import DamagedRecordError

MAX_COLUMN_BYTES = 512 << 20
_STEPS_PER_NAT = 2048
_COARSE = 32
_NOT_A_NUMBER = 65535
_NUMPY = {"|i1": 1, "<i2": 2, "<i4": 4, "<i8": 8, "<f4": 4, "<f8": 8}
# Texts beyond this length would make a unicode array large, which pads all to the longest.
_LONG_ID = 64


def whole_numbers(name: str, values: NDArray[Any]) -> pb.Column:
    """The integers in the narrowest type that holds them."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    kinds = ((kind, np.iinfo(kind)) for kind in ("|i1", "<i2", "<i4", "<i8"))
    dtype = next(kind for kind, limits in kinds if limits.min <= low and high <= limits.max)
    return numbers(name, values.astype(dtype))


def numbers(name: str, values: NDArray[Any]) -> pb.Column:
    """The values in their own type."""
    return _column(name, values.dtype.newbyteorder("<").str, values.shape, values)


def bits(name: str, values: NDArray[np.bool_]) -> pb.Column:
    """Flags of any shape."""
    return _column(name, "bits", values.shape, np.packbits(values, axis=None))


def probabilities(name: str, values: NDArray[Any], *, coarse: bool = False) -> pb.Column:
    """Probabilities of any shape, NaN kept; `coarse` steps of 1/64 nat take half the room."""
    with np.errstate(divide="ignore", invalid="ignore"):
        nats = -np.log(np.asarray(values, np.float32))
    unit = _COARSE if coarse else 1
    steps = np.rint(np.minimum(nats, 31.9) * (_STEPS_PER_NAT / unit)) * unit
    codes = np.where(np.isnan(nats), _NOT_A_NUMBER, np.maximum(steps, 0)).astype("<u2")
    planes = codes.reshape(-1).view(np.uint8).reshape(-1, 2).T
    return _column(name, "-ln p", values.shape, planes)


def ids(name: str, values: NDArray[Any]) -> pb.Column:
    """Ids of instances: whole numbers or texts."""
    if values.dtype.kind == "i":
        return _column(name, "delta", values.shape, np.diff(values, prepend=0).astype("<i8"))
    return texts(name, values.tolist())


def texts(name: str, values: Sequence[str]) -> pb.Column:
    """Texts, in UTF-8."""
    return _items(name, "text", [value.encode("utf-8", "surrogatepass") for value in values])


def files(name: str, values: Sequence[bytes]) -> pb.Column:
    """Byte strings."""
    return _items(name, "bytes", values)


def text_ids(values: Sequence[str]) -> NDArray[Any]:
    """Ids as an array: unicode, or objects where one is long."""
    long = max(map(len, values), default=0) > _LONG_ID
    return np.array(values, object if long else str)


def array_of(column: pb.Column) -> NDArray[Any]:
    """What `numbers`, `whole_numbers`, `bits`, `probabilities` or `ids` stored; read-only.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares.
    """
    values = text_ids(texts_of(column)) if column.dtype == "text" else _numeric(column)
    values.flags.writeable = False
    return values


def texts_of(column: pb.Column) -> tuple[str, ...]:
    """What `texts` stored.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares.
    """
    try:
        return tuple(item.decode("utf-8", "surrogatepass") for item in files_of(column, "text"))
    except UnicodeDecodeError as error:
        raise _damaged(column, "its texts are not UTF-8") from error


def files_of(column: pb.Column, dtype: str = "bytes") -> tuple[bytes, ...]:
    """What `files` stored.

    Raises:
      DamagedRecordError: the bytes do not fit what the column declares.
    """
    if column.dtype != dtype or len(column.shape) != 2:
        raise _damaged(column, f"it is {column.dtype!r} instead of {dtype!r}")
    n, size = column.shape
    data = _inflate(column, 4 * n + size)
    ends = np.cumsum(np.frombuffer(data, "<u4", n), dtype=np.int64) + 4 * n
    if n and ends[-1] != len(data):
        raise _damaged(column, "its lengths do not add up")
    starts = [4 * n, *ends.tolist()]
    return tuple(data[starts[i] : starts[i + 1]] for i in range(n))


def _numeric(column: pb.Column) -> NDArray[Any]:
    shape = tuple(column.shape)
    count = math.prod(shape)
    if column.dtype == "bits":
        packed = np.frombuffer(_inflate(column, (count + 7) // 8), np.uint8)
        return np.unpackbits(packed, count=count).astype(bool).reshape(shape)
    if column.dtype == "delta":
        return np.cumsum(np.frombuffer(_inflate(column, 8 * count), "<i8")).reshape(shape)
    if column.dtype == "-ln p":
        planes = np.frombuffer(_inflate(column, 2 * count), np.uint8).reshape(2, count)
        codes = np.ascontiguousarray(planes.T).view("<u2").reshape(shape)
        found: NDArray[np.float32] = _PROBABILITY[codes]
        return found
    size = _NUMPY.get(column.dtype)
    if size is None:
        raise _damaged(column, f"its type {column.dtype!r} is unknown")
    return np.frombuffer(_inflate(column, size * count), column.dtype).reshape(shape)


def _inflate(column: pb.Column, size: int) -> bytes:
    if size > MAX_COLUMN_BYTES:
        raise _damaged(column, f"it declares {size:,} bytes, over the {MAX_COLUMN_BYTES:,} allowed")
    try:
        data = zlib.decompressobj().decompress(column.data, size + 1)
    except zlib.error as error:
        raise _damaged(column, str(error)) from error
    if len(data) != size:
        raise _damaged(column, f"it does not hold the {size:,} bytes it declares")
    return data


def _items(name: str, dtype: str, values: Sequence[bytes]) -> pb.Column:
    lengths = np.array([len(value) for value in values], "<u4")
    shape = (len(values), int(lengths.sum(dtype=np.int64)))
    return _column(name, dtype, shape, lengths.tobytes() + b"".join(values))


def _column(name: str, dtype: str, shape: Sequence[int], data: Any) -> pb.Column:
    raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
    level = 6 if len(raw) < 1 << 21 else 1
    return pb.Column(name=name, dtype=dtype, shape=shape, data=zlib.compress(raw, level))


def _damaged(column: pb.Column, detail: str) -> DamagedRecordError:
    return DamagedRecordError(
        f'The column "{column.name}" of a record is damaged: {detail}', "", "Log it again"
    )


_PROBABILITY = np.exp(np.arange(65536) / -_STEPS_PER_NAT).astype(np.float32)
_PROBABILITY[_NOT_A_NUMBER] = np.nan
