"""Where the repository is, and what its relative links are from elsewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
# A picture's text stands before the address; a link may stand around a picture.
_LINK = re.compile(r"(!\[[^\]]*)?(\]\()(?!https?:|mailto:|#)([^)\s]+)")


def address() -> str:
    """The repository's address, as pyproject.toml says it."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: str = declared["project"]["urls"]["Repository"]
    return found


def address_of(path: str | PurePosixPath, ref: str = "main", *, shown: bool = True) -> str:
    """Where a file or folder can be seen at a branch or tag, or, not `shown`, its bytes."""
    plain = str(path).partition("#")[0]
    kind = "tree" if (ROOT / plain).is_dir() else "blob"
    return f"{address()}/{kind if shown else 'raw'}/{ref}/{path}"


def readable_elsewhere(markdown: str, ref: str) -> str:
    """A page of the repository's root with the addresses of what it links to and shows."""

    def absolute(link: re.Match[str]) -> str:
        picture = link[1] or ""
        return picture + link[2] + address_of(link[3], ref, shown=not picture)

    return _LINK.sub(absolute, markdown)
