"""What models, metrics, operations and parameters may be called."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import MODULE_DEPTH, NAME_CHARACTERS
from tensorboard_cnc.format.tags import encode_part
from tensorboard_cnc.wording import shown, type_name


def checked_name(name: Any, what: str) -> str:
    """`name` as a plain str.

    Args:
      name: what was given.
      what: what it names, such as "model id".

    Raises:
      ArgumentError: it is not a text of 1 to 1,000 printable characters.
    """
    rule = f"Names and ids have 1 to {NAME_CHARACTERS:,} printable characters"
    if not isinstance(name, str):
        seen = f"The {what} {shown(name)} is of type {type_name(name)}"
        raise ArgumentError(seen, rule, "Pass it as a text, for example with str(...)")
    if not name:
        raise ArgumentError(f"The {what} is empty", rule, "Give it a name")
    if len(name) > NAME_CHARACTERS:
        seen = f"The {what} {shown(name)} has {len(name):,} characters"
        raise ArgumentError(seen, rule, "Shorten it; longer text belongs in description=")
    if not name.isprintable():
        odd = next(character for character in name if not character.isprintable())
        seen = f"The {what} {shown(name)} contains {odd!a}"
        raise ArgumentError(seen, rule, "Remove line breaks, tabs and control characters")
    # Not str(name), which is another text for an enumeration member.
    return str.__str__(name)


def checked_tensor_name(name: str) -> str:
    """The full name of a tensor, or of what a module computes.

    Raises:
      ArgumentError: it is no name, or lies too many modules deep.
    """
    checked = checked_name(name, "tensor name")
    if (depth := checked.count(".")) > MODULE_DEPTH:
        raise ArgumentError(
            f"The tensor name {shown(name)} lies {depth:,} modules deep",
            f"It lies at most {MODULE_DEPTH} deep",
            "Rename it; each dot begins a module within the one before",
        )
    return checked


def checked_max_bytes(max_bytes: Any) -> int:
    """Bytes that a record may take.

    Raises:
      ArgumentError: it is no positive whole number.
    """
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, Integral) or max_bytes < 1:
        raise ArgumentError(
            f"max_bytes= is {shown(max_bytes)} of type {type_name(max_bytes)}",
            "It must be a whole number of bytes, at least 1",
            "Write for example max_bytes=32 << 20 for 32 MB",
        )
    return int(max_bytes)


def checked_dataset_name(name: Any) -> str:
    """The name of a data set.

    Raises:
      ArgumentError: it is no text, not printable, or too long for a tag.
    """
    checked = checked_name(name, "data set's name")
    if encode_part(checked).startswith("="):
        raise ArgumentError(
            f"The data set's name {shown(checked)} has {len(checked):,} characters",
            "It has at most 200 bytes once percent-encoded",
            "Shorten it",
        )
    return checked
