"""Each cell is what a plain loop of compressing, running and putting back finds."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from tensorboard_cnc.candidates.applying import applied
from tensorboard_cnc.records.sensitivity import KEPT
from tests.writer.sensitivity.measured import layered, logged, probe, same_state, state


def divergence(before: Tensor, after: Tensor) -> Tensor:
    """KL of each instance (n,)."""
    p, q = log_softmax(before.double(), -1), log_softmax(after.double(), -1)
    return (p.exp() * (p - q)).sum(-1)


class Residual(nn.Module):
    """No chain: branches, a layer that is called twice, and one before the first block."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(16, 16)
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(16, 16), nn.ReLU()) for _ in range(3))
        self.shared = nn.Linear(16, 16)
        self.scale = nn.Embedding(4, 16)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu_(self.stem(x) + self.scale.weight[1])
        for block in self.blocks:
            x = self.shared(x) + block(x)
            x += 0.5
        found: Tensor = self.head(x)
        return found


@pytest.mark.parametrize("make", [layered, Residual])
@pytest.mark.parametrize("batches", [1, 4])
def test_cells_are_those_of_a_plain_loop(
    tmp_path: Path, make: type[nn.Module], batches: int
) -> None:
    torch.manual_seed(3)
    net, inputs = make(), probe()
    before = state(net)
    given = inputs if batches == 1 else list(inputs.chunk(batches))
    names = ["int4", "int2-g32", "prune-50"]
    record = logged(tmp_path, net, given, candidates=names, score="kl")
    assert same_state(net, before)
    with torch.no_grad():
        dense = net(inputs)
        for row, layer in enumerate(record.layers):
            for column, name in enumerate(names):
                found = divergence(dense, applied(net, {layer.name: name})(inputs))
                assert record.mean[row, column] == pytest.approx(float(found.mean()), rel=1e-4)
                whole = record.groups[row, column] @ record.sizes / record.sizes.sum()
                assert whole == pytest.approx(float(found.mean()), rel=0.05)
    assert (record.damage, record.instances, len(record.sizes)) == ("kl", 64, 32)


def test_what_ran_before_a_layer_is_not_run_again(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    ran: list[int] = []
    net[0].register_forward_hook(lambda *_: ran.append(1))
    logged(tmp_path, net, inputs, candidates=["int8", "int4", "int3", "int2"], score="kl",
           layers=["6"])  # fmt: skip
    # Hooks of the user's run all the same; the layer itself does not.
    whole = len(ran)
    assert whole > 4

    class Counting(nn.Linear):
        calls = 0

        def forward(self, x: Tensor) -> Tensor:
            Counting.calls += 1
            return super().forward(x)

    net = nn.Sequential(Counting(16, 16), nn.Linear(16, 5))
    logged(tmp_path, net, inputs, candidates=["int8", "int4", "int3", "int2"], score="kl",
           layers=["1"])  # fmt: skip
    first = Counting.calls
    logged(tmp_path, net, inputs, candidates=["int8", "int4", "int3", "int2"], score="kl",
           layers=["0"])  # fmt: skip
    assert Counting.calls - first > first


def test_squared_errors_are_relative_to_the_outputs(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    record = logged(tmp_path, net, inputs, candidates=["int4"])
    assert record.damage == "squared error"
    with torch.no_grad():
        dense = net(inputs)
        change = applied(net, {"0.weight": "int4"})(inputs) - dense
    expected = change.square().sum() / dense.square().sum()
    assert record.mean[0, 0] == pytest.approx(float(expected), rel=1e-4)


def test_probabilities_and_labels_mean_kl(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    shares = nn.Sequential(*net, nn.Softmax(-1))
    first = logged(tmp_path, shares, inputs, candidates=["int4"])
    second = logged(tmp_path, net, inputs, candidates=["int4"], labels=torch.zeros(64))
    assert first.damage == second.damage == "kl"
    np.testing.assert_allclose(first.mean, second.mean, rtol=1e-3)


def test_a_score_of_ones_own_is_what_it_loses(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    labels = net(inputs).argmax(1)

    def accuracy(outputs: Tensor, right: Tensor) -> Tensor:
        return (outputs.argmax(1) == right).float()

    record = logged(tmp_path, net, list(inputs.chunk(2)), candidates=["int2"], score=accuracy,
                    labels=labels)  # fmt: skip
    assert (record.damage, record.score) == ("score", "accuracy")
    with torch.no_grad():
        after = applied(net, {"0.weight": "int2"})(inputs).argmax(1)
    assert record.mean[0, 0] == pytest.approx(float((after != labels).float().mean()), abs=1e-6)


class NextToken(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(11, 8)
        self.head = nn.Linear(8, 11)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        del attention_mask
        found: Tensor = self.head(self.words(input_ids))
        return found


def test_padding_does_not_count(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = NextToken()
    ids = torch.randint(0, 11, (20, 6))
    mask = (torch.arange(6) < torch.randint(1, 7, (20, 1))).long()
    record = logged(tmp_path, net, {"input_ids": ids, "attention_mask": mask}, candidates=["int2"])
    assert (record.damage, record.tokens, len(record.sizes)) == ("kl", int(mask.sum()), 20)
    with torch.no_grad():
        dense = net(ids, mask)
        found = divergence(dense, applied(net, {"head.weight": "int2"})(ids, mask))
    row = [layer.name for layer in record.layers].index("head.weight")
    expected = float(found[mask.bool()].mean())
    assert record.mean[row, 0] == pytest.approx(expected, rel=1e-4)


def test_scans_of_one_image_are_in_one_group(tmp_path: Path) -> None:
    images = probe(40)
    scans = torch.cat([images, images])
    asked: dict[str, Any] = {"candidates": ["int4"], "score": "kl"}
    record = logged(tmp_path / "scans", layered(), scans, groups=list(range(40)) * 2, **asked)
    alone = logged(tmp_path / "alone", layered(), images, **asked)
    np.testing.assert_array_equal(record.sizes, 2 * alone.sizes)
    np.testing.assert_allclose(record.groups, alone.groups, rtol=1e-4)
    again = logged(tmp_path / "scans", layered(), scans, **asked)
    assert again.fingerprint != record.fingerprint
    assert not np.allclose(again.groups, record.groups, rtol=1e-3)


def test_inputs_that_are_rounded_too_do_more(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    record = logged(tmp_path, net, inputs, candidates=["int8", "int8-a8"], score="kl")
    assert (record.mean[:, 1] > record.mean[:, 0]).all()
    with torch.no_grad():
        after = applied(net, {"2.weight": "int8-a8"})(inputs)
        expected = float(divergence(net(inputs), after).mean())
    assert record.mean[1, 1] == pytest.approx(expected, rel=1e-4)


def test_whole_allocations_are_measured_too(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    record = logged(tmp_path, net, inputs, candidates=["int4", "int2"], score="kl")
    assert record.trials is not None
    with torch.no_grad():
        dense = net(inputs)
        for chosen, mean in zip(record.trials.chosen, record.trials.mean, strict=True):
            allocation = {
                layer.name: record.candidates[candidate].name
                for layer, candidate in zip(record.layers, chosen.tolist(), strict=True)
                if candidate != KEPT
            }
            found = divergence(dense, applied(net, allocation)(inputs)).mean()
            assert mean == pytest.approx(float(found), rel=1e-4)


def test_a_fragile_layer_is_found(tmp_path: Path) -> None:
    net = layered()
    with torch.no_grad():
        # A few outputs far larger than the others: their scale drowns the rest of their groups.
        net[2].weight[:, 0] *= 60
        net[2].weight[:, 1:] *= 3
    record = logged(tmp_path, net, probe(256), candidates=["int4", "int3"], score="kl")
    assert record.mean.argmax(0).tolist() == [1, 1]


def test_a_plan_makes_a_copy() -> None:
    net = layered()
    before = copy.deepcopy(net)
    small: Any = applied(net, {"0.weight": "int4"})
    assert torch.equal(net[0].weight, before[0].weight)
    assert not torch.equal(small[0].weight, net[0].weight)
    assert len(small[0].weight.unique()) <= 16 * 16
