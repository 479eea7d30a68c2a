"""Only the panel's own files are served."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tensorboard_cnc.plugin.panel_files import panel_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "static" / "assets").mkdir(parents=True)
    (tmp_path / "static" / "index.js").write_text("export const panel = 1;")
    (tmp_path / "static" / "assets" / "style.css").write_text("a{}")
    (tmp_path / "static" / "notes.txt").write_text("no")
    (tmp_path / "secret.js").write_text("secret")
    return tmp_path / "static"


def test_files_have_their_own_type_whatever_the_system_says(folder: Path) -> None:
    script, style = panel_file("index.js", folder), panel_file("assets/style.css", folder)
    assert script is not None
    assert style is not None
    assert script.content_type.startswith("text/javascript")
    assert style.content_type.startswith("text/css")


@pytest.mark.parametrize(
    "name",
    [
        "../secret.js",
        "assets/../../secret.js",
        "/etc/passwd",
        "..",
        "",
        "assets",
        "notes.txt",
        "absent.js",
        "..\\secret.js",
        "a\0.js",
        "index.js\0",
        "a" * 300 + ".js",
        "a/" * 3000 + "x.js",
    ],
)
def test_nothing_else_is_served(name: str, folder: Path) -> None:
    assert panel_file(name, folder) is None


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "link.js").symlink_to(folder.parent / "secret.js")
    assert panel_file("link.js", folder) is None


def test_a_rebuilt_panel_is_served_at_once(folder: Path) -> None:

    before = panel_file("index.js", folder)
    (folder / "index.js").write_text("export const panel = 2;")
    os.utime(folder / "index.js", ns=(1, 1))
    after = panel_file("index.js", folder)
    assert before is not None
    assert after is not None
    assert before.etag != after.etag


def test_a_panel_that_was_never_built_says_how_to_build_it(tmp_path: Path) -> None:
    body = panel_file("index.js", tmp_path)
    assert body is not None
    assert b"has not been built" in body.content
