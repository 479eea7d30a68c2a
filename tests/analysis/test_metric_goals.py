"""Goals guessed from the names that the field's tools log."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.metric_goals import guess_goal

_LINES = Path(__file__).with_name("metric_names.txt").read_text(encoding="utf-8").splitlines()
NAMES = [line.rsplit(" | ", 1) for line in _LINES if line and not line.startswith("#")]


def test_the_table_is_large_and_says_nothing_twice() -> None:
    assert len(NAMES) > 200
    assert len({name for name, _ in NAMES}) == len(NAMES)


@pytest.mark.parametrize(("name", "goal"), NAMES)
def test_goal_of_a_known_name(name: str, goal: str) -> None:
    assert guess_goal(name) == {"-": None}.get(goal, goal)


@given(st.text())
def test_any_text_is_read(name: str) -> None:
    assert guess_goal(name) in ("max", "min", None)
