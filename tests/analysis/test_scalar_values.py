"""The point of a scalar that stands for a model, and what is said where there is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.scalar_values import ChosenPoint, chosen_point
from tensorboard_cnc.analysis.unmet_scalars import unmet_scalars
from tensorboard_cnc.records.models import Goal, MetricSpec, ModelCard, ScalarPoint
from tensorboard_cnc.records.summaries import scalar_summary

VALUES = (0.5, 0.9, math.nan, 0.9, 0.1, 0.4)
POINTS = [ScalarPoint(float(at), 10 * at, value) for at, value in enumerate(VALUES)]


def step(summary: str, goal: Goal | None = None) -> int | None:
    chosen = chosen_point(POINTS, MetricSpec("acc", goal, scalar="val/acc", summary=summary))
    return None if chosen is None else chosen.point.step


def test_each_kind() -> None:
    assert step("") == step("last") == 50
    assert step("max") == step("best", "max") == 10, "the first of equal ones, NaN none"
    assert step("min", "max") == step("best", "min") == 40
    assert step("at:30") == 30
    assert step("at:35") is None
    assert step("best") is None, "nobody said which way is better"


def test_where_there_is_nothing_but_nan_it_is_nan() -> None:
    points = [ScalarPoint(0.0, 7, math.nan)]
    chosen = chosen_point(points, MetricSpec("acc", scalar="a", summary="max"))
    assert chosen is not None
    assert math.isnan(chosen.point.value)
    assert chosen_point([], MetricSpec("acc", scalar="a", summary="max")) is None


@given(st.sampled_from(["max", "min"]), st.lists(st.floats(), min_size=1, max_size=9), st.data())
def test_of_points_that_were_thinned_it_is_a_bound(
    kind: Goal, values: list[float], data: st.DataObject
) -> None:
    points = [ScalarPoint(float(at), at, value) for at, value in enumerate(values)]
    left = sorted(data.draw(st.sets(st.sampled_from(points), min_size=1)))
    spec = MetricSpec("m", scalar="s", summary=kind)
    true, seen = chosen_point(points, spec), chosen_point(left, spec, len(left))
    assert true is not None
    assert seen is not None
    assert seen.bound == ("≥" if kind == "max" else "≤")
    assert str(len(left)) in seen.note
    a, b = true.point.value, seen.point.value
    assert math.isnan(b) or (a >= b if kind == "max" else a <= b)


def test_the_last_and_a_given_step_are_exact_all_the_same() -> None:
    for summary in ("last", "at:30"):
        spec = MetricSpec("m", scalar="s", summary=summary)
        chosen = chosen_point(POINTS, spec, len(POINTS))
        assert chosen == ChosenPoint(chosen.point)  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["at", "at:", "at:x", "at:1.5", "at:٣", "Best", "mean", " max"])
def test_what_is_no_summary(text: str) -> None:
    assert scalar_summary(text) is None


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (MetricSpec("m", scalar="a", summary="best"), "nobody says which way is better"),
        (MetricSpec("m", scalar="a", summary="at:35"), "at step 35, and no run has one there"),
        (MetricSpec("m", scalar="b", summary="max"), 'the max value of the scalar "b", which no'),
        (MetricSpec("m", scalar="b", summary="at:3"), 'a value of the scalar "b", which no'),
        (MetricSpec("m", "max", scalar="a", summary="best"), ""),
        (MetricSpec("m", scalar="a", summary="at:30"), ""),
    ],
)
def test_what_is_said_where_there_is_none(spec: MetricSpec, message: str) -> None:
    members = (Member("r", ModelCard("m", status="finished")),)
    found = [p.message for p in unmet_scalars(members, [spec], {("r", "a"): POINTS}, True)]
    assert len(found) == bool(message)
    assert all(message in each for each in found)
    early = list(unmet_scalars(members, [spec], {("r", "a"): POINTS}, False))
    assert len(early) == (spec.summary == "best" and spec.goal is None)
