"""Envelopes made by hand after docs/format.md, independently of `tensorboard_cnc.format`."""

from __future__ import annotations

import struct

import google_crc32c

from tensorboard_cnc.format import cnc_pb2 as pb


def sealed(
    payload: bytes, *, version: int = 1, compression: int = 0, size: int | None = None
) -> bytes:
    """An envelope around `payload` whose checksum holds, whatever else it says."""
    declared = len(payload) if size is None else size
    head = struct.pack("<IIQ", version, compression, declared)
    envelope = pb.Envelope(
        format_version=version,
        checksum=google_crc32c.value(head + payload),
        size=declared,
        payload=payload,
    )
    # Field 3 by hand: the generated class takes any number, its type only the known ones.
    return envelope.SerializeToString() + (bytes([0x18, compression]) if compression else b"")
