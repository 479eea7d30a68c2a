"""Limits as they are written, said and kept; the corpus is read by the panel's tests too."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.limits.amount import Scale, amount_text, read_amount
from tensorboard_cnc.limits.limit import keeps, limit_text, limit_value, parse_limit
from tensorboard_cnc.records.models import Budget

CORPUS = Path(__file__).parents[1] / "golden" / "limits.json"
CASES: list[dict[str, Any]] = json.loads(CORPUS.read_text(encoding="utf-8"))

limits = st.builds(
    Budget,
    st.sampled_from(["at_most", "at_least"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["absolute", "base_plus", "base_percent"]),
)


def scale_of(case: dict[str, Any]) -> Scale:
    return Scale(**{name: case[name] for name in Scale._fields if name in case})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']} in {scale_of(case)}")
def test_the_corpus(case: dict[str, Any]) -> None:
    if case["limit"] is None:
        with pytest.raises(ArgumentError, match='The budget of "m" is'):
            parse_limit(case["text"], metric="m", scale=scale_of(case))
    else:
        found = parse_limit(case["text"], metric="m", scale=scale_of(case))
        assert found == Budget(**case["limit"])


@given(limits, st.sampled_from(["", "ms", "MB/s", "%"]))
def test_what_is_said_is_read_as_the_same_limit(limit: Budget, unit: str) -> None:
    said = limit_text(limit, unit)
    read = parse_limit(said, metric="m", scale=Scale(unit))
    for base in (0.0, -3.0, 1e6):
        assert limit_value(read, base) == limit_value(limit, base), said
    assert read.bound == limit.bound
    assert limit_text(read, unit) == said


def test_how_limits_are_said() -> None:
    assert limit_text(Budget("at_most", 10.0), "ms") == "<= 10 ms"
    assert limit_text(Budget("at_least", -0.01, "base_plus")) == ">= base - 0.01"
    assert limit_text(Budget("at_least", 0.0, "base_plus"), "ms") == ">= base"
    assert limit_text(Budget("at_least", -1.0, "base_plus"), "%") == ">= base - 1"
    assert limit_text(Budget("at_most", 20.0, "base_percent"), "ms") == "<= base + 20 %"


@pytest.mark.parametrize(
    ("value", "limit", "base", "kept"),
    [
        (10.0, Budget("at_most", 10.0), None, True),
        (10.1, Budget("at_most", 10.0), None, False),
        (0.9, Budget("at_least", 0.9), None, True),
        (0.94, Budget("at_least", -0.01, "base_plus"), 0.95, True),
        (0.93, Budget("at_least", -0.01, "base_plus"), 0.95, False),
        (99.0, Budget("at_least", -1.0, "base_percent"), 100.0, True),
        (98.9, Budget("at_least", -1.0, "base_percent"), 100.0, False),
        (math.inf, Budget("at_most", 1.0), None, False),
        (math.inf, Budget("at_least", 1.0), None, True),
        (None, Budget("at_most", 10.0), None, None),
        (math.nan, Budget("at_most", 10.0), None, None),
        (1.0, Budget("at_most", 0.0, "base_plus"), None, None),
        (1.0, Budget("at_most", 0.0, "base_plus"), math.nan, None),
    ],
)
def test_keeping_a_limit(
    value: float | None, limit: Budget, base: float | None, kept: bool | None
) -> None:
    assert keeps(value, limit, base) is kept


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (8_704_000.0, Scale(), "8,704,000"),
        (117_866_456.0, Scale(), "117,866,000"),
        (-1.5e6, Scale("mJ"), "-1,500,000 mJ"),
        (999_999.0, Scale(), "999999"),
        (2e20, Scale(), "2e+20"),
        (0.9912, Scale(format=".1%"), "99.12 %"),
        (1_200_000.0, Scale("B"), "1.2 MB"),
    ],
)
def test_amounts_are_written_without_powers_of_ten(value: float, scale: Scale, text: str) -> None:
    assert amount_text(value, scale) == text
    if "e" not in text:
        assert read_amount(text, scale) == pytest.approx(value, rel=1e-5)
