"""Commands, options and files that the documentation names are there."""

from __future__ import annotations

import re

import cli_reference
import pytest

from tests.docs.pages import ABOVE, ROOT, code, name_of, pages

# The changelog tells of what was.
PAGES = [page for page in pages() if page != ABOVE[0]]
# A command and its line, which may go on after a backslash.
_COMMAND = re.compile(r"tensorboard-cnc ([a-z]+)((?:[^\n]|\\\n)*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
_TARGET = re.compile(r"`make ([a-z][\w-]*)")
_BENCHMARK = re.compile(r"python -m benchmarks ([a-z]\w*)")
_FILE = re.compile(r"`((?:tests|scripts|benchmarks|docs|demo)/[\w./-]+)`")


def texts() -> list[tuple[str, str]]:
    return [(name_of(page), page.read_text(encoding="utf-8")) for page in PAGES]


def test_options_of_commands() -> None:
    known = {
        name: {text for action in parser._actions for text in action.option_strings}
        for name, parser in cli_reference.commands().items()
    }
    named = [(name_of(page), *found) for page in PAGES for found in _COMMAND.findall(code(page))]
    assert {command for _, command, _ in named} == set(known)
    for page, command, line in named:
        assert set(_OPTION.findall(line)) <= known[command], f"{page}: {command}{line}"


def test_targets_of_make() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = {target for _, text in texts() for target in _TARGET.findall(text)}
    assert {"demo", "docs", "test"} <= named <= set(targets)


def test_benchmarks() -> None:
    for page, text in texts():
        for name in _BENCHMARK.findall(text):
            assert (ROOT / f"benchmarks/bench_{name}.py").exists(), page
    cost = (ROOT / "docs" / "guides" / "cost.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?) \|", cost, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    own = {path.stem.removeprefix("bench_") for path in (ROOT / "benchmarks").glob("bench_*.py")}
    assert own <= listed


@pytest.mark.parametrize(("page", "text"), texts(), ids=[name for name, _ in texts()])
def test_files(page: str, text: str) -> None:
    for named in _FILE.findall(text):
        assert (ROOT / named).exists(), f"{page} names {named}"


def test_extras() -> None:
    """What pip is told to install is an extra of ours."""
    extras = set(re.findall(r"^(\w+) = \[", _section("optional-dependencies"), re.MULTILINE))
    for page, text in texts():
        for named in re.findall(r"(?:tensorboard-cnc|\.)\[([\w,]+)\]", text):
            assert set(named.split(",")) <= extras, f"{page}: {named}"


def _section(name: str) -> str:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return declared.partition(f"[project.{name}]")[2].partition("\n[")[0]
