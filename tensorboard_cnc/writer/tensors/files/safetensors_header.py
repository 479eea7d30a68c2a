"""The header of a safetensors file: which tensors there are and where, checked before use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from tensorboard_cnc.json_text import JsonTextError, parsed
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.files.stored_file import (
    MOST_TENSORS,
    StoredFile,
    damaged,
    is_shape,
)

_LENGTH_BYTES = 8
# The format's own limit.
_LONGEST_HEADER = 100_000_000
_METADATA = "__metadata__"
# An index names each tensor once.
_LONGEST_INDEX = 2**26


@dataclass(frozen=True, slots=True)
class StoredFormat:
    """How values of one of the format's types are stored: `name` as in `number_formats`."""

    name: str
    dtype: np.dtype[Any]
    bits: int


def _format(name: str, dtype: str, bits: int = 0) -> StoredFormat:
    return StoredFormat(name, np.dtype(dtype), bits or 8 * np.dtype(dtype).itemsize)


FORMATS: dict[str, StoredFormat] = {
    "BOOL": _format("bool", "?"),
    "U8": _format("uint8", "u1"),
    "I8": _format("int8", "i1"),
    "U16": _format("uint16", "<u2"),
    "I16": _format("int16", "<i2"),
    "U32": _format("uint32", "<u4"),
    "I32": _format("int32", "<i4"),
    "U64": _format("uint64", "<u8"),
    "I64": _format("int64", "<i8"),
    "F16": _format("float16", "<f2"),
    "F32": _format("float32", "<f4"),
    "F64": _format("float64", "<f8"),
    "BF16": _format("bfloat16", "<u2"),
    "F8_E4M3": _format("float8_e4m3fn", "u1"),
    "F8_E5M2": _format("float8_e5m2", "u1"),
    "F8_E4M3FNUZ": _format("float8_e4m3fnuz", "u1"),
    "F8_E5M2FNUZ": _format("float8_e5m2fnuz", "u1"),
    "F8_E8M0": _format("float8_e8m0fnu", "u1"),
    "F4": _format("float4_e2m1fn", "u1", 4),
    "C64": _format("complex64", "<c8"),
    "F6_E2M3": _format("float6_e2m3fn", "u1", 6),
    "F6_E3M2": _format("float6_e3m2fn", "u1", 6),
}


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor of a file: its bytes are `size_bytes` from `offset` of the file."""

    name: str
    file: StoredFile
    type_name: str
    shape: tuple[int, ...]
    offset: int
    size_bytes: int


def stored_tensors(file: StoredFile) -> tuple[list[StoredTensor], dict[str, str]]:
    """The tensors of a safetensors file, in the order of their data, and the texts beside them.

    Raises:
      ArgumentError: it is not a safetensors file, or is damaged or truncated.
      OSError: it cannot be read.
    """
    entries, start = _header(file)
    found = entries.pop(_METADATA, None)
    texts = found.items() if isinstance(found, dict) else ()
    tensors = [_tensor(file, name, entry, start) for name, entry in entries.items()]
    tensors.sort(key=lambda tensor: (tensor.offset, tensor.size_bytes))
    _check_layout(file, tensors, start)
    return tensors, {key: text for key, text in texts if isinstance(text, str)}


def _header(file: StoredFile) -> tuple[dict[str, Any], int]:
    """The entries of tensors by name, and where data begin."""
    size = file.size()
    length = int.from_bytes(file.read(0, _LENGTH_BYTES).tobytes(), "little")
    if size < _LENGTH_BYTES or length > min(size - _LENGTH_BYTES, _LONGEST_HEADER):
        raise damaged(
            file,
            f"has {size:,} bytes, and its header would be {length:,} long",
            "Such a file begins with the length of its header, and holds it whole",
        )
    text = file.read(_LENGTH_BYTES, length).tobytes()
    if (count := text.count(b'"data_offsets"')) > MOST_TENSORS:
        rule = f"One file holds {MOST_TENSORS:,} at most"
        raise damaged(file, f"lists {count:,} tensors", rule)
    try:
        entries = parsed(text)
    except JsonTextError as error:
        raise damaged(file, f"has a header that {error}", "It lists the tensors") from error
    if not isinstance(entries, dict):
        raise damaged(file, f"has the header {shown(entries)}", "It maps names to tensors")
    return entries, _LENGTH_BYTES + length


def _tensor(file: StoredFile, name: str, entry: Any, start: int) -> StoredTensor:
    form, shape, (begin, end) = _entry_parts(file, name, entry)
    known = FORMATS.get(form)
    if known is not None and -(-prod(shape) * known.bits // 8) != end - begin:
        raise damaged(
            file,
            f'says that "{name}" of shape {shape} and type {form} takes {end - begin:,} bytes',
            "Sizes follow from shapes and types",
        )
    return StoredTensor(name, file, form, shape, start + begin, end - begin)


def _entry_parts(
    file: StoredFile, name: str, entry: Any
) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    match entry:
        case {"dtype": str(form), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            if is_shape(shape) and 0 <= begin <= end:
                return form, tuple(shape), (begin, end)
    raise damaged(
        file,
        f'describes "{name}" by {shown(entry)}',
        "Each tensor has a dtype, a shape and data_offsets",
    )


def _check_layout(file: StoredFile, tensors: list[StoredTensor], start: int) -> None:
    """Tensors follow one another without gaps, to the end of the file."""
    expected = start
    for tensor in tensors:
        if tensor.offset != expected:
            raise damaged(
                file,
                f'puts "{tensor.name}" at byte {tensor.offset:,} instead of {expected:,}',
                "Tensors follow one another without gaps or overlaps",
            )
        expected += tensor.size_bytes
    size = file.size()
    if size != expected:
        state = "truncated" if size < expected else "too long"
        raise damaged(
            file,
            f"is {state}: it has {size:,} bytes of {expected:,}",
            "The last tensor ends where the file ends",
        )


def read_index(file: StoredFile) -> dict[str, str]:
    """Names of files by names of tensors, from the index of a checkpoint of several files.

    Raises:
      ArgumentError: it is not an index.
      OSError: it cannot be read.
    """
    rule = "An index of safetensors files is a JSON object of names"
    if (size := file.size()) > _LONGEST_INDEX:
        raise damaged(file, f"has {size:,} bytes", rule)
    try:
        index = parsed(file.read(0, size).tobytes())
    except JsonTextError as error:
        raise damaged(file, str(error), rule) from error
    found = index.get("weight_map") if isinstance(index, Mapping) else None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise damaged(file, "has no weight_map", "It maps names of tensors to files")
    return found
