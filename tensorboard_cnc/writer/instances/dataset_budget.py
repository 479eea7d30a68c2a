"""What a byte budget leaves of a data set: thumbnails go first, then the ends of long texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.columns import texts as packed_texts
from tensorboard_cnc.format.instances import columns_of
from tensorboard_cnc.records.instances import Dataset
from tensorboard_cnc.writer.instances.prediction_budget import packed_bytes
from tensorboard_cnc.writer.instances.thumbnails import thumbnails
from tensorboard_cnc.writer.texts import cut_at

DEFAULT_BYTES = 8 << 20
_CHARACTERS = (2_000, 500, 120)


def fitted(record: Dataset, images: Any, budget: int) -> tuple[Dataset, dict[str, pb.Column]]:
    """The record with thumbnails of `images` within `budget` compressed bytes, and its columns.

    Ids, truth, classes and attributes always stay, over the budget if need be.

    Raises:
      ArgumentError: the images are none.
    """
    packed = columns_of(record)
    dropped: list[str] = []
    if record.texts is not None and packed_bytes(packed) > budget:
        record = _with_shorter_texts(record, packed, budget)
        dropped.append("texts")
    if images is not None:
        found = thumbnails(images, record.ids, budget - packed_bytes(packed))
        record = replace(record, images=found.files)
        packed |= columns_of(record, ("images",))
        if not found.whole:
            dropped.insert(0, "thumbnails")
    return replace(record, dropped=tuple(dropped)), packed


def _with_shorter_texts(record: Dataset, packed: dict[str, pb.Column], budget: int) -> Dataset:
    """The record with its texts cut until it fits, or without them; `packed` likewise."""
    assert record.texts is not None
    for most in _CHARACTERS:
        texts = tuple(cut_at(text, most) for text in record.texts)
        packed["texts"] = packed_texts("texts", texts)
        if packed_bytes(packed) <= budget:
            return replace(record, texts=texts)
    del packed["texts"]
    return replace(record, texts=None)
