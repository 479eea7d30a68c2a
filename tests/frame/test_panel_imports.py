"""The panel's files import each other one way, types included."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "frontend" / "src"
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")


def imported(path: Path) -> set[Path]:
    """The files of the panel that one imports."""
    names = IMPORT.findall(path.read_text(encoding="utf-8"))
    places = [path.parent / name.partition("?")[0] for name in names]
    files = [place if place.is_file() else place.with_name(f"{place.name}.ts") for place in places]
    return {file.resolve() for file in files}


@pytest.fixture(scope="module")
def imports() -> dict[Path, set[Path]]:
    sources = [path for path in SOURCE.rglob("*") if path.suffix in (".ts", ".svelte")]
    return {path: imported(path) for path in sources}


def test_every_import_is_found(imports: dict[Path, set[Path]]) -> None:
    assert len(imports) > 200
    assert sum(map(len, imports.values())) > len(imports)
    assert [file for found in imports.values() for file in found if not file.is_file()] == []


def test_no_files_import_each_other_in_a_circle(imports: dict[Path, set[Path]]) -> None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(str(path.relative_to(SOURCE)) for path in error.args[1]))
