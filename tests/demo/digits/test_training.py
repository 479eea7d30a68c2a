from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from demo.digits.compression.pruning import prune_smallest
from demo.digits.data import Digits
from demo.digits.network import convolutional_network, weight_layers
from demo.digits.training import DivergedError, trained


def ignore(_epoch: int, _loss: float, _net: nn.Module) -> None:
    pass


def states_are_equal(first: nn.Module, second: nn.Module) -> bool:
    states = first.state_dict(), second.state_dict()
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_pruned_weights_stay_zero_and_the_others_learn(
    dense: nn.Sequential, digits: Digits
) -> None:
    pruned = prune_smallest(dense, 0.9, "global")
    tuned = trained(pruned, digits.train, epochs=1, learning_rate=0.03, seed=0, epoch_done=ignore)
    for before, after in zip(weight_layers(pruned), weight_layers(tuned), strict=True):
        assert torch.equal(before.weight == 0, after.weight == 0)
        assert not torch.equal(before.weight, after.weight)


def test_the_seed_decides_everything(digits: Digits) -> None:
    first, same, other = (
        trained(
            convolutional_network(seed=seed),
            digits.train,
            epochs=1,
            learning_rate=0.1,
            seed=seed,
            epoch_done=ignore,
        )
        for seed in (0, 0, 1)
    )
    assert states_are_equal(first, same)
    assert not states_are_equal(first, other)


def test_other_instructions_train_the_same_network(dense: nn.Sequential, tmp_path: Path) -> None:
    """Those that every x86-64 has; elsewhere the kernels that torch has for any processor."""
    source = f"""
import torch
from demo.digits.data import handwritten_digits
from demo.digits.network import convolutional_network
from demo.digits.training import trained
assert torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "NO AVX")
torch.set_num_threads(1)
net = trained(convolutional_network(), handwritten_digits().train, epochs=5,
    learning_rate=0.1, seed=0, epoch_done=lambda *_: None)
torch.save(net.state_dict(), {str(tmp_path / "net.pt")!r})
"""
    fewer = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}
    subprocess.run([sys.executable, "-c", source], env={**os.environ, **fewer}, check=True)
    there = torch.load(tmp_path / "net.pt")
    for name, here in dense.state_dict().items():
        torch.testing.assert_close(there[name], here, rtol=1e-6, atol=1e-7)


def test_a_network_leaves_the_random_state_alone() -> None:
    before = torch.random.get_rng_state()
    convolutional_network(seed=3)
    assert torch.equal(before, torch.random.get_rng_state())


def test_every_epoch_is_told(digits: Digits) -> None:
    told: list[tuple[int, float]] = []
    trained(
        convolutional_network(),
        digits.train,
        epochs=3,
        learning_rate=0.1,
        seed=0,
        epoch_done=lambda epoch, loss, _net: told.append((epoch, loss)),
    )
    assert [epoch for epoch, _ in told] == [1, 2, 3]
    assert told[2][1] < told[0][1]


def test_divergence_ends_training(dense: nn.Sequential, digits: Digits) -> None:
    told: list[float] = []
    with pytest.raises(DivergedError, match="loss became nan in epoch"):
        trained(
            dense,
            digits.train,
            epochs=8,
            learning_rate=100.0,
            seed=0,
            epoch_done=lambda _epoch, loss, _net: told.append(loss),
        )
    assert len(told) < 8
    assert math.isnan(told[-1])
