"""Outputs of fused modules are compared with what they stand for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tensorboard_cnc.analysis.layers.alignment import align
from tensorboard_cnc.records.sketches import TensorSketch
from tests.analysis.layers.sketches_of import tensor


def outputs(*layers: str) -> list[TensorSketch]:
    """Outputs of one shape, written "name:Class"."""
    pairs = [layer.split(":") for layer in layers]
    return [
        replace(tensor(name, 6, 5, 4, 4), module=name, kind=kind, role="activation")
        for name, kind in pairs
    ]


def named(base: list[TensorSketch], own: list[TensorSketch]) -> dict[str, str]:
    """Names of the base and what they are matched with."""
    return {base[one].name: own[other].name for one, (other, _) in align(base, own).pairs.items()}


PLAIN = outputs(
    "conv1:Conv2d", "norm1:BatchNorm2d", "relu1:ReLU", "conv2:Conv2d", "norm2:BatchNorm2d",
    "relu2:ReLU", "fc:Linear",
)  # fmt: skip
FUSED = outputs("conv1:ConvReLU2d", "conv2:ConvReLU2d", "fc:Linear")
EXPECTED = {"relu1": "conv1", "relu2": "conv2", "fc": "fc"}


def test_a_fused_convolution_gives_what_the_relu_gave() -> None:
    assert named(PLAIN, FUSED) == EXPECTED
    found = align(PLAIN, FUSED)
    assert found.pairs[2] == (0, "normalised")
    assert [PLAIN[place].name for place in found.unmatched_base] == [
        "conv1",
        "norm1",
        "conv2",
        "norm2",
    ]
    assert found.unmatched_own == ()


def test_either_side_may_be_the_fused_one() -> None:
    assert named(FUSED, PLAIN) == {own: base for base, own in EXPECTED.items()}


def test_two_fused_networks_are_matched_by_name() -> None:
    assert named(FUSED, FUSED) == {name: name for name in ("conv1", "conv2", "fc")}


def test_a_folded_norm_without_a_relu() -> None:
    folded = outputs("conv1:Conv2d", "relu1:ReLU", "conv2:Conv2d", "relu2:ReLU", "fc:Linear")
    assert named(PLAIN, folded) == {
        "norm1": "conv1",
        "relu1": "relu1",
        "norm2": "conv2",
        "relu2": "relu2",
        "fc": "fc",
    }


def test_a_relu_that_is_called_again() -> None:
    plain = outputs("conv:Conv2d", "relu:ReLU", "fc:Linear", "relu#2:ReLU")
    fused = outputs("conv:ConvReLU2d", "fc:LinearReLU")
    assert named(plain, fused) == {"relu": "conv", "relu#2": "fc"}


def test_what_cannot_be_told_is_not_compared() -> None:
    plain = outputs("conv:Conv2d", "pool:MaxPool2d", "fc:Linear")
    fused = outputs("conv:ConvReLU2d", "pool:MaxPool2d", "fc:Linear")
    found = align(plain, fused)
    assert named(plain, fused) == {"pool": "pool", "fc": "fc"}
    assert found.unmatched_base == found.unmatched_own == (0,)


def test_weights_keep_their_names() -> None:
    base = [replace(each, role="parameter") for each in PLAIN]
    own = [replace(each, role="parameter") for each in FUSED]
    assert named(base, own) == {"conv1": "conv1", "conv2": "conv2", "fc": "fc"}


@pytest.mark.parametrize("models", [(PLAIN, []), ([], FUSED), ([], [])])
def test_networks_without_outputs(models: tuple[list[TensorSketch], list[TensorSketch]]) -> None:
    assert align(*models).pairs == {}
