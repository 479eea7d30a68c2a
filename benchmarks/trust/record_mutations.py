"""Changes the payload of a record where it hurts: in its fields, and within compressed columns."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

_NUMBERS = (0, 1, 2, 3, 7, 63, 64, 255, 4096, 2**16, 2**24, 2**31 - 1, 2**31, 2**32, 2**63 - 1)
_REALS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, 1e308, -1e308, float("inf"), float("nan"))
_TEXTS = ("", "a", "a" * 1001, ".".join("abc" * 30), "é", "<b>", "x/y", "\0", "m", "enc.0.weight")
_TYPES = ("|i1", "<i2", "<i4", "<i8", "<f4", "<f8", "delta", "bits", "-ln p", "planes", "text")
_CPP = FieldDescriptor


def mutated(payload: bytes, kind: Callable[[], Message], rng: random.Random) -> bytes:
    """A payload like this one, with one to three changes."""
    message = kind()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        return _other_bytes(payload, rng)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        parts = [part for part in _messages(message) if part.DESCRIPTOR.fields]
        part = rng.choice(parts)
        columns = [each for each in parts if each.DESCRIPTOR.name == "Column"]
        if columns and rng.random() < 0.7:
            _change_column(rng.choice(columns), rng)
        else:
            _change_field(part, rng)
    found = message.SerializeToString()
    return _other_bytes(found, rng) if rng.random() < 0.05 else found


def _messages(message: Message) -> Any:
    """A message and all within it."""
    pending = [message]
    while pending:
        part = pending.pop()
        yield part
        for field, value in part.ListFields():
            if field.type == _CPP.TYPE_MESSAGE:
                pending.extend(value if field.is_repeated else [value])


def _other_bytes(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at:at] = changed[at : at + rng.randrange(1, 40)]
            case 2:
                del changed[at : at + rng.randrange(1, 12)]
                changed = changed or bytearray(b"\0")
            case _:
                changed[at] = rng.choice((0, 1, 127, 128, 255))
    return bytes(changed)


def _change_field(part: Message, rng: random.Random) -> None:
    field: Any = rng.choice(list(part.DESCRIPTOR.fields))
    value = getattr(part, field.name)
    if field.is_repeated:
        if value and rng.random() < 0.3:
            del value[rng.randrange(len(value))]
        elif value and rng.random() < 0.7:
            # The same once more, or many times.
            again = rng.choice(list(value))
            value.extend([again] * rng.choice((1, 1, 2, 50)))
        elif field.type == _CPP.TYPE_MESSAGE:
            value.add()
        else:
            value.append(_other(field, rng))
    elif field.type == _CPP.TYPE_MESSAGE:
        part.ClearField(field.name) if rng.random() < 0.5 else value.SetInParent()
    else:
        setattr(part, field.name, _other(field, rng))


def _other(field: Any, rng: random.Random) -> Any:
    if field.type == _CPP.TYPE_STRING:
        return rng.choice(_TEXTS)
    if field.type == _CPP.TYPE_BYTES:
        return rng.randbytes(rng.randrange(40))
    if field.type == _CPP.TYPE_DOUBLE:
        return rng.choice(_REALS)
    if field.type == _CPP.TYPE_BOOL:
        return rng.random() < 0.5
    if field.type == _CPP.TYPE_ENUM:
        return rng.randrange(5)
    signed = field.type in (_CPP.TYPE_INT64, _CPP.TYPE_SINT64)
    number = rng.choice(_NUMBERS) * (-1 if signed and rng.random() < 0.4 else 1)
    return min(number, 2**32 - 1) if field.type == _CPP.TYPE_UINT32 else number


def _change_column(column: Any, rng: random.Random) -> None:
    match rng.randrange(6):
        case 0:
            column.dtype = rng.choice(_TYPES)
        case 1:
            column.shape[:] = [rng.choice((*_NUMBERS, 12, 12)) for _ in range(rng.randrange(4))]
        case 2:
            column.name = rng.choice(_TEXTS)
        case 3:
            _change_values(column, rng)
        case _:
            _change_one_value(column, rng)


def _change_values(column: Any, rng: random.Random) -> None:
    """Other values of another number, which the shape tells."""
    n = rng.choice((0, 1, 2, 12, 13))
    values = [rng.choice(_NUMBERS[:9]) for _ in range(n)]
    column.dtype, column.shape[:] = "<i8", [n] if len(column.shape) < 2 else [n, 1]
    column.data = zlib.compress(np.array(values, "<i8").tobytes())


def _change_one_value(column: Any, rng: random.Random) -> None:
    try:
        data = bytearray(zlib.decompressobj().decompress(column.data, 1 << 20))
    except zlib.error:
        return
    if not data:
        return
    width = {"<i2": 2, "<i4": 4, "<i8": 8, "<f4": 4, "<f8": 8, "delta": 8}.get(column.dtype, 1)
    at = rng.randrange(len(data)) // width * width
    if column.dtype in ("<f4", "<f8") and rng.random() < 0.7:
        with np.errstate(over="ignore"):
            data[at : at + width] = np.array([rng.choice(_REALS)]).astype(column.dtype).tobytes()
    elif rng.random() < 0.5:
        number = rng.choice(_NUMBERS) % (1 << (8 * width))
        data[at : at + width] = number.to_bytes(width, "little")
    else:
        data[at] ^= 1 << rng.randrange(8)
    column.data = zlib.compress(bytes(data))
