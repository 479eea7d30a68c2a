"""When a line of the battery is red, and how it is shown."""

from __future__ import annotations

import pytest

from benchmarks.claims.cases import CASES, chosen
from benchmarks.claims.lines import (
    ALL,
    COVERED,
    NOMINAL,
    NONE,
    Limit,
    Line,
    at_least,
    markdown,
    table,
)
from benchmarks.size import Size


@pytest.mark.parametrize(
    ("limit", "hits", "of", "red"),
    [
        (NOMINAL, 70, 1000, False),
        (NOMINAL, 71, 1000, True),
        (NOMINAL, 6, 30, False),
        (NOMINAL, 7, 30, True),
        (COVERED, 930, 1000, False),
        (COVERED, 929, 1000, True),
        (at_least(0.85), 12, 20, False),
        (at_least(0.85), 11, 20, True),
        (at_least(0.85), 339, 400, True),
        (NONE, 1, 1000, True),
        (ALL, 999, 1000, True),
        (ALL, 1000, 1000, False),
    ],
)
def test_chance_is_no_fault(limit: Limit, hits: int, of: int, red: bool) -> None:
    assert Line("a case", hits, of, limit).red is red


def test_without_any_trial_nothing_is_shown() -> None:
    assert Line("a case", 0, 0, NOMINAL).red
    assert not Line("a case", 0, 0, None).red


def test_a_table_says_what_was_compared() -> None:
    lines = [
        Line("hard slices", 100, 100, NOMINAL, "14 %", "42", note="all"),
        Line("told", 1, 3, None),
    ]
    shown = table(lines, seed=5)
    assert "hard slices  100 of 100 (100 %)  ≤ 5 %  RED  14 %   42" in shown
    head, rule, first, second = markdown(lines, seed=5).splitlines()
    assert head.count("|") == rule.count("|") == first.count("|") == second.count("|")
    assert second.startswith("| told | 1 of 3 (33.3 %) |  |  |")


def test_cases_are_chosen_by_the_beginning_of_their_names() -> None:
    assert chosen([]) == list(CASES)
    assert set(chosen(["harm-null", "layers"])) == {
        name for name in CASES if name.startswith(("harm-null/", "layers/"))
    }
    assert chosen(["nothing"]) == []


def test_a_share_of_the_trials() -> None:
    assert Size(share=0.03).count(1000, 20) == 30
    assert Size(share=0.03).count(100, 20) == 20
