"""Errors of layers alone, as HTTP clients see them, beside the cumulative ones."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.conftest import Serve
from tests.tensorboard_host import InProcessTensorBoard

FAULTY = 2


def _networks() -> tuple[nn.Sequential, nn.Sequential]:
    torch.manual_seed(0)
    base = nn.Sequential(*(nn.Linear(8, 8) for _ in range(6)))
    net = copy.deepcopy(base)
    with torch.no_grad():
        net[FAULTY].weight.mul_(1.5)  # type: ignore[operator]
    return base, net


PROBE = torch.randn(20, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def served(tmp_path: Path, serve: Serve) -> InProcessTensorBoard:
    base, net = _networks()
    renamed = nn.Sequential(*list(base)[:5], nn.Sequential(base[5]))
    for name, own, reference in (
        ("dense", base, None),
        ("faulty", net, {"dense": base}),
        ("plain", net, None),
        ("renamed", renamed, {"dense": base}),
    ):
        with cnc_summary.model(tmp_path / name, name) as m:
            m.activations(own, PROBE, reference=reference)
    tensorboard = serve(tmp_path)
    tensorboard.models_when(
        lambda answer: sum(model["logged"]["activations"] for model in answer["models"]) == 4
    )
    return tensorboard


def _ask(served: InProcessTensorBoard, *models: str, **query: str) -> Any:
    base, *others = (model_key(name, name) for name in models)
    asked = {"base": base, "models": ",".join(others), "view": "activations", **query}
    response = served.client.get("/data/plugin/cnc/layers", query_string=asked)
    assert response.status_code == 200, response.text
    return response.get_json()


def _by_tensor(answer: Any, column: str) -> dict[str, Any]:
    rows = zip(answer["rows"]["names"], answer["rows"]["tensor"], strict=True)
    cells = answer["models"][1][column]
    return {name: cells[row] for row, (name, tensor) in enumerate(rows) if tensor}


def _expected() -> float:
    base, net = _networks()
    with torch.no_grad():
        x = base[:FAULTY](PROBE)
        before, after = base[FAULTY](x).double(), net[FAULTY](x).double()
    ratio = before.square().sum() / (after - before).square().sum()
    return float(10 * np.log10(ratio.item()))


def test_the_layer_that_starts_it_and_those_that_follow(served: InProcessTensorBoard) -> None:
    alone = _ask(served, "dense", "faulty", measure="local_sqnr")
    values, certainty = _by_tensor(alone, "value"), _by_tensor(alone, "certainty")
    faulty = f"{FAULTY}.output"
    assert set(certainty.values()) == {"exact"}
    assert {name for name, value in values.items() if value is not None} == {faulty}
    assert values[faulty] == pytest.approx(_expected(), rel=1e-5)
    after = _by_tensor(_ask(served, "dense", "faulty"), "value")
    assert [name for name, value in after.items() if value is not None] == [
        f"{place}.output" for place in range(FAULTY, 6)
    ]
    assert alone["notes"] == []
    (unit,) = [each["unit"] for each in alone["measures"] if each["id"] == "local_sqnr"]
    assert unit == "dB"


def test_the_network_as_a_whole_needs_every_layer(served: InProcessTensorBoard) -> None:
    whole = _ask(served, "dense", "faulty", measure="local_sqnr")["models"][1]
    assert whole["certainty"][0] == "exact"
    renamed = _ask(served, "dense", "renamed", measure="local_sqnr")
    assert renamed["models"][1]["certainty"][0] is None
    messages = [each["message"] for each in renamed["notes"]]
    why = "5.0: no error of the layer alone, because the base has no layer of its name."
    assert messages == [why]
    detail = _ask(served, "dense", "renamed", level="row", row="5.0.output")
    caveat = detail["models"][1]["caveat"]
    assert caveat == "no error of the layer alone, because the base has no layer of its name"
    assert detail["models"][1]["numbers"]["local_sqnr"]["certainty"] is None


def test_without_a_reference_the_remedy_is_told(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "plain", measure="local_sqnr")
    (note,) = answer["notes"]
    assert note["model"] == model_key("plain", "plain")
    assert "reference={base's id: base}" in note["remedy"]
    assert set(_by_tensor(answer, "value").values()) == {None}
    assert _ask(served, "dense", "plain")["notes"] == []
    other_base = _ask(served, "plain", "faulty", measure="local_sqnr")
    assert len(other_base["notes"]) == 1, "it was compared with another network"
