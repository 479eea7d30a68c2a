"""What a record may hold at most: writers keep to it, and readers hold records to it.

Reading takes at most `allowed_bytes` of memory, which follow from the bytes that are stored. What a
record would take is counted from what it declares, before anything is made of it.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from tensorboard_cnc.format.refusals import damaged

# Characters of ids and names.
NAME_CHARACTERS = 1000
# Lists within lists of a parameter.
LIST_DEPTH = 8
# Modules within modules, and dimensions of a tensor, which are NumPy's.
MODULE_DEPTH = 64
DIMENSIONS = 64
THUMBNAIL_PIXELS_ASIDE = 64

# What whole numbers from 0 on need, which take no room: two million ids, say.
_FREE_BYTES = 64 << 20
# Zlib may inflate a thousandfold; what is measured does not compress so well.
_BYTES_FOR_EACH_STORED = 256
MOST_BYTES = 1 << 30
# A message, or what is made of it, with a dictionary of its own.
_FIELD_BYTES = 400
# Fewer bytes cannot hold many messages.
_SMALL = 1 << 16
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def allowed_bytes(stored: int) -> int:
    """The memory that reading a record of so many stored bytes may take."""
    return min(_FREE_BYTES + _BYTES_FOR_EACH_STORED * stored, MOST_BYTES)


def excess(made: int, stored: int) -> str:
    """What is wrong with a record that would take `made` bytes of memory; "" where nothing is."""
    allowed = allowed_bytes(stored)
    if made <= allowed:
        return ""
    return f"{stored:,} stored bytes would take {made:,} in memory, over the {allowed:,} allowed"


def message_bytes(data: bytes, kind: Any) -> int:
    """About the memory that the message in `data` would take, without making it.

    `kind`: its descriptor, as any of protobuf's implementations has it.

    Raises:
      DamagedRecordError: it is malformed.
    """
    return len(data) + _FIELD_BYTES * (_fields(data, kind) if len(data) > _SMALL else 0)


def _fields(data: bytes, kind: Any) -> int:
    """How many fields the message and those within it hold; each number of a list counts."""
    count = 0
    pending = [(0, len(data), kind)]
    while pending:
        at, end, within = pending.pop()
        known = within.fields_by_number
        while at < end:
            key, at = _varint(data, at, end)
            field, wire = known.get(key >> 3), key & 7
            count += 1
            if wire == _VARINT:
                _, at = _varint(data, at, end)
            elif wire == _BYTES:
                length, at = _varint(data, at, end)
                if field is not None and field.type == FieldDescriptor.TYPE_MESSAGE:
                    pending.append((at, min(at + length, end), field.message_type))
                elif field is not None and _is_list_of_numbers(field):
                    # A double becomes an object of five times its size.
                    count += length * 5 // _FIELD_BYTES if _is_double(field) else length
                at += length
            elif wire in (_FIXED32, _FIXED64):
                at += 4 if wire == _FIXED32 else 8
            else:
                raise damaged(f"it holds a field of the wire type {wire}")
        if at > end:
            raise damaged("a field is longer than its message")
    return count


def _is_list_of_numbers(field: Any) -> bool:
    texts = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)
    return bool(field.is_repeated) and field.type not in texts


def _is_double(field: Any) -> bool:
    return bool(field.type == FieldDescriptor.TYPE_DOUBLE)


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise damaged("a number does not end")
