"""How messages show values and names, and how texts are made fit to be stored."""

from __future__ import annotations

import json
import reprlib
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_MOST_OF_AN_ERROR = 1500
_MOST_OF_A_NAME = 100


def shown(value: Any) -> str:
    """`value` as in Python, shortened and on one line."""
    try:
        return " ".join(_SHORT.repr(value).split())
    except Exception:
        return f"<{type_name(value)}>"


def text_of(error: BaseException) -> str:
    """The kind of `error` and what it and its notes say, on one line."""
    kind = type(error).__name__
    try:
        said = [str(error), *getattr(error, "__notes__", ())]
        text = " ".join(word for part in said for word in part.split())
    except Exception:
        return kind
    if len(text) > _MOST_OF_AN_ERROR:
        text = f"{text[:_MOST_OF_AN_ERROR]}…"
    return f"{kind}: {text}" if text else kind


def type_name(value: Any) -> str:
    """The type of `value` with its module, as in an import."""
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def storable(text: str) -> str:
    """`text`, with lone surrogates (as in undecodable file names) written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


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
    """The first 100 characters of `text`, with a mark where there are more."""
    return text if len(text) <= _MOST_OF_A_NAME else f"{text[:_MOST_OF_A_NAME]}…"
