"""Importing the package for logging or listing stays cheap and needs no torch."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "werkzeug", "tensorboard.backend", "tensorflow", "grpc")


def imported_by(module: str) -> list[str]:
    """All modules that a fresh Python has loaded after `import module`."""
    program = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-W", "error", "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    modules: list[str] = json.loads(answer.stdout)
    return modules


def heavy(modules: list[str]) -> list[str]:
    return [name for name in HEAVY if name in modules]


@pytest.mark.parametrize("module", ["tensorboard_cnc", "tensorboard_cnc.cnc_summary"])
def test_logging_imports_nothing_heavy(module: str) -> None:
    assert heavy(imported_by(module)) == []


def test_the_loader_imports_only_what_cannot_fail() -> None:
    """An exception while TensorBoard imports an entry point would kill TensorBoard."""
    ours = [name for name in imported_by("tensorboard_cnc.loader") if "tensorboard_cnc." in name]
    assert set(ours) <= {"tensorboard_cnc.loader", "tensorboard_cnc.fallback_panel"}
