"""Writes safetensors files, also broken ones, from their bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

TYPES = {"float32": "F32", "float64": "F64", "float16": "F16", "int8": "I8", "uint8": "U8",
         "int64": "I64", "bool": "BOOL", "complex64": "C64", "int32": "I32"}  # fmt: skip


def save(path: Path, tensors: dict[str, NDArray[Any]], **types: str) -> Path:
    """Writes `tensors`; `types` names the format's type of arrays that hold codes."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in tensors.items():
        kind, raw = types.get(name, TYPES.get(array.dtype.name)), array.tobytes()
        shape = list(array.shape)
        if kind == "F4":
            shape[-1] *= 2
        place = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": place}
        data += raw
    return save_raw(path, header, data)


def save_raw(path: Path, header: Any, data: bytes) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path
