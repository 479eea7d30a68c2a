"""Texts of instances, cut where they are too long to be shown."""

from __future__ import annotations

from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.wording import shown, storable, type_name

MOST_CHARACTERS = 10_000


def cut_texts(values: Any, what: str) -> tuple[str, ...]:
    """Texts of at most 10,000 characters; a longer one ends with its true length.

    Raises:
      ArgumentError: one is no text.
    """
    if isinstance(values, str):
        raise _no_texts(values, what)
    if callable(getattr(values, "tolist", None)):
        values = values.tolist()
    return tuple(_cut(value, what) for value in values)


def _cut(value: Any, what: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _no_texts(value, what)
    if len(value) <= MOST_CHARACTERS:
        return storable(value)
    return storable(value[:MOST_CHARACTERS]) + f"… [cut: {len(value):,} characters]"


def _no_texts(value: Any, what: str) -> ArgumentError:
    return ArgumentError(
        f"The {what} hold {shown(value)} of type {type_name(value)}",
        "They are a list of texts, one for each instance",
        "Decode tokens and convert with str(...)",
    )
