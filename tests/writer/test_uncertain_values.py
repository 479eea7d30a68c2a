"""A number's interval and bound are stored as they were said, and sent to the page."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.errors import ArgumentError, CncWarning
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.records.models import Interval, Measurement, Metrics, ModelCard, Stored
from tensorboard_cnc.writer.policy import during
from tests.conftest import Serve
from tests.writer.logged import measured


@pytest.mark.parametrize(
    ("given", "interval", "bound"),
    [
        ({}, None, None),
        ({"interval": (0.69, 0.73)}, Interval(0.69, 0.73, 0.95), None),
        ({"interval": [0.71, 0.71], "level": 0.5}, Interval(0.71, 0.71, 0.5), None),
        ({"interval": np.array([0.5, 1]), "level": np.float64(0.9)}, Interval(0.5, 1, 0.9), None),
        ({"interval": (torch.tensor(0.5), 1)}, Interval(0.5, 1, 0.95), None),
        ({"bound": "≥"}, None, "≥"),
        ({"bound": ">="}, None, "≥"),
        ({"bound": "<="}, None, "≤"),
        ({"interval": (0, 1), "bound": "≤"}, Interval(0, 1, 0.95), "≤"),
    ],
)
def test_what_is_said_is_stored(given: Any, interval: Any, bound: Any, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as m:
        m.metrics({"f1": cnc_summary.value(0.71, **given), "plain": 1}, step=3)
    found = measured(tmp_path)
    assert (found["f1"].repeats, found["f1"].step) == ((0.71,), 3)
    assert (found["f1"].interval, found["f1"].bound) == (interval, bound)
    assert (found["plain"].interval, found["plain"].bound) == (None, None)


def test_a_number_of_any_library(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as m:
        m.metrics({"a": cnc_summary.value(torch.tensor(0.5), bound="≥")})  # type: ignore[arg-type]
        m.metrics({"b": cnc_summary.value(math.nan), "c": cnc_summary.value(math.inf, bound="≤")})
    assert [each.repeats[0] for each in measured(tmp_path).values()][::2] == [0.5, math.inf]


@pytest.mark.parametrize(
    ("number", "given", "seen"),
    [
        (0.71, {"interval": (0.72, 0.75)}, r"interval is \(0\.72, 0\.75\), and the value 0\.71"),
        (0.71, {"interval": (0.73, 0.69)}, r"\(value - width, value \+ width\)"),
        (math.nan, {"interval": (0, 1)}, "the value nan"),
        (0.71, {"interval": 0.02}, r"interval= is 0\.02 of type float.*two finite numbers"),
        (0.71, {"interval": (0.7, math.inf)}, 'one side is open, bound="≥"'),
        (0.71, {"interval": (0.7, "1")}, "two finite numbers"),
        (0.71, {"interval": (0, 10**400)}, "two finite numbers"),
        (0.71, {"interval": (0.7, 0.8), "level": 95}, r"level= is 95.*Write 0\.95"),
        (0.71, {"interval": (0.7, 0.8), "level": 1}, "between 0 and 1"),
        (0.71, {"bound": ">"}, "bound= is '>'"),
        (0.71, {"bound": ["≥"]}, r"bound= is \['≥'\]"),
        ([0.7, 0.72], {"interval": (0.6, 0.8)}, "one number; repeated measurements"),
        (np.arange(3), {}, "Pass the list itself"),
        ("0.71", {}, "one number, of at most"),
        (True, {}, "type bool"),
        (10**400, {}, r"at most 1\.8e308"),
    ],
)
def test_what_cannot_be_is_refused(number: Any, given: Any, seen: str) -> None:
    with pytest.raises(ArgumentError, match=seen):
        cnc_summary.value(number, **given)


def test_an_interval_among_repeats_is_refused(tmp_path: Path) -> None:
    one = cnc_summary.value(0.7, interval=(0.6, 0.8))
    with (
        cnc_summary.model(tmp_path, "m") as m,
        pytest.raises(ArgumentError, match="Log one value with its interval, or the list of bare"),
    ):
        m.metrics({"f1": [one, one]})


def test_a_mistake_stops_no_job(tmp_path: Path) -> None:
    with (
        during("warn"),
        pytest.warns(CncWarning, match="level= is 95"),
        cnc_summary.model(tmp_path, "m") as m,
    ):
        m.metrics({"f1": cnc_summary.value(0.7, interval=(0.6, 0.8), level=95), "em": 0.5})
    assert list(measured(tmp_path)) == ["em"]


def test_the_page_gets_it(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "m", "m") as m:
        m.metrics({"f1": cnc_summary.value(0.71, interval=(0.69, 0.73), level=0.9), "em": 0.5})
        m.metrics({"flops": cnc_summary.value(2e9, bound=">=")})
    answer = serve(tmp_path).models_when(
        lambda found: found["models"] and len(found["models"][0]["metrics"]) == 3
    )
    metrics = answer["models"][0]["metrics"]
    assert metrics["f1"]["interval"] == {"low": 0.69, "high": 0.73, "level": 0.9}
    assert "bound" not in metrics["f1"]
    assert metrics["flops"]["bound"] == "≥"
    assert metrics["em"].keys().isdisjoint({"interval", "bound"})


def test_no_number_that_is_not_finite_is_sent() -> None:
    wild = Measurement("f1", (0.5,), interval=Interval(math.nan, math.inf, 0.9))
    stored = [
        Stored("r", "t", 0, ModelCard("m")),
        Stored("r", "t", 0, Metrics("m", (wild,))),
    ]
    answer = models_response(build_catalog(stored, members_of(stored), {}), [])
    assert "interval" not in answer["models"][0]["metrics"]["f1"]
