"""Budgets: every way to write one, and what the refusals say."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Budget


def budget(given: Any, **options: Any) -> Budget | None:
    return cnc_summary.metric("m", budget=given, **options).budget


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        (None, {}, None),
        (10, {"goal": "min"}, Budget("at_most", 10.0)),
        (0.9, {"goal": "max"}, Budget("at_least", 0.9)),
        ("<= 10", {}, Budget("at_most", 10.0)),
        ("≤10", {}, Budget("at_most", 10.0)),
        (">= .5", {}, Budget("at_least", 0.5)),
        (" ≥  1,000.5e1 ", {}, Budget("at_least", 10_005.0)),
        ("<= -3", {}, Budget("at_most", -3.0)),
        ("<= 10 ms", {"unit": "ms"}, Budget("at_most", 10.0)),
        ("<= 10ms", {"unit": "ms"}, Budget("at_most", 10.0)),
        (">= 90 %", {"unit": "%"}, Budget("at_least", 90.0)),
        ("<= 5 MB/s", {"unit": "MB/s"}, Budget("at_most", 5.0)),
        (">= base", {}, Budget("at_least", 0.0, "base_plus")),
        (">= base - 0.01", {}, Budget("at_least", -0.01, "base_plus")),
        (">= Base−0.01", {}, Budget("at_least", -0.01, "base_plus")),
        ("<= base + 5 ms", {"unit": "ms"}, Budget("at_most", 5.0, "base_plus")),
        (">= base - 1 %", {}, Budget("at_least", -1.0, "base_percent")),
        ("<= base + 20%", {"unit": "ms"}, Budget("at_most", 20.0, "base_percent")),
        (Budget("at_most", 1.0), {}, Budget("at_most", 1.0)),
    ],
    ids=repr,
)
def test_ways_to_write_a_budget(given: Any, options: Any, expected: Budget | None) -> None:
    assert budget(given, **options) == expected


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (10, {}, 'number 10, and the metric has no goal. .* Write goal="min" .* "<= 10"'),
        (float("nan"), {"goal": "min"}, "is nan of type float. A budget reads .* finite number"),
        (True, {"goal": "min"}, "is True of type bool"),
        ([1], {"goal": "min"}, r"is \[1\] of type list"),
        ("10", {}, "is '10'. A budget reads"),
        ("! 10", {}, "is '! 10'"),
        ("", {}, "is ''"),
        ("<= ", {}, "A budget reads"),
        ("<= base * 2", {}, "A budget reads"),
        ("<= 1 2", {}, "A budget reads"),
        ("<= base - 1 % + 3", {}, "A budget reads"),
        ("<= 10 ms", {}, 'in ms, and the metric has no unit. .* Write unit="ms"'),
        ("<= 10 ms", {"unit": "B"}, "in ms, and the metric in B. A budget has the unit of its"),
        (">= 90 %", {}, 'in %, and the metric has no unit. .* else ">= 0.9" instead of ">= 90 %"'),
    ],
)
def test_budgets_that_are_refused(given: Any, options: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=f'The budget of "m" .*{message}'):
        budget(given, **options)


@given(st.text(), st.sampled_from(["<=", ">=", "≤ base", "<= base -", ">= 1"]))
def test_no_text_breaks_it(text: str, start: str) -> None:
    for candidate in (text, start + text):
        with suppress(ArgumentError):
            assert isinstance(budget(candidate), Budget)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_can_be_written(number: float) -> None:
    assert budget(f"<= {number!r}") == Budget("at_most", number)
