"""Definitions of metrics: what is stored, how often, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Budget, MetricSpec, MetricSpecs
from tests.writer.logged import all_of, logged, only

FULL = cnc_summary.metric(
    "latency",
    goal="min",
    unit="ms",
    format=".2f",
    low=0,
    high=np.float32(50),  # type: ignore[arg-type]
    primary=False,
    budget="<= 10 ms",
    scalar="test/latency",
)


def undated(specs: MetricSpecs) -> tuple[MetricSpec, ...]:
    assert all(spec.defined_us > 0 for spec in specs.specs)
    return tuple(replace(spec, defined_us=0) for spec in specs.specs)


def test_a_full_spec() -> None:
    assert (
        MetricSpec(
            name="latency",
            goal="min",
            unit="ms",
            format=".2f",
            low=0.0,
            high=50.0,
            primary=False,
            budget=Budget("at_most", 10.0),
            scalar="test/latency",
        )
        == FULL
    )


def test_specs_are_stored_with_their_model_and_on_their_own(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "a", "m", metrics=[FULL, cnc_summary.metric("f1")]):
        assert undated(only(MetricSpecs, tmp_path / "a")) == (FULL, MetricSpec("f1"))
    cnc_summary.define_metrics(tmp_path / "b", FULL)
    assert undated(only(MetricSpecs, tmp_path / "b")) == (FULL,)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"accuracy": "max", "n": None}, (MetricSpec("accuracy", "max"), MetricSpec("n"))),
        (FULL, (FULL,)),
        ((spec for spec in [FULL]), (FULL,)),
        ({}, None),
        ([], None),
    ],
)
def test_ways_to_define(given: Any, expected: Any, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m", metrics=given):
        pass
    found = all_of(MetricSpecs, tmp_path)
    assert (undated(found[0]) if found else None) == expected


def test_the_same_specs_leave_one_record_in_a_run(tmp_path: Path) -> None:
    for number in range(5):
        with cnc_summary.model(tmp_path, f"m{number}", metrics=[FULL]):
            pass
    with cnc_summary.model(tmp_path, "other", metrics={"accuracy": "max"}):
        pass
    entries = [entry for entry in logged(tmp_path) if isinstance(entry.record, MetricSpecs)]
    assert len(entries) == 6
    assert len({entry.tag for entry in entries}) == 2, "TensorBoard keeps one record per tag"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"goal": "best"}, 'The goal of "m" is \'best\'. A goal is "max" .* Choose one'),
        ({"goal": 0.93}, r"The goal of \"m\" is 0.93. .* values are logged with m.metrics"),
        ({"unit": 3}, 'The unit of "m" is 3 of type int. Units, formats and .* Pass a'),
        ({"unit": "m\ns"}, "The unit of"),
        ({"description": "two\nlines"}, "The description of .* on one line"),
        ({"format": "0.2fx"}, 'format of "m" is \'0.2fx\'. .* d3-format specifier. Write ".1%"'),
        ({"format": None}, 'The format of "m" is None'),
        ({"low": 1, "high": 1}, "from low=1 to high=1. low must be less than high. Swap"),
        ({"low": "0"}, "has low='0' of type str. The ends of a scale are finite numbers. Leave"),
        ({"high": float("inf")}, "has high=inf"),
        ({"high": True}, "has high=True"),
        ({"low": -(10**400)}, "The ends of a scale are finite numbers"),
        ({"scalar": ""}, None),
        ({"scalar": 3}, "scalar's tag 3 is of type int"),
        ({"scalar": "a", "summary": "mean"}, "summary of \"m\" is 'mean'. .* Choose one of them"),
        ({"scalar": "a", "summary": 3}, 'summary of "m" is 3'),
        ({"summary": "max"}, "has summary='max' and no scalar="),
        ({"scalar": "a", "summary": "best"}, 'and has no goal. .* Write goal="max" or goal="min"'),
        ({"scalar": "a", "summary": "at:400"}, None),
        ({"name": ""}, "metric name is empty"),
        ({"name": 3}, "metric name 3 is of type int"),
    ],
)
def test_specs_that_are_refused(arguments: dict[str, Any], message: str | None) -> None:
    if message is None:
        cnc_summary.metric(**{"name": "m", **arguments})
        return
    with pytest.raises(ArgumentError, match=message):
        cnc_summary.metric(**{"name": "m", **arguments})


@pytest.mark.parametrize(
    "specifier", ["", ".1%", ",d", ".3s", ".2f", "$,.2f", "+.1e", ",.12~g", "d"]
)
def test_formats(specifier: str) -> None:
    assert cnc_summary.metric("m", format=specifier).format == specifier


def in_a_model(directory: Path, given: Any) -> None:
    cnc_summary.model(directory, "m", metrics=given)


def on_their_own(directory: Path, given: Any) -> None:
    cnc_summary.define_metrics(directory, *given)


@pytest.mark.parametrize("define", [in_a_model, on_their_own])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["accuracy"], r"defined by 'accuracy' of type str. .* metrics={\"accuracy\": \"max\"}"),
        ([FULL, 3], "defined by 3 of type int"),
        ([FULL, FULL], 'metric "latency" is defined twice in one call. .* Keep one'),
        ([MetricSpec("a", goal="up")], "goal of"),  # type: ignore[arg-type]
    ],
)
def test_definitions_that_are_refused(
    define: Callable[[Path, Any], None], given: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=message):
        define(tmp_path, given)
    assert list(tmp_path.iterdir()) == []


def test_values_instead_of_goals(tmp_path: Path) -> None:
    wrong: Any = {"accuracy": 0.93}
    with pytest.raises(ArgumentError, match=r"values are logged with m.metrics\(\{...\}\)"):
        cnc_summary.model(tmp_path, "m", metrics=wrong)
    with pytest.raises(ArgumentError, match="defined by 'accuracy'"):
        cnc_summary.model(tmp_path, "m", metrics="accuracy")  # type: ignore[arg-type]
