"""`tensorboard-cnc report` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorboard_cnc.cli import main
from tests.reports.opened import Opened


def report(*arguments: str | Path) -> int:
    return main(["report", *map(str, arguments)])


def test_a_report_is_written(
    story_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.html"
    assert report(story_folder, "--models", "int8", "prune-50", "--title", "<b>&", "-o", path) == 0
    said = capsys.readouterr()
    assert f"Wrote {path}" in said.out
    assert "models: 2" in said.out
    assert "The report holds 8 models with ids" in said.err
    opened = Opened(path)
    assert opened.report["title"] == "<b>&"
    assert "<title>&lt;b&gt;&amp;</title>" in opened.html
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


def test_a_report_replaces_a_report_and_nothing_else(
    story_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, thesis = tmp_path / "r.html", tmp_path / "thesis.html"
    thesis.write_text("<h1>My thesis</h1>")
    assert report(story_folder, "--models", "int8", "-o", path) == 0
    assert report(story_folder, "--models", "prune-50", "--no-instances", "-o", path) == 0
    assert not Opened(path).report["instances"]
    assert report(story_folder, "--models", "int8", "-o", thesis) == 2
    assert "is no report" in capsys.readouterr().err
    assert thesis.read_text() == "<h1>My thesis</h1>"
    assert report(story_folder, "--models", "int8", "-o", thesis, "--force") == 0
    assert Opened(thesis).report["models"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--models", "int9"], 2, "No model is called"),
        (["--base", "int9"], 2, "No model is called"),
        (["--models", "nobody"], 2, "never logged"),
        (["-o", "."], 2, "is a directory"),
        (["--models", "int8", "-o", "nowhere/r.html"], 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_says_why(
    arguments: list[str],
    code: int,
    says: str,
    story_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert report(story_folder, *arguments) == code
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").mkdir()
    assert report(tmp_path / "logs", "-o", tmp_path / "r.html") == 2
    assert "No model was logged here" in capsys.readouterr().err


def test_a_write_that_fails_leaves_the_old_report(
    story_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.html"
    assert report(story_folder, "--models", "int8", "-o", path) == 0
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert report(story_folder, "--models", "prune-50", "-o", path) == 1
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


def test_a_panel_that_was_not_built_is_said(
    story_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tensorboard_cnc.reports.page._SCRIPT", tmp_path / "static" / "report.js")
    assert report(story_folder, "--models", "int8", "-o", tmp_path / "r.html") == 2
    assert "has not been built" in capsys.readouterr().err
