"""JSON that somebody else wrote: what it makes is bounded by its bytes, and no key is repeated."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

# What begins, parts or names entries. Four bytes and more go with each, but in short lists.
_MARKS = b"[{,:"
_FREE_MARKS = 1 << 19
_BYTES_TO_A_MARK = 4


class JsonTextError(ValueError):
    """Text that is no JSON, or more than is read; the message says what was seen."""


def parsed(text: bytes) -> Any:
    """The value in UTF-8 `text`; NaN and infinities are accepted.

    Raises:
      JsonTextError: it is no JSON, is nested too deeply, holds far more lists and objects than its
        bytes should, repeats a key of an object, or holds an integer of thousands of digits.
    """
    if marks := excess_marks(text):
        raise JsonTextError(f"holds {marks:,} entries in {len(text):,} bytes")
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise JsonTextError(f"is not valid JSON at {place}: {error.msg}") from error
    except RecursionError as error:
        raise JsonTextError("is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise JsonTextError(f"is not UTF-8 at byte {error.start:,}") from error
    except JsonTextError:
        raise
    except ValueError as error:
        # Python reads no integer of more digits.
        raise JsonTextError("holds a whole number of thousands of digits") from error


def excess_marks(text: bytes) -> int:
    """How many entries `text` holds, where they are more than its bytes should; 0 elsewhere."""
    marks = sum(text.count(mark) for mark in _MARKS)
    return marks if marks > _FREE_MARKS + len(text) // _BYTES_TO_A_MARK else 0


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise JsonTextError(f"has the key {first_repeated(pairs)[:100]!r} twice in one object")
    return found


def first_repeated(pairs: list[tuple[str, Any]]) -> str:
    """The first key that comes again."""
    counts = Counter(key for key, _ in pairs)
    return next(key for key, _ in pairs if counts[key] > 1)
