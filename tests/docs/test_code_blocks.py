"""Every Python block of the README and of docs/ runs as it stands.

Those of the tutorial belong together; tests/docs/test_tutorial.py runs them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, name_of, pages

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """(place, code) of every block."""
    found = []
    for path in pages():
        if path == DOCS / "tutorial.md":
            continue
        text = path.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append((f"{name_of(path)}:{line}", match[1]))
    return found


def test_there_are_blocks() -> None:
    places = {place.partition(":")[0] for place, _ in blocks()}
    assert {"README.md", "docs/logging.md"} <= places


@pytest.mark.parametrize(("place", "code"), blocks(), ids=lambda value: value.split("\n")[0][:40])
def test_block(place: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, place, "exec"), {"__name__": "__main__"})
