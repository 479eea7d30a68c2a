"""The pages of the documentation, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Pages of the site that stand where GitHub looks for them.
ABOVE = tuple(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))
_FENCE = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)$\n?", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
# Python objects whose headings mkdocstrings writes.
_OBJECT = re.compile(r"^::: ([\w.]+)", re.MULTILINE)


def pages() -> list[Path]:
    """Every page of the site, and the README."""
    return [ROOT / "README.md", *ABOVE, *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The text of a page without fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def code(page: Path) -> str:
    """What is set as code in a page, in blocks and in lines, a paragraph each."""
    blocks = _FENCE.findall(page.read_text(encoding="utf-8"))
    return "\n\n".join([*blocks, *(span[0].strip("`") for span in _CODE.finditer(prose(page)))])


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """(file, anchor) of every link to a place in the repository."""
    for target in _LINK.findall(_CODE.sub("", prose(page))):
        path, _, anchor = target.partition("#")
        yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """What a link may name in a page, as GitHub and the site call its headings."""
    text = prose(page)
    found = {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    return found | set(_OBJECT.findall(text))


def slug(heading: str) -> str:
    """The anchor of a heading: lower case, without punctuation, with hyphens for spaces."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
