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
# Of what is said of a model afterwards: characters of its note and of each tag, and tags.
NOTE_CHARACTERS = 10_000
TAG_CHARACTERS = 100
TAGS = 50
# Classes that have no names; codes name them by their places.
CLASSES = 1 << 20
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


def message_excess(data: bytes, kind: Any, stored: int) -> str:
    """What is wrong with a message that would take too much memory; "" where nothing is.

    `kind`: its descriptor, as any of protobuf's implementations has it.

    Raises:
      DamagedRecordError: it is malformed.
    """
    most = (allowed_bytes(stored) - len(data)) // _FIELD_BYTES
    fields = _fields(data, kind, most) if len(data) > _SMALL else 0
    return excess(len(data) + _FIELD_BYTES * fields, stored)


def _fields(data: bytes, kind: Any, most: int) -> int:
    """How many fields the message and those within it hold; each number of a list counts.

    More than `most` are not counted to the end.
    """
    count = 0
    within = [(0, len(data), kind.fields_by_number)]
    while within:
        at, end, known = within.pop()
        while at < end and count <= most:
            key, at = _varint(data, at, end)
            count += 1
            at, inner = _end_of_field(data, at, end, key & 7)
            if at > end:
                raise damaged("a field is longer than its message")
            field = known.get(key >> 3) if inner < at else None
            if field is None:
                continue
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                # What follows it is looked at later.
                within.append((at, end, known))
                at, end, known = inner, at, field.message_type.fields_by_number
            elif _is_list_of_numbers(field):
                # A double becomes an object of five times its size.
                length = at - inner
                count += length * 5 // _FIELD_BYTES if _is_double(field) else length
    return count


def _end_of_field(data: bytes, at: int, end: int, wire: int) -> tuple[int, int]:
    """Where the value at `at` ends, and where the bytes that it holds begin: there if none."""
    if wire == _VARINT:
        at = _varint(data, at, end)[1]
    elif wire == _BYTES:
        length, at = _varint(data, at, end)
        return at + length, at
    elif wire in (_FIXED32, _FIXED64):
        at += 4 if wire == _FIXED32 else 8
    else:
        raise damaged(f"it holds a field of the wire type {wire}")
    return at, at


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
