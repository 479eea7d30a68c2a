"""The rule for ids and names."""

from __future__ import annotations

from tensorboard_cnc.errors import ArgumentError

MAX_CHARACTERS = 1000


def checked_name(name: object, what: str) -> str:
    """`name`, which must be 1 to 1,000 printable characters.

    Raises:
      ArgumentError: it is not.
    """
    if not isinstance(name, str):
        raise ArgumentError(
            f"The {what} is {name!r:.80} of type {type(name).__name__}",
            f"A {what} is text",
            "Pass a str",
        )
    if not 1 <= len(name) <= MAX_CHARACTERS:
        raise ArgumentError(
            f"The {what} has {len(name):,} characters",
            f"A {what} has 1 to {MAX_CHARACTERS:,}",
            "Shorten it" if name else "Give it a name",
        )
    if not name.isprintable():
        raise ArgumentError(
            f"The {what} {name!r:.80} holds characters that do not print",
            f"A {what} is one line of printable text",
            "Remove line breaks and control characters",
        )
    return name
