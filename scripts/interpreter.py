"""Chooses the Python that the project's virtual environments are made with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import debian

OLDEST, NEWEST = (3, 11), (3, 14)
PROBE = """
import importlib.util, sys
print(*sys.version_info[:2], int(all(map(importlib.util.find_spec, ("venv", "ensurepip")))))
"""


class InterpreterError(Exception):
    """There is no Python to make a virtual environment with."""


class Interpreter(NamedTuple):
    path: str
    version: tuple[int, int]
    has_venv: bool


def with_venv() -> Interpreter:
    """The newest Python that can make a virtual environment; Debian's is completed by apt."""
    found = list(on_path())
    chosen = newest(found, has_venv=True)
    if chosen:
        return chosen
    incomplete = newest(found, has_venv=False)
    if incomplete is None:
        raise InterpreterError(
            f"No Python {_dotted(OLDEST)} to {_dotted(NEWEST)} is on the PATH (or is what PYTHON"
            " names). Install one from https://www.python.org or your system's packages."
        )
    return _completed(incomplete)


def on_path() -> Iterator[Interpreter]:
    """Every Python on the PATH that runs, and the one that runs this; only $PYTHON if it is set."""
    chosen = os.environ.get("PYTHON")
    paths = [shutil.which(chosen) or chosen] if chosen else _usual_paths()
    yield from filter(None, map(describe, paths))


def _usual_paths() -> list[str]:
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)] + ["python3"]
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    on_path = (str(Path(folder, name)) for name in names for folder in folders)
    return list(dict.fromkeys([*on_path, sys.executable]))


def describe(path: str) -> Interpreter | None:
    """What the Python at `path` is; None where it does not run (version managers leave stubs)."""
    try:
        answer = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, check=True)
        major, minor, has_venv = map(int, answer.stdout.split())
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
    return Interpreter(path, (major, minor), bool(has_venv))


def newest(found: Iterable[Interpreter], *, has_venv: bool) -> Interpreter | None:
    """The newest supported one; among equals the first, which is the first on the PATH."""
    fits = [one for one in found if OLDEST <= one.version <= NEWEST and one.has_venv == has_venv]
    return max(fits, key=lambda one: one.version, default=None)


def _completed(incomplete: Interpreter) -> Interpreter:
    package = f"python{_dotted(incomplete.version)}-venv"
    debian.install(package)
    completed = describe(incomplete.path)
    if completed and completed.has_venv:
        return completed
    raise InterpreterError(
        f"{incomplete.path} cannot make virtual environments (no venv or ensurepip module)."
        f" On Debian and Ubuntu type `sudo apt-get install {package}`, elsewhere install a"
        " complete Python, and repeat the command."
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
