"""Axes and front as the panel draws them; the corpus is read by the panel's tests too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.pareto import Candidate, cost_metric, pareto_front, quality_metric
from tensorboard_cnc.records.models import MetricSpec

CORPUS = Path(__file__).parents[1] / "golden" / "front.json"
CASES: list[dict[str, Any]] = json.loads(CORPUS.read_text(encoding="utf-8"))
VALUES = st.integers(0, 5).map(float)


@pytest.mark.parametrize("case", CASES)
def test_the_corpus(case: dict[str, Any]) -> None:
    specs = [MetricSpec(**spec) for spec in case["specs"]]
    y = quality_metric(specs)
    x = cost_metric([spec for spec in specs if spec is not y], case["models"])
    assert [x and x.name, y and y.name] == [case["x"], case["y"]]
    if x and y and x.goal and y.goal:
        models = case["models"].items()
        both = [
            Candidate(key, of[x.name], of[y.name])
            for key, of in models
            if {x.name, y.name} <= {*of}
        ]
        assert pareto_front(both, x.goal, y.goal) == case["front"]


@given(
    st.lists(st.tuples(VALUES, VALUES)),
    st.sampled_from(["max", "min"]),
    st.sampled_from(["max", "min"]),
)
def test_by_brute_force(points: list[tuple[float, float]], x_goal: Any, y_goal: Any) -> None:
    def better(a: float, b: float, goal: str) -> bool:
        return a > b if goal == "max" else a < b

    def beats(a: tuple[float, float], b: tuple[float, float]) -> bool:
        worse = better(b[0], a[0], x_goal) or better(b[1], a[1], y_goal)
        return not worse and (better(a[0], b[0], x_goal) or better(a[1], b[1], y_goal))

    candidates = [Candidate(str(at), *point) for at, point in enumerate(points)]
    expected = {
        str(at) for at, one in enumerate(points) if not any(beats(other, one) for other in points)
    }
    assert {*pareto_front(candidates, x_goal, y_goal)} == expected
