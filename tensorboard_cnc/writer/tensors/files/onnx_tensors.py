"""The numbers that an ONNX file holds, or that lie beside it as external data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.files.stored_file import (
    LocalFile,
    damaged,
    is_shape,
    numbers_at,
)
from tensorboard_cnc.writer.tensors.formats.pieces import signed
from tensorboard_cnc.writer.tensors.number_formats import as_floats, decoded, unpacked
from tensorboard_cnc.writer.tensors.tensor_names import TensorName, buffer_or_parameter
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)

_EXTERNAL = 1
_STRING = 8
# By the number of a type: its name, how it is stored, and in which field where that is not bytes.
_TYPES = {
    1: ("float32", "<f4", "float_data"),
    2: ("uint8", "u1", "int32_data"),
    3: ("int8", "i1", "int32_data"),
    4: ("uint16", "<u2", "int32_data"),
    5: ("int16", "<i2", "int32_data"),
    6: ("int32", "<i4", "int32_data"),
    7: ("int64", "<i8", "int64_data"),
    9: ("bool", "?", "int32_data"),
    10: ("float16", "<f2", "int32_data"),
    11: ("float64", "<f8", "double_data"),
    12: ("uint32", "<u4", "uint64_data"),
    13: ("uint64", "<u8", "uint64_data"),
    16: ("bfloat16", "<u2", "int32_data"),
    17: ("float8_e4m3fn", "u1", "int32_data"),
    18: ("float8_e4m3fnuz", "u1", "int32_data"),
    19: ("float8_e5m2", "u1", "int32_data"),
    20: ("float8_e5m2fnuz", "u1", "int32_data"),
    21: ("uint4", "u1", "int32_data"),
    22: ("int4", "u1", "int32_data"),
    23: ("float4_e2m1fn", "u1", "int32_data"),
    24: ("float8_e8m0fnu", "u1", "int32_data"),
    25: ("uint2", "u1", "int32_data"),
    26: ("int2", "u1", "int32_data"),
}
_PACKED = {"uint4": 4, "int4": 4, "float4_e2m1fn": 4, "uint2": 2, "int2": 2}

# The stored numbers from the first to the second.
_Stored = Callable[[int, int], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class _Form:
    """How numbers of a type are stored; several may share a byte."""

    name: str
    dtype: np.dtype[Any]
    field: str

    @property
    def bits(self) -> int:
        return _PACKED.get(self.name, 8 * self.dtype.itemsize)

    def stored(self, size: int) -> int:
        """How many numbers of `dtype` hold `size` values."""
        return -(-size * self.bits // (8 * self.dtype.itemsize))


def tensor_source(name: str, proto: Any, file: LocalFile) -> TensorSource | Refused | None:
    """The numbers of a TensorProto; None for texts.

    Raises:
      ArgumentError: it is damaged, or its data lie outside the directory of the file.
      OSError: its data cannot be read.
    """
    if proto.data_type == _STRING:
        return None
    shape = tuple(proto.dims)
    if not is_shape(shape):
        rule = "Sizes are not negative, and their product has at most 63 bits"
        raise damaged(file, f"gives {shown(name)} the shape {shown(shape)}", rule)
    if proto.data_type not in _TYPES:
        reason = f"its type (number {proto.data_type}) is not read: convert it to float32"
        return Refused(name, reason, prod(shape))
    kind, dtype, field = _TYPES[proto.data_type]
    form = _Form(kind, np.dtype(dtype), field)
    open_ = _opener(name, proto, form, file, form.stored(prod(shape)))
    place = TensorName.of(name)
    return TensorSource(
        name=name,
        shape=shape,
        dtype=form.name,
        open=lambda: _reader(open_(), form),
        module=place.module,
        role=buffer_or_parameter(place.last),
        storage=form.name,
        stored_bytes=form.stored(prod(shape)) * form.dtype.itemsize,
        axis=channel_axis(shape),
    )


def _opener(
    name: str, proto: Any, form: _Form, file: LocalFile, count: int
) -> Callable[[], _Stored]:
    """What gets at the stored numbers, of which there must be `count`."""
    if proto.data_location == _EXTERNAL:
        return _external(name, proto, form, file, count)
    raw = proto.HasField("raw_data")
    held = len(proto.raw_data) // form.dtype.itemsize if raw else len(getattr(proto, form.field))
    if held != count or (raw and len(proto.raw_data) % form.dtype.itemsize):
        raise damaged(
            file,
            f"holds {held:,} numbers of {shown(name)}, whose shape is {tuple(proto.dims)}",
            "Sizes follow from shapes and types",
        )

    def open_() -> _Stored:
        if raw:
            numbers = np.frombuffer(proto.raw_data, form.dtype)
        elif form.field == "int32_data" and form.dtype.kind != "b":
            # Floats of 16 bits and less are there as their bits.
            wide = np.array(proto.int32_data, np.int32).astype(f"u{form.dtype.itemsize}")
            numbers = wide.view(form.dtype)
        else:
            numbers = np.array(getattr(proto, form.field)).astype(form.dtype)
        return lambda first, last: numbers[first:last]

    return open_


def _external(
    name: str, proto: Any, form: _Form, file: LocalFile, count: int
) -> Callable[[], _Stored]:
    said = {entry.key: entry.value for entry in proto.external_data}
    beside = _beside(file, str(said.get("location", "")))
    width = form.dtype.itemsize
    try:
        offset, length = int(said.get("offset", 0)), int(said.get("length", count * width))
    except ValueError:
        offset = length = -1
    if offset < 0 or length != count * width or offset + length > beside.size():
        raise damaged(
            file,
            f"says that {shown(name)} is at {shown(said.get('offset'))} of {beside}, "
            f"{shown(said.get('length'))} bytes long",
            f"It takes {count * width:,} bytes, within that file of {beside.size():,}",
        )

    def stored(first: int, last: int) -> NDArray[Any]:
        return numbers_at(beside, name, offset + first * width, form.dtype, last - first)

    return lambda: stored


def _beside(file: LocalFile, location: str) -> LocalFile:
    """The file of external data, which is never outside the directory of the model."""
    folder = file.path.parent.resolve()
    parts = PurePosixPath(location.replace("\\", "/")).parts
    plain = location and "\0" not in location and ".." not in parts
    found = (folder / location).resolve() if plain else Path("/")
    if not found.is_relative_to(folder):
        raise ArgumentError(
            f"{file} keeps its data in {shown(location)}, which is outside its directory",
            "Only files of the same directory are opened, and no links that lead out of it",
            "Put a copy of that file beside the model",
        )
    if not found.is_file():
        raise damaged(file, f"keeps its data in {shown(location)}", "That is not there")
    return LocalFile(found)


def _reader(stored: _Stored, form: _Form) -> Read:
    bits = _PACKED.get(form.name)
    if bits is None:
        if form.name.startswith(("bfloat", "float8")):
            return lambda start, stop: decoded(stored(start, stop), form.name)
        return lambda start, stop: as_floats(stored(start, stop))
    per_byte = 8 // bits

    def piece(start: int, stop: int) -> NDArray[Any]:
        first = start // per_byte
        fields = unpacked(stored(first, -(-stop // per_byte)), bits)
        codes = fields[start - first * per_byte :][: stop - start]
        if form.name.startswith("float"):
            return decoded(codes, form.name)
        whole = signed(codes, bits) if form.name.startswith("int") else codes
        return whole.astype(np.float32)

    return piece
