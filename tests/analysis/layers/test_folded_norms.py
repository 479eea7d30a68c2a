from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.analysis.layers.folded_norms import folded_norms
from tensorboard_cnc.analysis.layers.measures import sqnr
from tensorboard_cnc.analysis.layers.pair_statistics import pair_statistics
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tensorboard_cnc.sketches.sketcher import sketch_values
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


def test_squares_before_are_those_of_the_values_compared() -> None:
    folded, own = np.array([2.0, 4.0]), np.array([2.5, 4.0])
    pair = PairSketcher()
    pair.update(0, own, folded)
    reference = {"base": pair.finish()}
    base = sketch_values("w", (2,), "float32", folded / 2)
    plain = sketch_values("w", (2,), "float32", own, reference=reference)
    found = pair_statistics([base, base], [plain, plain], "base")
    assert found.before.tolist() == [20.0, 20.0]
    assert sqnr(found).value.tolist() == pytest.approx([10 * np.log10(20 / 0.25)] * 2)
    elsewhere = pair_statistics([base], [plain], "another")
    assert elsewhere.before.tolist() == [5.0]
