"""The run that a reader shows for a directory writer's sub-run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.format.tags import new_handle, shown_run

path_parts = st.text(st.characters(exclude_characters="/\\", codec="utf-8"), min_size=1)


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        ("cnc", "."),
        ("cnc/0123abcd", "."),
        (".", "."),
        ("prune-50/cnc", "prune-50"),
        ("prune-50/cnc/0123abcd", "prune-50"),
        ("sweep/prune 50, é/cnc", "sweep/prune 50, é"),
        (r"sweep\prune-50\cnc", r"sweep\prune-50"),
        (r"sweep\prune-50\cnc\0123abcd", r"sweep\prune-50"),
        ("cnc/cnc", "cnc"),
        ("a/cnc/cnc/0123abcd", "a/cnc"),
    ],
)
def test_the_sub_run_is_not_shown(run: str, shown: str) -> None:
    assert shown_run(run) == shown


@pytest.mark.parametrize(
    "run",
    [
        "mycnc",
        "a/mycnc",
        "cnc-1",
        "cnc/train",
        "a/cnc/train",
        "a/CNC",
        "a/cnc/0123abcg",
        "a/cnc/0123abc",
        "a/cnc/0123abcd4",
        "a/cnc\n",
        "0123abcd",
    ],
)
def test_other_runs_are_shown_as_they_are(run: str) -> None:
    assert shown_run(run) == run


@given(st.lists(path_parts, min_size=1).map("/".join), st.sampled_from("/\\"))
def test_every_run_is_shown_for_its_own_sub_runs(run: str, separator: str) -> None:
    first = f"{run}{separator}cnc"
    assert shown_run(first) == run
    assert shown_run(f"{first}{separator}{new_handle()}") == run


def test_handles_differ() -> None:
    handles = {new_handle() for _ in range(100)}
    assert len(handles) == 100
    assert all(len(handle) == 8 for handle in handles)
