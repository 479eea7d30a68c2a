"""The site of docs/ lists every page, every link leads somewhere, and both renderers agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.pages import ABOVE, DOCS, ROOT, anchors, links, name_of, pages, prose


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads mkdocs.yml without making the Python objects that it names."""


_LIST = re.compile(r"(?P<indent> *)(?:[-*]|\d+\.) ")


def _unmade(loader: Any, _suffix: str, node: Any) -> Any:
    return loader.construct_mapping(node)


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _unmade)


def settings() -> dict[str, Any]:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=_Loader)
    return found


def listed(nav: Any) -> Iterator[str]:
    """The files of a navigation."""
    match nav:
        case str():
            yield nav
        case list() | tuple():
            for each in nav:
                yield from listed(each)
        case dict():
            yield from listed([*nav.values()])


def test_every_page_is_listed_once() -> None:
    below = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    assert sorted(listed(settings()["nav"])) == sorted([*below, *(page.name for page in ABOVE)])


def test_nothing_is_fetched_when_it_is_viewed() -> None:
    found = settings()
    assert found["theme"]["font"] is False
    assert "scripts/docs_site.py" in found["hooks"]
    assert not {"extra_css", "extra_javascript", "extra"} & set(found)
    for page in pages():
        assert not re.search(r"!\[[^\]]*\]\((?:https?:)?//", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    known = {each.resolve(): each for each in pages()}
    for target, anchor in links(page):
        assert target.exists(), f"{target} does not exist"
        if anchor and target in known:
            assert anchor in anchors(known[target]), f"{name_of(target)} has no #{anchor}"


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_lists_and_tables_are_read_alike(page: Path) -> None:
    """GitHub needs no empty line before them, and any indent; Python-Markdown is stricter."""
    before = ""
    for line in prose(page).splitlines():
        item = _LIST.match(line)
        goes_on = before.startswith(("|", " ")) or bool(_LIST.match(before))
        assert not (item or line.startswith("|")) or not before.strip() or goes_on, line
        assert not item or len(item["indent"]) % 4 == 0, f"indent by fours: {line}"
        before = line


def test_every_example_is_linked() -> None:
    text = (DOCS / "toolkits.md").read_text(encoding="utf-8")
    for script in (DOCS / "examples").glob("*.py"):
        assert f"(examples/{script.name})" in text


def test_layers_are_told_alike() -> None:
    arrows = re.compile(r"^[^\n`]+ ← [^\n`]+$", re.MULTILINE)
    told = [
        {" ".join(line.split()) for line in arrows.findall(page.read_text(encoding="utf-8"))}
        for page in (DOCS / "architecture.md", ROOT / "CONTRIBUTING.md")
    ]
    in_python = [{line for line in lines if "records" in line or "cli" in line} for lines in told]
    assert in_python[0] == in_python[1]
    assert in_python[0]
