"""What an answer of a report is kept under: the same question has the same key.

The panel makes the same keys (``frontend/src/api/answer_key.ts``);
tests/golden/answer_keys.json holds both to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# Parameters that are JSON themselves.
_JSON = ("filter", "by")


def answer_key(route: str, parameters: Mapping[str, str]) -> str:
    """The key of what `route` is asked, named without its slash; parameters as in a query string.

    Which models are compared counts, and which conditions hold; in what order they are named does
    not, because every answer names the models that its columns are of.
    """
    told = sorted((name, _told(name, value)) for name, value in parameters.items())
    return _json([route, *map(list, told)])


def _told(name: str, value: str) -> str:
    if name == "models":
        return ",".join(sorted(value.split(",")))
    if name not in _JSON:
        return value
    try:
        read = json.loads(value)
    except ValueError:
        return value
    if name == "filter" and isinstance(read, list):
        return f"[{','.join(sorted(map(_json, read)))}]"
    return _json(read)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
