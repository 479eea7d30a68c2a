"""Reading a JSON file so that whatever is wrong with it is said with its place."""

from __future__ import annotations

import json
from pathlib import Path

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.source_file import read_bytes
from tensorboard_cnc.json_text import excess_marks, first_repeated
from tensorboard_cnc.wording import quoted


def read_json(path: Path) -> object:
    """The value that the UTF-8 file at `path` holds; NaN and Infinity are accepted.

    Raises:
      TableError: the file cannot be read, is too large, is not JSON, or gives one key of an object
        twice.
    """
    data = read_bytes(path)
    if marks := excess_marks(data):
        raise TableError(
            f"The table holds {marks:,} entries in {len(data):,} bytes",
            "An experiment table holds names and numbers",
            "Check that it is the right file",
        )
    text = _decoded(data)
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise TableError(
            f"Line {error.lineno}, column {error.colno} is not valid JSON: {error.msg}",
            "An experiment table is one JSON object",
            "Correct that place, or export the table again",
        ) from error
    except RecursionError as error:
        raise TableError(
            "The JSON is nested too deeply to be read",
            "An experiment table is five levels deep",
            "Export the table again",
        ) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"Byte {error.start:,} of the table is not UTF-8",
            "An experiment table is JSON in UTF-8",
            "Save it again in UTF-8",
        ) from error


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TableError(
            f"The key {quoted(first_repeated(pairs))} occurs twice in one JSON object",
            "Only one of its values could be kept",
            "Remove or rename one of them",
        )
    return found


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:
        raise TableError(
            f"The table holds a whole number of {len(digits):,} digits",
            "Numbers must fit into 64 bits",
            "Correct it, or export the table again",
        ) from error
