"""Which Chromium the browser tests drive."""

from __future__ import annotations

from pathlib import Path

import chromium
import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All of the PATH; no other browser is in sight."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "MAC_APPLICATIONS", ())
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: iter(()))
    return tmp_path


def put_browser(path: Path, *, exit_code: int = 0) -> str:
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_systems_chromium_is_found(folder: Path) -> None:
    put_browser(folder / "google-chrome")
    expected = put_browser(folder / "chromium")
    assert chromium.find() == expected


def test_the_users_choice_comes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_browser(folder / "chromium")
    expected = put_browser(folder / "mine")
    monkeypatch.setenv("CHROMIUM", expected)
    assert chromium.find() == expected


def test_a_stub_that_does_not_start_is_passed_over(folder: Path) -> None:
    put_browser(folder / "chromium-browser", exit_code=1)
    expected = put_browser(folder / "google-chrome")
    assert chromium.find() == expected


def test_playwrights_own_is_the_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = put_browser(folder / "playwrights")
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: iter([own]))
    assert chromium.find() == own


@pytest.mark.usefixtures("folder")
def test_none_is_an_error_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", lambda *_, **__: None)
    with pytest.raises(chromium.ChromiumError, match="sudo apt-get install chromium"):
        chromium.install()


def test_a_driver_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "_driver_starts", lambda: False)
    monkeypatch.setattr("debian.install", lambda _: None)
    with pytest.raises(chromium.ChromiumError, match="sudo apt-get install libatomic1"):
        chromium.complete_playwright()
