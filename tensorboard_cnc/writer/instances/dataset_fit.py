"""Fits a data set into a number of bytes: thumbnails go first, then the ends of long texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.columns import texts as packed_texts
from tensorboard_cnc.format.instances import columns_of
from tensorboard_cnc.records.instances import Dataset
from tensorboard_cnc.writer.instances.prediction_fit import packed_bytes
from tensorboard_cnc.writer.instances.thumbnails import thumbnails
from tensorboard_cnc.writer.texts import cut_at

DEFAULT_BYTES = 8 << 20
_CHARACTERS = (2_000, 500, 120)


def fitted(record: Dataset, images: Any, max_bytes: int) -> tuple[Dataset, dict[str, pb.Column]]:
    """The record with thumbnails of `images` within `max_bytes` compressed bytes, and its columns.

    Ids, truth, classes and attributes always stay, even if that takes more.

    Raises:
      ArgumentError: the images are none.
    """
    packed = columns_of(record)
    dropped: list[str] = []
    if record.texts is not None and packed_bytes(packed) > max_bytes:
        record = _with_shorter_texts(record, packed, max_bytes)
        dropped.append("texts")
    if images is not None:
        found = thumbnails(images, record.ids, max_bytes - packed_bytes(packed))
        record = replace(record, images=found.files)
        packed |= columns_of(record, ("images",))
        if not found.whole:
            dropped.insert(0, "thumbnails")
    return replace(record, dropped=tuple(dropped)), packed


def _with_shorter_texts(record: Dataset, packed: dict[str, pb.Column], max_bytes: int) -> Dataset:
    """The record with its texts cut until it fits, or without them; `packed` likewise."""
    assert record.texts is not None
    for most in _CHARACTERS:
        texts = tuple(cut_at(text, most) for text in record.texts)
        packed["texts"] = packed_texts("texts", texts)
        if packed_bytes(packed) <= max_bytes:
            return replace(record, texts=texts)
    del packed["texts"]
    return replace(record, texts=None)
