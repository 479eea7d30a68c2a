"""A plan in Python is what the page's slider says, and makes the network that was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, ReadError
from tensorboard_cnc.records.sensitivity import KEPT
from tensorboard_cnc.results.runs import Runs
from tests.writer.sensitivity.measured import layered, probe, stored


@pytest.fixture(name="net")
def network() -> Any:
    return layered()


@pytest.fixture(name="runs")
def logged_runs(tmp_path: Path, net: nn.Module) -> Runs:
    with cnc_summary.model(tmp_path / "dense", "m") as m:
        m.sensitivity(net, probe(), candidates=["int8", "int4", "int2"], score="kl", progress=False)
    return tensorboard_cnc.read(tmp_path)


def test_a_size_gives_the_best_that_fits(runs: Runs, net: nn.Module, tmp_path: Path) -> None:
    plan = runs.plan("m", size="1.2 kB")
    assert plan.bytes <= 1200 < plan.dense_bytes
    assert plan.bytes == runs.plan("m", size=plan.bytes).bytes
    assert runs.plan("m", damage=plan.predicted.value).allocation == plan.allocation
    record = stored(tmp_path / "dense")
    columns = {each.name: at for at, each in enumerate(record.candidates)}
    total = sum(
        float(record.mean[row, columns[plan.allocation[layer.name]]])
        for row, layer in enumerate(record.layers)
        if layer.name in plan.allocation
    )
    assert plan.predicted.value == pytest.approx(total, rel=1e-5)
    assert plan.predicted.low is not None
    assert "kl" in repr(plan)
    small = plan.apply(net)
    for name, candidate in plan.allocation.items():
        levels = len(set(small.get_parameter(name)[0].tolist()))
        assert levels <= 2 ** int(candidate.removeprefix("int"))


def test_a_plan_that_was_tried_costs_what_was_measured(
    runs: Runs, net: nn.Module, tmp_path: Path
) -> None:
    record = stored(tmp_path / "dense")
    assert record.trials is not None
    plan = runs.uniform_plan("m", "int4")
    at = next(
        at
        for at, chosen in enumerate(record.trials.chosen.tolist())
        if all(each != KEPT and record.candidates[each].name == "int4" for each in chosen)
    )
    with torch.no_grad():
        before = net(probe()).double().log_softmax(-1)
        after = plan.apply(net)(probe()).double().log_softmax(-1)
    found = float((before.exp() * (before - after)).sum(-1).mean())
    assert record.trials.mean[at] == pytest.approx(found, rel=1e-4)
    assert plan.predicted.low is not None
    assert plan.predicted.high is not None
    assert plan.predicted.low <= found <= plan.predicted.high


def test_it_is_logged_as_an_operation(runs: Runs, net: nn.Module, tmp_path: Path) -> None:
    plan = runs.plan("m", size="1.2 kB")
    with cnc_summary.model(tmp_path / "plan", "plan", parents="m", operation=plan.operation) as m:
        m.weights(plan.apply(net))
    child = tensorboard_cnc.read(tmp_path).models["plan"]
    assert child.parents == ("m",)
    assert child.parameters["bytes"] == plan.bytes
    assert child.parameters["predicted_damage"] == pytest.approx(plan.predicted.value, rel=1e-5)


def test_texts_of_it(runs: Runs) -> None:
    plan = runs.plan("m", size="1.2 kB")
    assert json.loads(plan.export()) == plan.allocation
    assert "FqnToConfig" in plan.export("torchao")


def test_what_cannot_be_planned(runs: Runs, net: nn.Module) -> None:
    for asked, told in (
        ({"size": "3 B"}, "The smallest takes"),
        ({"size": "much"}, "size= is 'much'"),
        ({"damage": -1.0}, "The least is 0"),
        ({}, "keeps to one"),
        ({"size": 9, "damage": 1.0}, "keeps to one"),
    ):
        with pytest.raises(ReadError, match=told):
            runs.plan("m", **asked)
    with pytest.raises(ReadError, match="No candidate is called 'fp8'"):
        runs.uniform_plan("m", "fp8")
    with pytest.raises(ArgumentError, match="no weight"):
        runs.plan("m", size="1.2 kB").apply(nn.Linear(3, 3))
    del net


def test_models_without_sensitivity_and_functions_of_ones_own(tmp_path: Path) -> None:
    net = layered()
    with cnc_summary.model(tmp_path / "a", "a") as m:
        m.sensitivity(net, probe(), candidates={"mine": lambda w: (w.round(decimals=1), 10)},
                      progress=False)  # fmt: skip
    with cnc_summary.model(tmp_path / "b", "b"):
        pass
    runs = tensorboard_cnc.read(tmp_path)
    with pytest.raises(ReadError, match="No sensitivity was logged"):
        runs.plan("b", size=100)
    plan = runs.plan("a", damage=100.0)
    assert set(plan.allocation.values()) == {"mine"}
    with pytest.raises(ArgumentError, match="which is your own"):
        plan.apply(net)
