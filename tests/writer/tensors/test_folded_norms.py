"""Batch norms folded into the layers in front of them, against torch's own folding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from tensorboard_cnc.writer.tensors.folded_norms import with_folded_norms
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.tensors.read_sources import values


@pytest.fixture
def net() -> Any:
    torch.manual_seed(0)
    layers = (
        nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 6, 2), nn.BatchNorm2d(6), nn.Flatten(),
        nn.Linear(6 * 49, 5), nn.BatchNorm1d(5), nn.Linear(5, 5), nn.LayerNorm(5),
    )  # fmt: skip
    found = nn.Sequential(*layers)
    for _ in range(3):
        found(torch.randn(9, 3, 8, 8) * 2 + 1)
    return found.eval()


# All weights but those of the norms.
LAYERS = {f"{place}.{last}" for place in (0, 3, 6, 8) for last in ("weight", "bias")}


def folded(net: nn.Module, own: set[str]) -> dict[str, Any]:
    return {source.name: values(source) for source in with_folded_norms(net, own)}


def test_convolutions_and_linear_layers(net: Any) -> None:
    found = folded(net, LAYERS)
    expected = {
        "0": fuse_conv_bn_eval(net[0], net[1]),
        "3": fuse_conv_bn_eval(net[3], net[4], transpose=True),
        "6": fuse_linear_bn_eval(net[6], net[7]),
    }
    assert set(found) == {f"{name}.{last}" for name in expected for last in ("weight", "bias")}
    for name, layer in expected.items():
        for last in ("weight", "bias"):
            tensor: Any = getattr(layer, last)
            np.testing.assert_allclose(
                found[f"{name}.{last}"], tensor.detach().numpy(), rtol=1e-5, atol=1e-7
            )


def test_norms_that_the_model_has_are_not_folded(net: Any) -> None:
    assert folded(net, LAYERS | {"1.weight", "1.running_var", "4.running_var", "7.weight"}) == {}
    assert folded(net, {"8.weight"}) == folded(net, set()) == {}
    in_training = {"0.bn.running_var", "3.bn.running_var", "6.bn.running_var"}
    assert folded(net, LAYERS | in_training) == {}, "it keeps them within the layers"
    assert folded(net.state_dict(), LAYERS) == {}, "a state dict does not tell what follows what"


def test_a_model_with_folded_norms_equals_its_reference(net: Any) -> None:
    fused = {"0.weight": fuse_conv_bn_eval(net[0], net[1]).weight.detach()}
    record = weights_record("m", fused, reference={"parent": net, "state": net.state_dict()})
    assert record is not None
    (sketch,) = record.tensors
    assert sketch.reference["parent"].max_abs < 1e-6
    assert sketch.reference["state"].max_abs > 1e-2


def test_the_reference_stays_as_it_is(net: Any) -> None:
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    net.train()
    folded(net, LAYERS)
    assert net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
