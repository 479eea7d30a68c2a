"""Installing is right the first time and quick the second."""

from __future__ import annotations

import contextlib
import sys
import urllib.error
from pathlib import Path

import bootstrap
import pytest


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What bootstrap would have run."""
    ran: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "_run", ran.append)
    monkeypatch.setattr(bootstrap, "_install_node", lambda *_: None)
    monkeypatch.setattr(bootstrap, "torch_index", lambda: [])
    return ran


def test_installs_once(commands: list[list[str]], tmp_path: Path) -> None:
    bootstrap.install(Path("python"), tmp_path, ["test"])
    first = len(commands)
    bootstrap.install(Path("python"), tmp_path, ["test"])
    assert first > 0
    assert len(commands) == first


def test_installs_again_after_a_dependency_changed(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.install(Path("python"), tmp_path, ["test"])
    first = len(commands)
    monkeypatch.setattr(bootstrap, "fingerprint", lambda: "another")
    bootstrap.install(Path("python"), tmp_path, ["test"])
    assert len(commands) == 2 * first


def test_everything_is_installed_in_the_versions_of_the_lock(
    commands: list[list[str]], tmp_path: Path
) -> None:
    bootstrap.install(Path("python"), tmp_path, ["demo"])
    bootstrap.install(Path("python"), tmp_path, ["test"])
    installed = [command for command in commands if "--editable" in command]
    assert [command[command.index("--group") + 1] for command in installed] == ["demo", "test"]
    assert all("constraints.txt" in command for command in commands)


def test_the_newest_versions_are_another_installation(
    commands: list[list[str]], tmp_path: Path
) -> None:
    bootstrap.install(Path("python"), tmp_path, ["test"])
    first = len(commands)
    bootstrap.install(Path("python"), tmp_path, ["test"], locked=False)
    assert len(commands) == 2 * first
    assert not any("constraints.txt" in command for command in commands[first:])


def test_a_failed_installation_is_repeated(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: list[str]) -> None:
        raise RuntimeError("no network")

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_run", fail)
        with pytest.raises(RuntimeError):
            bootstrap.install(Path("python"), tmp_path, ["test"])
    bootstrap.install(Path("python"), tmp_path, ["test"])
    assert commands


def test_torch_comes_from_its_cpu_index_where_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: contextlib.nullcontext())
    assert bootstrap.torch_index() == ["--extra-index-url", bootstrap.TORCH_CPU_INDEX]


def test_torch_comes_from_the_usual_index_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(*_: object, timeout: float) -> None:
        assert timeout <= 3
        raise urllib.error.URLError("no route")

    monkeypatch.setattr("urllib.request.urlopen", unreachable)
    monkeypatch.setattr("sys.platform", "linux")
    assert bootstrap.torch_index() == []
    assert "does not answer" in capsys.readouterr().out
    monkeypatch.setattr("sys.platform", "darwin")
    assert bootstrap.torch_index() == []


def test_an_environment_that_works_is_kept(tmp_path: Path) -> None:
    python = tmp_path.joinpath(*bootstrap.PYTHON_IN_VENV)
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    assert bootstrap.make_venv(tmp_path) == python
    assert not (tmp_path / "pyvenv.cfg").exists()
