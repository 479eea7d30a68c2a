"""The error of each layer alone, against layers that are run by hand on the base's activations."""

from __future__ import annotations

import copy
import random

import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.activations import activations_record
from tests.writer.kept_outputs import KeptOutputs
from tests.writer.local_records import local, missing, record


@pytest.fixture
def base() -> nn.Sequential:
    torch.manual_seed(0)
    layers = (
        nn.Linear(8, 8),
        nn.Tanh(),
        nn.Linear(8, 8),
        nn.Tanh(),
        nn.Linear(8, 8),
        nn.Linear(8, 3),
    )
    return nn.Sequential(*layers).eval()


@pytest.fixture
def probe() -> Tensor:
    return torch.randn(40, 8, generator=torch.Generator().manual_seed(1))


def with_fault(base: nn.Sequential, place: int) -> nn.Sequential:
    net = copy.deepcopy(base)
    with torch.no_grad():
        net[place].weight[0] += 0.5  # type: ignore[index, operator]
    return net


def test_a_fault_in_one_layer_is_an_error_of_that_layer_alone(
    base: nn.Sequential, probe: Tensor
) -> None:
    net = with_fault(base, 2)
    found = record(net, probe, base)
    plain = activations_record("base", base, probe)
    assert plain is not None
    alone = {name: each.squares for name, each in local(found).items()}
    assert alone["2"] > 0
    assert {name for name, squares in alone.items() if squares} == {"2"}
    changed = [
        one.name
        for one, other in zip(found.tensors, plain.tensors, strict=True)
        if one.digest != other.digest
    ]
    assert changed == ["2", "3", "4", "5"], "what follows the fault differs too"


def test_each_error_is_that_of_the_layer_on_the_activations_of_the_base(
    base: nn.Sequential, probe: Tensor
) -> None:
    net = copy.deepcopy(base)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(1.1)
    found = local(record(net, [probe[:16], probe[16:]], base))
    x = probe
    for place, (own, theirs) in enumerate(zip(net, base, strict=True)):
        with torch.no_grad():
            before, after = theirs(x).double(), own(x).double()
            x = theirs(x)
        error = found[str(place)]
        assert (error.n, error.missing) == (before.numel(), "")
        assert error.before == pytest.approx(before.square().sum().item(), rel=1e-6)
        assert error.squares == pytest.approx((after - before).square().sum().item(), rel=1e-5)


def test_what_is_logged_besides_is_as_without_a_reference(
    base: nn.Sequential, probe: Tensor
) -> None:
    net = with_fault(base, 0)
    alone = activations_record("m", net, probe)
    assert alone is not None
    found = record(net, probe, base)
    assert [each.digest for each in found.tensors] == [each.digest for each in alone.tensors]
    assert found.fingerprint == alone.fingerprint


class Block(nn.Module):
    """A transformer's block: attention of two inputs, a gate that is called twice."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.words, self.norm = nn.Embedding(12, 8), nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.up, self.gate, self.down = nn.Linear(8, 16), nn.SiLU(), nn.Linear(16, 8)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        x = self.words(input_ids)
        normed = self.norm(x)
        padded = attention_mask == 0
        x = x + self.attention(normed, normed, value=normed, key_padding_mask=padded)[0]
        found: Tensor = x + self.down(self.gate(self.up(self.gate(x))))
        return found


IDS = torch.tensor([[1, 2, 3, 0], [4, 5, 0, 0], [6, 7, 8, 9]])
WORDS = {"input_ids": IDS, "attention_mask": (IDS > 0).long()}


def test_layers_with_named_inputs_and_padding() -> None:
    base = Block(0).eval()
    net = copy.deepcopy(base)
    with torch.no_grad():
        net.attention.out_proj.weight.mul_(1.2)
    found = local(record(net, WORDS, base))
    with torch.no_grad():
        normed = base.norm(base.words(IDS))
        padded = IDS == 0
        pair = [
            each.attention(normed, normed, value=normed, key_padding_mask=padded)[0][IDS > 0]
            for each in (net, base)
        ]
    expected = (pair[0] - pair[1]).double().square().sum().item()
    assert found["attention[0]"].squares == pytest.approx(expected, rel=1e-5)
    assert found["attention[0]"].n == int((IDS > 0).sum()) * 8, "padding counts nowhere"
    rest = {name: each for name, each in found.items() if name != "attention[0]"}
    assert {name for name, each in rest.items() if each.squares or each.missing} == set()
    assert {"gate", "gate#2"} <= rest.keys(), "one call after the other"


def test_modules_that_both_networks_share(base: nn.Sequential, probe: Tensor) -> None:
    net = nn.Sequential(*base)
    net[2] = with_fault(base, 2)[2]
    for layers in (None, ["", "*"]):
        found = local(record(net, probe, base, layers=layers))
        assert {name for name, each in found.items() if each.squares} - {"output"} == {"2"}
        assert all(not each.missing for each in found.values())
    assert all(not module._forward_hooks for module in (*net.modules(), *base.modules()))
    assert all(not module._forward_pre_hooks for module in (*net.modules(), *base.modules()))


class Shared(nn.Module):
    """One activation for two layers, or one for each."""

    def __init__(self, shared: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.relu = nn.Linear(4, 4), nn.ReLU(inplace=True)
        self.b, self.other = nn.Linear(4, 4), self.relu if shared else nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.other(self.b(self.relu(self.a(x))))
        return found


def test_what_is_shared_in_one_of_the_networks_is_not_guessed() -> None:
    probe = torch.randn(5, 4)
    assert missing(record(Shared(True), probe, Shared(True))) == {}
    apart = missing(record(Shared(False), probe, Shared(True)))
    assert apart == {
        "relu": "it is called 1 times here, 2 times in the base",
        "other": "it is called 1 times here, 2 times in the base",
    }
    assert set(missing(record(Shared(True), probe, Shared(False)))) == {"relu", "relu#2"}


class Stateful(nn.Module):
    """Counts, draws and keeps what it was given last."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.register_buffer("calls", torch.zeros(1))
        self.register_buffer("seen", torch.zeros(0))

    def forward(self, x: Tensor) -> Tensor:
        calls = self.get_buffer("calls")
        calls += 1
        self.seen = x.clone()
        random.random()
        if calls > 2:
            raise ValueError("called too often")
        found: Tensor = self.linear(x) + torch.rand_like(x)
        return found


@pytest.mark.parametrize("batches", [1, 3])
def test_both_networks_are_left_as_they_were_also_on_error(batches: int) -> None:
    net, base = (nn.Sequential(Stateful(), nn.Dropout(), nn.ReLU()).train() for _ in range(2))
    base.load_state_dict(net.state_dict())
    probe = [torch.randn(2, 4) for _ in range(batches)]
    kept = [{k: v.clone() for k, v in each.state_dict().items()} for each in (net, base)]
    states = torch.get_rng_state(), random.getstate()
    if batches > 2:
        with pytest.raises(ArgumentError, match="called too often"):
            record(net, probe, base, layers=["0", "2"])
    else:
        found = local(record(net, probe, base, layers=["0", "2"]))
        assert found["0"].squares == 0, "it draws what the base's layer draws"
    for each, before in zip((net, base), kept, strict=True):
        after = each.state_dict()
        assert all(torch.equal(after[name], before[name]) for name in before)
        assert all(module.training for module in each.modules())
        assert all(not m._forward_hooks and not m._forward_pre_hooks for m in each.modules())
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]


def test_neither_inputs_nor_outputs_are_kept() -> None:
    outputs = KeptOutputs()
    nets = [nn.Sequential(*[outputs.layer() for _ in range(20)]) for _ in range(2)]
    record(nets[0], [torch.randn(9, 50)] * 3, nets[1])
    assert outputs.made == 3 * 60
    assert outputs.most <= 3, "the base's input, its last output, and what the layer alone gave"
