"""Tensors of one layer with their inputs along different axes: exact, or not compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.alignment import align
from tensorboard_cnc.analysis.layers.known_values import changes_known, values_at_both
from tensorboard_cnc.analysis.layers.measures import sqnr
from tensorboard_cnc.analysis.layers.pair_statistics import pair_statistics
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.module_kinds import axes_between, share_positions
from tensorboard_cnc.sketches.sketcher import sketch_values

RNG = np.random.default_rng(0)


def tensor(name: str, values: NDArray[Any], kind: str = "") -> TensorSketch:
    values = np.ascontiguousarray(values, np.float32)
    module = name.rpartition(".")[0]
    return sketch_values(name, values.shape, "float32", values, kind=kind, module=module)


def kernel(weight: NDArray[Any]) -> NDArray[Any]:
    """What torch keeps as (outputs, inputs, spatial…), as Keras and Flax keep it."""
    return np.moveaxis(weight, (0, 1), (-1, -2))


@pytest.mark.parametrize("shape", [(8, 5), (8, 8), (4, 3, 5), (4, 3, 2, 3), (3, 3, 3, 3)])
@pytest.mark.parametrize("turned", ["base", "own"])
def test_small_tensors_are_compared_value_by_value(shape: tuple[int, ...], turned: str) -> None:
    before = RNG.standard_normal(shape)
    after = before.copy()
    after.flat[[1, 7]] += [0.5, -0.25]
    torch, flax = tensor("fc.weight", before, "Linear"), tensor("fc.kernel", kernel(after))
    if turned == "base":
        torch, flax = tensor("fc.weight", after, "Linear"), tensor("fc.kernel", kernel(before))
    one, other = (flax, torch) if turned == "base" else (torch, flax)
    assert align([one], [other]).pairs == {0: (0, "transposed")}
    found = pair_statistics([one], [other])
    assert found.n.tolist() == [before.size]
    assert found.squares.value == pytest.approx([0.3125], rel=1e-5)
    assert found.squares.certainty.tolist() == [0]
    expected = 10 * np.log10(np.square(before, dtype=np.float32).sum() / 0.3125)
    assert sqnr(found).value == pytest.approx([expected], rel=1e-5)
    x, y = values_at_both(one, other)
    assert np.square(x - y).sum() == pytest.approx(0.3125, rel=1e-5)
    changes = {each.change: each.at for each in changes_known(one, other, "", 9)}
    own = kernel(after) if turned == "own" else after
    theirs = kernel(before) if turned == "own" else before
    for change, at in changes.items():
        assert change == pytest.approx((own - theirs).reshape(-1)[at], rel=1e-5)


def test_equal_bytes_in_two_layouts_are_not_equal_weights() -> None:
    values = RNG.standard_normal((6, 6))
    one, other = tensor("fc.weight", values, "Linear"), tensor("fc.weight", values, "Conv1D")
    assert one.digest == other.digest
    expected = np.square(values.astype(np.float32) - values.T.astype(np.float32), dtype=float).sum()
    found = pair_statistics([one], [other])
    assert found.squares.value == pytest.approx([expected])


def test_large_tensors_are_not_compared_by_their_sketches() -> None:
    values = RNG.standard_normal((96, 96))
    one, other = tensor("fc.weight", values, "Linear"), tensor("fc.kernel", values.T)
    assert pair_statistics([one], [other]).n.tolist() == [0]
    assert len(values_at_both(one, other)[0]) == 0


@pytest.mark.parametrize(
    ("one", "other", "axes"),
    [
        (("a.weight", (8, 5), "Linear"), ("a.kernel", (5, 8), ""), (1, 0)),
        (("a.weight", (8, 5), ""), ("a.kernel", (5, 8), ""), (1, 0)),
        (("a.weight", (8, 8), ""), ("a.kernel", (8, 8), ""), None),
        (("a.weight", (8, 5), ""), ("a.weight", (5, 8), ""), None),
        (("a.weight", (8, 5), "Linear"), ("a.weight", (5, 8), "Linear"), None),
        (("a.weight", (5, 8), "Conv1D"), ("a.weight", (8, 5), "Linear"), (1, 0)),
        (("a.weight", (8, 4, 3, 3), "Conv2d"), ("a.kernel", (3, 3, 4, 8), ""), (3, 2, 0, 1)),
        (("a.kernel", (3, 3, 4, 8), ""), ("a.weight", (8, 4, 3, 3), "Conv2d"), (2, 3, 1, 0)),
        (("a.weight", (8, 4, 3, 3), "Conv2d"), ("a.kernel", (3, 3, 8, 4), ""), None),
        (("a.weight", (4, 4, 3, 3), "ConvTranspose2d"), ("a.kernel", (3, 3, 4, 4), ""), None),
        (("a.bias", (8,), "Linear"), ("a.kernel", (8,), ""), None),
    ],
)
def test_what_is_known_of_layouts(one: Any, other: Any, axes: Any) -> None:
    pair = [tensor(name, np.zeros(shape), kind) for name, shape, kind in (one, other)]
    assert axes_between(*pair) == axes


def test_where_one_layout_is_not_known_the_shape_may_tell() -> None:
    state_dict, module = (tensor("c.weight", np.zeros((5, 8)), kind) for kind in ("", "Conv1D"))
    assert share_positions(state_dict, module)
    square, conv = (tensor("c.weight", np.zeros((8, 8)), kind) for kind in ("", "Conv1D"))
    assert not share_positions(square, conv)
    assert not share_positions(tensor("c.weight", np.zeros((5, 8)), "Linear"), module)
