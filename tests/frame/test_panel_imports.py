"""The panel's files import each other one way, types included, and each layer keeps to itself."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "frontend" / "src"
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")
PACKAGE = re.compile(r"""\bfrom\s+["']([^."'][^"']*)["']""")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|<!--.*?-->", re.DOTALL)
# What each folder may import beside itself.
BELOW = {
    "model": set(),
    "host": {"model"},
    "api": {"model"},
    "components": {"model"},
    "state": {"model", "host", "api"},
    "views": {"model", "host", "api", "components", "state"},
}
# What only one file may do, and what nothing in model/ may.
FETCH = re.compile(r"(?<![\w.#])(?:fetch|XMLHttpRequest|EventSource|WebSocket|sendBeacon)\s*\(")
PARENT = re.compile(r"\b(?:window|self|globalThis)\.(?:parent|top|frameElement)\b|\bpostMessage\(")
BROWSER = re.compile(
    r"(?<![\w.#])(?:document|window|globalThis|localStorage|navigator|location|history)\."
    r"|\b(?:HTML|SVG)\w*Element\b|\$(?:state|derived|effect)\b"
)


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


def test_each_folder_imports_only_those_below_it(imports: dict[Path, set[Path]]) -> None:
    upward = [
        f"{path.relative_to(SOURCE)} imports {file.relative_to(SOURCE)}"
        for path, found in imports.items()
        for file in found
        if (folder := path.relative_to(SOURCE).parts[0]) in BELOW
        and file.relative_to(SOURCE).parts[0] not in BELOW[folder] | {folder}
    ]
    assert upward == []
    assert {path.name for path in SOURCE.iterdir() if path.is_dir()} == set(BELOW)


def doing(pattern: re.Pattern[str], under: str = "") -> list[str]:
    """The panel's files below a folder whose code, comments apart, has the pattern."""
    return [
        path.relative_to(SOURCE).as_posix()
        for path in sorted((SOURCE / under).rglob("*"))
        if path.suffix in (".ts", ".svelte")
        and pattern.search(COMMENT.sub("", path.read_text(encoding="utf-8")))
    ]


def test_one_file_fetches() -> None:
    assert doing(FETCH) == ["api/client.ts"]


def test_one_file_touches_the_window_around_the_frame() -> None:
    assert doing(PARENT) == ["host/tensorboard.ts"]


def test_the_model_is_pure() -> None:
    assert doing(BROWSER, "model") == []
    packages = {
        name
        for path in (SOURCE / "model").rglob("*.ts")
        for name in PACKAGE.findall(path.read_text(encoding="utf-8"))
    }
    assert {name for name in packages if not name.startswith("d3-")} == set()
