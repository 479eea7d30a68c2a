"""Texts from a table without control characters, and short where a terminal shows them."""

from __future__ import annotations

import json

_SHOWN_CHARACTERS = 100


def quoted(text: str) -> str:
    """`text` in double quotes, in ASCII where it holds anything that does not print."""
    return json.dumps(shortened(text), ensure_ascii=not text.isprintable())


def plain(text: str) -> str:
    """`text` without quotes, unless it holds anything that does not print."""
    return shortened(text) if text.isprintable() else quoted(text)


def printable(text: str) -> str:
    """`text` without what does not print; line breaks, tabs and the like become spaces."""
    if text.isprintable():
        return text
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
