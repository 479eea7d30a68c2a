"""Lets the site show what docstrings set off with ``::`` as Python."""

from __future__ import annotations

import re
from typing import Any

import griffe

_LITERAL = re.compile(r"^::\n\n((?:    .*\n|\n)+)", re.MULTILINE)


class Examples(griffe.Extension):  # type: ignore[misc]
    """Makes a fenced block of each literal one, before docstrings are parsed."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = _LITERAL.sub(_fenced, f"{obj.docstring.value}\n").rstrip()


def _fenced(block: re.Match[str]) -> str:
    lines = (line[4:] for line in block[1].rstrip().splitlines())
    return "```python\n" + "\n".join(lines) + "\n```\n\n"
