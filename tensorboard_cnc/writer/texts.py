"""Texts of instances, cut where they are too long to be shown."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, storable, type_name
from tensorboard_cnc.writer.instances.arrays import in_rows

MOST_CHARACTERS = 10_000
_MARK = re.compile(r"… \[cut: ([\d,]+) characters\]\Z")


def cut_texts(values: Any, what: str) -> tuple[str, ...]:
    """Texts of at most 10,000 characters; a longer one ends with its true length.

    Raises:
      ArgumentError: one is not a text.
    """
    if isinstance(values, str):
        raise _no_texts(values, what)
    given = in_rows(values, what)
    texts = given.tolist() if isinstance(given, np.ndarray) else given
    return tuple(_cut(value, what) for value in texts)


def cut_at(text: str, most: int) -> str:
    """`text`, or its first `most` characters with a mark of how many there were."""
    if len(text) <= most:
        return text
    # One that was cut before still says its first length.
    whole = _MARK.search(text)
    length = whole[1] if whole else f"{len(text):,}"
    return f"{text[:most]}… [cut: {length} characters]"


def _cut(value: Any, what: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _no_texts(value, what)
    if len(value) <= MOST_CHARACTERS:
        return storable(value)
    # Without looking for a mark: the text itself may end with one.
    return f"{storable(value[:MOST_CHARACTERS])}… [cut: {len(value):,} characters]"


def _no_texts(value: Any, what: str) -> ArgumentError:
    return ArgumentError(
        f"The {what} hold {shown(value)} of type {type_name(value)}",
        "They are a list of texts, one for each instance",
        "Decode tokens and convert with str(...)",
    )
