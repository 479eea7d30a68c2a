"""Which Python the virtual environment is made with."""

from __future__ import annotations

import sys
from pathlib import Path

import interpreter
import pytest
from interpreter import Interpreter, InterpreterError, newest

OLD = Interpreter("/usr/bin/python3.10", (3, 10), True)
PLAIN = Interpreter("/usr/bin/python3.11", (3, 11), True)
SECOND = Interpreter("/opt/python3.11", (3, 11), True)
NEWER = Interpreter("/usr/bin/python3.13", (3, 13), True)
WITHOUT_VENV = Interpreter("/usr/bin/python3.14", (3, 14), False)
UNTESTED = Interpreter("/usr/bin/python3", (3, 15), True)


def test_the_newest_with_venv_wins() -> None:
    assert newest([OLD, PLAIN, WITHOUT_VENV, NEWER, UNTESTED], has_venv=True) == NEWER


def test_among_equals_the_first_on_the_path_wins() -> None:
    assert newest([SECOND, PLAIN], has_venv=True) == SECOND


def test_none_fits() -> None:
    assert newest([OLD, WITHOUT_VENV], has_venv=True) is None


def test_describes_this_python() -> None:
    described = interpreter.describe(sys.executable)
    assert described == Interpreter(sys.executable, sys.version_info[:2], True)


def test_a_version_managers_stub_is_passed_over(tmp_path: Path) -> None:
    stub = tmp_path / "python3.14"
    stub.write_text("#!/bin/sh\necho 'python3.14: command not found' >&2\nexit 127\n")
    stub.chmod(0o755)
    assert interpreter.describe(str(stub)) is None


def test_the_users_choice_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON", sys.executable)
    assert [one.path for one in interpreter.on_path()] == [sys.executable]


def test_no_python_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "on_path", lambda: [OLD])
    with pytest.raises(InterpreterError, match=r"No Python 3\.11 to 3\.14 is on the PATH"):
        interpreter.with_venv()


def test_a_user_without_venv_is_told_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "on_path", lambda: [WITHOUT_VENV])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(InterpreterError, match=r"sudo apt-get install python3\.14-venv"):
        interpreter.with_venv()


def test_root_on_debian_gets_venv_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    completed = WITHOUT_VENV._replace(has_venv=True)
    ran: list[list[str]] = []
    monkeypatch.setattr(interpreter, "on_path", lambda: [WITHOUT_VENV])
    monkeypatch.setattr(interpreter, "describe", lambda _: completed)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr("subprocess.run", lambda command, **_: ran.append(command))
    assert interpreter.with_venv() == completed
    assert ran[-1][-1] == "python3.14-venv"
