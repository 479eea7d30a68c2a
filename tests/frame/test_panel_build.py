"""The panel is built when its sources have changed, and only then."""

from __future__ import annotations

import shutil
from pathlib import Path

import node
import panel_build
import pytest


class Project:
    """A frontend whose `npm run build` copies src/main.ts to static/index.js."""

    def __init__(self, root: Path) -> None:
        self.source = root / "frontend" / "src" / "main.ts"
        self.index = root / "static" / "index.js"
        self.builds = 0
        self.source.parent.mkdir(parents=True)
        self.source.write_text("1")

    def npm(self, *arguments: str) -> None:
        assert arguments == ("run", "build")
        self.builds += 1
        self.index.parent.mkdir(exist_ok=True)
        self.index.write_text(self.source.read_text())
        panel_build.REPORT.write_text(self.source.read_text())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path)
    monkeypatch.setattr(node, "FRONTEND", tmp_path / "frontend")
    monkeypatch.setattr(node, "npm", project.npm)
    monkeypatch.setattr(node, "install_modules", lambda: None)
    monkeypatch.setattr(panel_build, "STATIC", project.index.parent)
    monkeypatch.setattr(panel_build, "INDEX", project.index)
    monkeypatch.setattr(panel_build, "REPORT", project.index.parent / "report.js")
    monkeypatch.setattr(panel_build, "STAMP", project.index.parent / "built.json")
    return project


def test_builds_once(project: Project) -> None:
    panel_build.build()
    panel_build.build()
    assert project.builds == 1


def test_rebuilds_after_a_source_changed(project: Project) -> None:
    panel_build.build()
    project.source.write_text("2")
    panel_build.build()
    assert project.index.read_text() == "2"


def test_rebuilds_after_a_source_was_removed(project: Project) -> None:
    extra = project.source.with_name("extra.ts")
    extra.write_text("")
    panel_build.build()
    extra.unlink()
    panel_build.build()
    assert project.builds == 2


def test_rebuilds_what_something_else_overwrote(project: Project) -> None:
    panel_build.build()
    project.index.write_text("a development build")
    panel_build.build()
    assert project.index.read_text() == "1"


def test_an_sdist_keeps_its_panel_though_its_files_have_new_times(
    project: Project, tmp_path: Path
) -> None:
    panel_build.build()
    unpacked = tmp_path / "unpacked"
    shutil.copytree(project.source.parent, unpacked, copy_function=shutil.copy)
    shutil.rmtree(project.source.parent)
    unpacked.rename(project.source.parent)
    panel_build.build()
    assert project.builds == 1


def test_without_sources_the_built_panel_is_enough(project: Project) -> None:
    panel_build.build()
    shutil.rmtree(node.FRONTEND)
    panel_build.build()
    assert project.builds == 1


@pytest.mark.usefixtures("project")
def test_neither_panel_nor_sources() -> None:
    shutil.rmtree(node.FRONTEND)
    with pytest.raises(panel_build.PanelError, match="complete sdist"):
        panel_build.build()


def test_a_build_without_a_report(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_index(*_: str) -> None:
        project.index.parent.mkdir()
        project.index.write_text("1")

    monkeypatch.setattr(node, "npm", only_index)
    with pytest.raises(panel_build.PanelError, match=r"wrote no .*report\.js"):
        panel_build.build()


def test_a_build_that_wrote_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "npm", lambda *_: None)
    with pytest.raises(panel_build.PanelError, match=r"wrote no .*index\.js"):
        panel_build.build()
    assert not project.index.exists()
