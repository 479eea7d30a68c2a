"""What cannot be measured is refused with its reason, and the rest is measured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tests.writer.sensitivity.measured import layered, logged, probe, same_state, state


def asked(**changed: Any) -> dict[str, Any]:
    return {"candidates": ["int4"], "score": "kl", **changed}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"candidates": ["int5"]}, "no candidate 'int5'"),
        ({"candidates": []}, "1 to 64"),
        ({"candidates": {"mine": 3}}, "function for each name"),
        ({"candidates": 7}, "mapping of names to functions"),
        ({"layers": ["nothing"]}, "No weight is called 'nothing'"),
        ({"score": "accuracy"}, "score= is 'accuracy'"),
        ({"method": "fast"}, "method= is 'fast'"),
        ({"labels": [1, 2]}, "one for each of the 64"),
        ({"max_seconds": 0}, "max_seconds= is 0"),
        ({"progress": "yes"}, "progress= is 'yes'"),
        ({"mask": np.ones((3, 3))}, "mask="),
        ({"groups": [1, 2]}, "groups"),
    ],
)
def test_arguments(tmp_path: Path, given: dict[str, Any], told: str) -> None:
    net = layered()
    before = state(net)
    with (
        cnc_summary.model(tmp_path, "m") as m,
        pytest.raises(ArgumentError, match=told.replace("(", r"\(")),
    ):
        m.sensitivity(net, probe(), **{"progress": False, **asked(), **given})
    assert same_state(net, before)


@pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")
def test_neither_scripted_nor_without_inputs(tmp_path: Path) -> None:
    scripted = torch.jit.trace(layered(), probe())  # type: ignore[no-untyped-call]
    with cnc_summary.model(tmp_path, "m") as m:
        with pytest.raises(ArgumentError, match="scripted or traced"):
            m.sensitivity(scripted, probe())
        with pytest.raises(ArgumentError, match="with probe inputs"):
            m.sensitivity(layered(), None)
        with pytest.raises(ArgumentError, match="failed on the probe"):
            m.sensitivity(layered(), probe(8, 3), progress=False)


class Shared(nn.Module):
    """A module under two names, a weight that two modules share, and a layer that never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Linear(16, 16, bias=False)
        self.again = self.words
        self.next = nn.Linear(16, 16, bias=False)
        self.next.weight = self.words.weight
        self.memory = nn.Linear(16, 16, bias=False)
        self.memory.weight.data = self.words.weight.data
        self.unused = nn.Linear(16, 16)
        self.used_by_hand = nn.Embedding(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.memory(torch.relu(self.next(self.again(torch.relu(self.words(x))))))
        found: Tensor = x @ self.used_by_hand.weight
        return found


def test_tied_weights_change_together_and_count_once(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Shared()
    before = state(net)
    record = logged(tmp_path, net, probe(), **asked())
    names = [layer.name for layer in record.layers]
    assert names == ["words.weight", "unused.weight", "used_by_hand.weight"]
    assert set(record.layers[0].tied) == {"next.weight", "memory.weight"}
    assert record.mean[0, 0] > 0
    assert record.mean[2, 0] > 0
    assert np.isnan(record.mean[1, 0])
    assert "never ran" in record.reasons[1, 0]
    assert same_state(net, before)
    assert net.memory.weight.data_ptr() == net.words.weight.data_ptr()


def test_outputs_that_break_are_the_answer(tmp_path: Path) -> None:
    class Fragile(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(16, 16), nn.Linear(16, 5)

        def forward(self, x: Tensor) -> Tensor:
            found: Tensor = self.b(self.a(x)) / (self.a.weight[0, 0] != 0)
            return found

    net = Fragile()
    with torch.no_grad():
        net.a.weight[0, 0] = 1e-6
    record = logged(tmp_path, net, probe(), **asked(candidates=["int8", "prune-50"]))
    assert np.isposinf(record.mean[0]).all()
    assert record.reasons[0, 1] == "outputs are not finite for 64 of 64 instances"
    assert np.isfinite(record.mean[1]).all()


def test_one_instance_has_no_interval_but_a_number(tmp_path: Path) -> None:
    record = logged(tmp_path, layered(), probe(1), **asked())
    assert record.sizes.tolist() == [1]
    assert (record.mean > 0).all()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda w: w[:3], r"returned the shape \(3, 16\) for a weight \(\d+, 16\)"),
        (lambda w: w * float("nan"), "holds NaN or infinities"),
        (lambda w: w.to(torch.int8), "int8 values"),
        (lambda _: "no", "returned str"),
        (lambda w: (w, -7), "returned -7 bytes"),
        (lambda _: 1 / 0, "raised ZeroDivisionError"),
    ],
)
def test_what_functions_return(tmp_path: Path, function: Any, told: str) -> None:
    record = logged(
        tmp_path, layered(), probe(), **asked(candidates={"mine": function, "int4": None})
    )
    assert np.isnan(record.mean[:, 0]).all()
    assert np.isfinite(record.mean[:, 1]).all()
    assert all(re.search(told, record.reasons[row, 0]) for row in range(4))


def test_functions_may_write_into_what_they_get_and_tell_bytes(tmp_path: Path) -> None:
    net = layered()
    before = state(net)
    candidates = {"mine": lambda weight: (weight.round_(decimals=1), 9)}
    record = logged(tmp_path, net, probe(), **asked(candidates=candidates))
    assert (record.bytes == 9).all()
    assert (record.mean > 0).all()
    assert record.candidates[0].own
    assert same_state(net, before)


def test_a_function_that_changes_the_network_is_told_of_and_undone(tmp_path: Path) -> None:
    net = layered()
    before = state(net)

    def careless(weight: Tensor) -> Tensor:
        net[6].bias.data += 1
        net[2].weight.data = torch.zeros(16, 16)
        return weight

    record = logged(tmp_path, net, probe(), **asked(candidates={"careless": careless}))
    assert "changed the network itself (2.weight, 6.bias)" in record.reasons[0, 0]
    assert same_state(net, before)


def test_a_score_that_raises(tmp_path: Path) -> None:
    net = layered()
    before = state(net)
    with cnc_summary.model(tmp_path, "m") as m:
        with pytest.raises(ArgumentError, match="score= raised ZeroDivisionError"):
            m.sensitivity(net, probe(), score=lambda _: 1 / 0, progress=False)
        with pytest.raises(ArgumentError, match="1 numbers for 64 instances"):
            m.sensitivity(net, probe(), score=lambda out: out.mean(), progress=False)
        with pytest.raises(ArgumentError, match="gives NaN or infinities"):
            m.sensitivity(net, probe(), score=lambda out: out[:, 0] / 0, progress=False)
    calls = []

    def later(outputs: Tensor) -> Tensor:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("no more")
        return outputs[:, 0]

    record = logged(tmp_path, net, probe(), **asked(score=later))
    assert all("the score raised RuntimeError: no more" in why for why in record.reasons.values())
    assert same_state(net, before)


def test_a_network_that_raises_with_some_weight(tmp_path: Path) -> None:
    class Strict(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            if (self.weight == 0).any():
                raise ValueError("a weight is 0")
            return super().forward(x)

    net = nn.Sequential(Strict(16, 16), nn.Linear(16, 5))
    before = state(net)
    record = logged(tmp_path, net, probe(), **asked(candidates=["prune-50"]))
    assert "the network then raised ValueError: a weight is 0" in record.reasons[0, 0]
    assert record.mean[1, 0] > 0
    assert same_state(net, before)


class Drawing(nn.Module):
    """Dropout that evaluation does not switch off."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Linear(16, 64), nn.Linear(64, 5)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(torch.dropout(torch.relu(self.a(x)), 0.5, train=True))
        return found


def test_networks_that_draw_draw_alike_in_every_run(tmp_path: Path) -> None:
    record = logged(tmp_path, Drawing(), probe(), **asked(candidates=["int8", "int2"]))
    # Two draws alone would do far more.
    assert (record.mean[:, 0] < 1e-4).all()
    assert (record.mean[:, 1] > 10 * record.mean[:, 0]).all()
    seed = torch.initial_seed()
    assert cnc_summary.damage(Drawing(), Drawing(), probe()).number == 0
    assert torch.initial_seed() == seed


def test_weights_that_are_computed_or_quantized_are_left_out(tmp_path: Path) -> None:
    net = layered()
    prune.l1_unstructured(net[0], "weight", amount=0.5)  # type: ignore[no-untyped-call]
    parametrizations.weight_norm(net[2])
    net[4].weight = nn.Parameter(torch.ones(16, 16, dtype=torch.int8), requires_grad=False)
    net[4].forward = lambda x: x
    with cnc_summary.model(tmp_path, "m") as m:
        refused = m.sensitivity(net, probe(), progress=False, **asked())
    assert "int8 codes" in refused["4.weight"]
    assert "merge the pruning" in refused["0.weight_orig"]
    assert any("parametrizations" in name for name in refused)


def test_quantized_networks_have_nothing_left(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(16, 5))
    net[0].weight = nn.Parameter(torch.ones(5, 16, dtype=torch.int8), requires_grad=False)
    with (
        cnc_summary.model(tmp_path, "m") as m,
        pytest.raises(
            ArgumentError, match=r"No weight can be compressed; '0\.weight': it holds int8"
        ),
    ):
        m.sensitivity(net, probe(), progress=False)
