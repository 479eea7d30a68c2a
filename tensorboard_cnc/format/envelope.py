"""Records to checksummed bytes and back. The layout is cnc.proto; docs/format.md explains it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import TypeVar

import google_crc32c
from google.protobuf.message import DecodeError, Message

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format import messages
from tensorboard_cnc.format.bounds import excess, message_excess
from tensorboard_cnc.format.cnc_pb2 import Envelope
from tensorboard_cnc.format.cnc_pb2 import Record as RecordMessage
from tensorboard_cnc.format.refusals import damaged, future
from tensorboard_cnc.records.models import Record

_Bulk = TypeVar("_Bulk", bound=Message)

FORMAT_VERSION = 1
MAX_RECORD_BYTES = 16 << 20
# Limits of a bulk record and of each chunk that it is stored in.
MAX_BULK_BYTES = 256 << 20
CHUNK_BYTES = 8 << 20
# Empty items take two bytes in a record and a thousand times that in memory.
MAX_RECORD_ITEMS = 50_000
_COMPRESS_FROM_BYTES = 1024


def encode(record: Record) -> bytes:
    """The bytes of an Envelope that holds `record`.

    Raises:
      ArgumentError: the record is larger than readers accept, or a value in it cannot be stored.
    """
    payload = _serialize(record)
    size = len(payload)
    if size > MAX_RECORD_BYTES:
        raise ArgumentError(
            f"A {type(record).__name__} record has {size:,} bytes",
            f"At most {MAX_RECORD_BYTES:,} can be read back",
            "Log fewer repetitions or shorter texts",
        )
    packed = zlib.compress(payload) if size >= _COMPRESS_FROM_BYTES else payload
    # What compresses so well that readers would take it for a bomb stays as it is.
    if packed is payload or _beyond(payload, len(packed)):
        return _enveloped(payload, Envelope.NONE, size)
    return _enveloped(packed, Envelope.ZLIB, size)


def _enveloped(payload: bytes, compression: Envelope.Compression, size: int) -> bytes:
    return Envelope(
        format_version=FORMAT_VERSION,
        checksum=checksum_of(FORMAT_VERSION, compression, size, payload),
        compression=compression,
        size=size,
        payload=payload,
    ).SerializeToString()


def _serialize(record: Record) -> bytes:
    try:
        message = messages.to_message(record)
        payload = message.SerializeToString()
    except (ValueError, DecodeError, RecursionError) as error:
        raise ArgumentError(
            f"A {type(record).__name__} record cannot be stored: {error}",
            "Texts are Unicode, whole numbers have at most 64 bits, lists few levels",
            "Pass simpler values",
        ) from error
    if _item_count(message) > MAX_RECORD_ITEMS:
        raise ArgumentError(
            f"A {type(record).__name__} record has {_item_count(message):,} items",
            f"At most {MAX_RECORD_ITEMS:,} can be read back",
            "Log fewer of them for one model",
        )
    return payload


def decode(data: bytes) -> Record:
    """The record in an Envelope's bytes.

    Checksum, version and sizes are checked, in this order, before anything is decompressed.

    Raises:
      DamagedRecordError: the bytes are not what was written.
      FutureRecordError: they are, but by a newer tensorboard-cnc.
    """
    envelope, stored = _known_envelope(data)
    if envelope.size > MAX_RECORD_BYTES:
        raise damaged(f"it declares {envelope.size:,} bytes, over the {MAX_RECORD_BYTES:,} allowed")
    payload = _decompress(envelope, stored)
    message = RecordMessage()
    _parse(message, payload, len(stored))
    if _item_count(message) > MAX_RECORD_ITEMS:
        raise damaged(f"it holds {_item_count(message):,} items, over {MAX_RECORD_ITEMS:,}")
    return messages.from_message(message)


def checked_payload(message: Message, made: int) -> bytes:
    """The payload of a bulk record that would take `made` bytes of memory to read.

    Raises:
      ArgumentError: that is more than readers accept.
    """
    payload = message.SerializeToString()
    stored = len(payload)
    beyond = excess(made, stored) or message_excess(payload, message.DESCRIPTOR, stored)
    if beyond:
        raise ArgumentError(
            f"A record cannot be read back: {beyond}",
            "Readers keep to a fixed ratio, which what is measured is far from",
            "Log fewer instances, classes or tensors, or leave out what is the same for all",
        )
    return payload


def bulk_chunks(payload: bytes) -> list[bytes]:
    """The chunks of an Envelope around the message of a bulk record, compressed within.

    Raises:
      ArgumentError: it is larger than readers accept.
    """
    if len(payload) > MAX_BULK_BYTES:
        raise ArgumentError(
            f"A record has {len(payload):,} compressed bytes",
            f"At most {MAX_BULK_BYTES:,} can be read back",
            "Log fewer instances or shorter texts, or set a smaller max_bytes=",
        )
    data = _enveloped(payload, Envelope.NONE, len(payload))
    return [data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)]


def bulk_message(kind: type[_Bulk], chunks: Iterable[bytes]) -> _Bulk:
    """The message of a bulk record, once checksum, version and size have been checked.

    Raises:
      DamagedRecordError: the chunks are not what was written.
      FutureRecordError: they are, but by a newer tensorboard-cnc.
    """
    payload = _bulk_payload(b"".join(chunks))
    message = kind()
    _parse(message, payload, len(payload))
    return message


def _bulk_payload(data: bytes) -> bytes:
    """What the message is parsed from; apart, so that the envelope, as large, is gone by then."""
    envelope, payload = _known_envelope(data)
    if envelope.compression != Envelope.NONE:
        raise future(f"its compression is {envelope.compression}")
    if envelope.size != len(payload):
        raise damaged(f"it does not hold the {envelope.size:,} bytes it declares")
    return payload


def _parse(message: Message, payload: bytes, stored: int) -> None:
    """Fills `message`, once it is clear how much memory that takes."""
    if beyond := message_excess(payload, message.DESCRIPTOR, stored):
        raise damaged(beyond)
    try:
        message.ParseFromString(payload)
    except DecodeError as error:
        raise damaged(str(error)) from error


def _beyond(payload: bytes, stored: int) -> str:
    return message_excess(payload, RecordMessage.DESCRIPTOR, stored)


def _known_envelope(data: bytes) -> tuple[Envelope, bytes]:
    """As `parse_envelope`, with its version checked too."""
    envelope, payload = parse_envelope(data)
    if envelope.format_version > FORMAT_VERSION:
        raise future(f"its format version is {envelope.format_version}, not {FORMAT_VERSION}")
    return envelope, payload


def _item_count(message: RecordMessage) -> int:
    match message.WhichOneof("kind"):
        case "model":
            card = message.model
            return len(card.parents) + len(card.operation.parameters)
        case "metrics":
            return len(message.metrics.measurements)
        case "metric_specs":
            return len(message.metric_specs.specs)
        case "problems":
            return len(message.problems.problems)
        case _:
            return 0


def parse_envelope(data: bytes) -> tuple[Envelope, bytes]:
    """The envelope in `data`, its checksum checked, and its payload: each access copies it.

    Raises:
      DamagedRecordError: it does not parse, or the checksum is another.
    """
    envelope = Envelope()
    try:
        envelope.ParseFromString(data)
    except DecodeError as error:
        raise damaged("its outer message does not parse") from error
    payload = envelope.payload
    found = checksum_of(envelope.format_version, envelope.compression, envelope.size, payload)
    if found != envelope.checksum:
        raise damaged(f"its checksum is {found:08x} instead of {envelope.checksum:08x}")
    return envelope, payload


def checksum_of(version: int, compression: int, size: int, payload: bytes) -> int:
    """CRC-32C of an envelope's other fields."""
    head = struct.pack("<IIQ", version, compression & 0xFFFFFFFF, size)
    return int(google_crc32c.extend(google_crc32c.value(head), payload))


def _decompress(envelope: Envelope, stored: bytes) -> bytes:
    if envelope.compression == Envelope.NONE:
        payload = stored
    elif envelope.compression == Envelope.ZLIB:
        if beyond := excess(envelope.size, len(stored)):
            raise damaged(beyond)
        payload = inflated(stored, envelope.size)
    else:
        raise future(f"its compression {envelope.compression} is unknown")
    if len(payload) != envelope.size:
        raise damaged(f"it does not hold the {envelope.size:,} bytes it declares")
    return payload


def inflated(data: bytes, size: int) -> bytes:
    """The `size` bytes, or fewer, that are in a zlib stream; one more where there are more.

    Raises:
      DamagedRecordError: it is no such stream.
    """
    try:
        # One byte more than declared, so that a longer stream is noticed without inflating it.
        return zlib.decompressobj().decompress(data, size + 1)
    except zlib.error as error:
        raise damaged(str(error)) from error
