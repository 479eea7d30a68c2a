"""What MkDocs is told beside mkdocs.yml: pages above docs/, links out of it, no foreign files.

Files of the repository that are no pages are linked to where the repository is.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

import repository
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
# Beside docs/, where GitHub looks for them.
ABOVE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_LINK = re.compile(r"(\]\()(?!https?:|#|mailto:)([^)\s#]+)")
# GitHub needs the backslash in a table's code, and Python-Markdown shows it.
_CODE_IN_LINE = re.compile(r"`[^`\n]*`")
# What a browser fetches by itself: not what a reader may click.
_FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//[^"'>\s]+"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preconnect|preload|icon))[^>]*\bhref=["']?(?:https?:)?//[^"'>\s]+"""
)


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages that are not below docs/."""
    for name in ABOVE:
        files.append(File.generated(config, name, content=(ROOT / name).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turns links out of docs/, and those of pages above it, into links of the site."""
    markdown = _CODE_IN_LINE.sub(lambda code: code[0].replace(r"\|", "|"), markdown)
    source = page.file.src_uri
    place = PurePosixPath(source if source in ABOVE else f"docs/{source}").parent
    return _LINK.sub(
        lambda link: link[1] + address(place, link[2], PurePosixPath(source)), markdown
    )


def address(place: PurePosixPath, target: str, page: PurePosixPath) -> str:
    """What a link to `target` in a file of the folder `place` is in the site's page `page`."""
    path = _normal(place / target)
    if path.parts[:1] == ("docs",):
        inner = PurePosixPath(*path.parts[1:])
    elif str(path) in ABOVE:
        inner = path
    else:
        return repository.address_of(path)
    return "/".join([".."] * len(page.parent.parts) + [*inner.parts])


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Refuses a page that would fetch something from elsewhere when it is viewed."""
    if found := _FETCHED.search(output):
        raise PluginError(f"{page.file.src_uri} fetches from elsewhere: {found[0]}")
    return output


def _normal(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)
