from __future__ import annotations

from tensorboard_cnc.analysis.layers.folded_norms import folded_norms
from tensorboard_cnc.sketch_records import TensorSketch
from tests.analysis.layers.sketches_of import tensor


def network(*layers: str) -> list[TensorSketch]:
    """Weights and biases of layers, written "name:Class"."""
    found = []
    for layer in layers:
        name, kind = layer.split(":")
        shape = (8, 3, 3, 3) if kind.startswith("Conv") else (8,)
        found += [tensor(f"{name}.weight", *shape, kind=kind), tensor(f"{name}.bias", 8, kind=kind)]
    return found


PLAIN = network("a:Conv2d", "n:BatchNorm2d", "b:Conv2d", "m:BatchNorm2d", "ln:LayerNorm")


def test_norms_that_the_model_lacks_are_folded() -> None:
    folded = network("a:ConvReLU2d", "b:ConvReLU2d", "ln:LayerNorm")
    assert folded_norms(PLAIN, folded) == ["a", "b"]


def test_norms_that_are_there_are_not() -> None:
    assert folded_norms(PLAIN, PLAIN) == []
    assert folded_norms(PLAIN, network("a:Conv2d", "n:BatchNorm2d", "b:ConvReLU2d")) == ["b"]


def test_other_norms_and_other_shapes_tell_nothing() -> None:
    assert folded_norms(network("a:Conv2d", "ln:LayerNorm"), network("a:Conv2d")) == []
    assert folded_norms(PLAIN, [tensor("a.weight", 4, 3, 3, 3)]) == []
    assert folded_norms(PLAIN, []) == folded_norms([], PLAIN) == []
