"""What keeps a version from being released is named, with what to do."""

from __future__ import annotations

import datetime

import pytest
import release

TODAY = datetime.date(2026, 3, 1)
CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.0] - 2026-03-01

### Added

- A thing.

## [1.1.0] - 2026-01-01

- Another.
"""
HOME = "https://github.com/us/ours"
READY = release.State("1.2.0", CHANGELOG, "", ("v1.1.0",), HOME, HOME)


def test_a_state_that_is_ready() -> None:
    assert list(release.release_problems(READY, TODAY)) == []
    assert list(release.tag_problems(READY, "v1.2.0")) == []
    assert release.changes(CHANGELOG, "1.2.0") == "### Added\n\n- A thing."


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (READY._replace(changed=" M README.md"), "has changes"),
        (READY._replace(tags=("v1.2.0",)), "v1.2.0 exists"),
        (READY._replace(version="1.3.0"), "lacks the line `## [1.3.0] - 2026-03-01`"),
        (READY._replace(changelog=CHANGELOG.replace("03-01", "02-28")), "lacks the line"),
        (READY._replace(changelog="## [1.2.0] - 2026-03-01\n"), "says nothing under"),
        (READY._replace(changelog=f"## [Unreleased]\n- x\n{CHANGELOG}"), "under [Unreleased]"),
    ],
)
def test_a_state_that_is_not(state: release.State, says: str) -> None:
    (problem,) = release.release_problems(state, TODAY)
    assert says in problem


def test_a_tag_of_another_version() -> None:
    (problem,) = release.tag_problems(READY, "v1.1.0")
    assert "the tag is v1.1.0, but __version__ is 1.2.0" in problem


def test_a_release_of_another_repository() -> None:
    (problem,) = release.tag_problems(READY._replace(built_in=f"{HOME}-fork"), "v1.2.0")
    assert f"comes from {HOME}, but it is built in {HOME}-fork" in problem
    assert not [*release.tag_problems(READY._replace(built_in=""), "v1.2.0")]


def test_a_wheel_without_its_panel() -> None:
    sizes = dict.fromkeys(release.SHIPPED, 9)
    sizes["tensorboard_cnc-1.2.0.dist-info/METADATA"] = 9
    assert list(release.wheel_problems("1.2.0", sizes)) == []
    sizes[release.PANEL] = 0
    del sizes["tensorboard_cnc/py.typed"]
    found = list(release.wheel_problems("1.3.0", sizes))
    assert found == [
        "the wheel lacks tensorboard_cnc/py.typed",
        "the wheel has an empty tensorboard_cnc/static/index.js",
        "the wheel is not of version 1.3.0",
    ]


def test_the_version_and_the_changelog_of_this_project_are_found() -> None:
    state = release.found_state()
    assert state.version.count(".") == 2
    assert release.changes(state.changelog, "Unreleased") or f"[{state.version}]" in state.changelog
