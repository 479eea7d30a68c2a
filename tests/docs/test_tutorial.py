"""The tutorial can be followed: its scripts run, and the terminal says what it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tensorboard_cnc.cli import main
from tests.docs.pages import DOCS

TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
_SCRIPT = re.compile(r'^```python title="([\w.]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXIT_CODES = {"prune-10": 0, "prune-50": 1, "prune-70-ft": 3}


class Command(NamedTuple):
    words: list[str]
    says: list[str]


def commands() -> Iterator[Command]:
    """What is typed into the terminal, in order, with what it answers."""
    for block in _CONSOLE.findall(TUTORIAL):
        for part in block.split("$ ")[1:]:
            typed, *says = part.splitlines()
            yield Command(shlex.split(typed), says)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the scripts were saved and run."""
    folder = tmp_path_factory.mktemp("tutorial")
    for name, code in _SCRIPT.findall(TUTORIAL):
        (folder / name).write_text(code, encoding="utf-8")
    for command in commands():
        if command.words[0] == "python":
            done = subprocess.run(
                [sys.executable, *command.words[1:]], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
    return folder


def test_it_shows_scripts_and_commands() -> None:
    assert [name for name, _ in _SCRIPT.findall(TUTORIAL)] == ["spirals.py", "dense.py", "prune.py"]
    checked = [each.words[3] for each in commands() if "check" in each.words]
    assert [each.words[1] for each in commands() if each.words[0] == "python"] == [
        "dense.py",
        "prune.py",
    ]
    assert checked == ["--model"] * 3


def test_the_terminal_says_what_it_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    for program, *arguments in (each.words for each in commands()):
        if program == "python":
            continue
        exit_code = main(arguments)
        said = capsys.readouterr().out.splitlines()
        (shown,) = (each.says for each in commands() if each.words == [program, *arguments])
        assert len(said) == len(shown)
        for line, pattern in zip(said, shown, strict=True):
            assert re.fullmatch(re.escape(pattern).replace("…", ".*"), line)
        if arguments[0] == "check":
            assert exit_code == EXIT_CODES[arguments[3]]


def test_the_numbers_are_read_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (code,) = _PYTHON.findall(TUTORIAL)
    exec(compile(code, "docs/tutorial.md", "exec"), {"__name__": "__main__"})
