"""Tensors of one model found in another, by hand and in any order; folded batch norms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.layers.alignment import align, folded_norms
from tensorboard_cnc.analysis.layers.measures import sqnr
from tensorboard_cnc.analysis.layers.naming import normalised, parent_of
from tensorboard_cnc.analysis.layers.pair_statistics import pair_statistics
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.module_kinds import is_fused
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tensorboard_cnc.sketches.sketcher import sketch_values
from tests.analysis.layers.sketches_of import tensor


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("encoder.0.weight", "encoder.0.weight"),
        ("module.encoder.0.weight", "encoder.0.weight"),
        ("_orig_mod.module.fc.bias", "fc.bias"),
        ("fc.weight_orig", "fc.weight"),
        ("fc.parametrizations.weight.original", "fc.weight"),
        ("fc.parametrizations.weight.original0", "fc.weight"),
        ("fc._packed_params._packed_params", "fc"),
        ("base_model.model.q_proj.base_layer.weight", "model.q_proj.weight"),
        ("a..b", "a..b"),
        ("", ""),
        ("module", ""),
    ],
)
def test_normalised_names(name: str, plain: str) -> None:
    assert normalised(name) == plain


def test_the_first_of_a_fused_module_stands_for_it() -> None:
    assert normalised("conv1.0.weight", frozenset({"conv1"})) == "conv1.weight"
    assert normalised("conv1.1.weight", frozenset({"conv1"})) == "conv1.1.weight"
    assert normalised("conv1.0.weight") == "conv1.0.weight"


@pytest.mark.parametrize(
    ("kind", "fused"),
    [("ConvReLU2d", True), ("LinearReLU", True), ("ConvBn2d", True), ("Conv2d", False)],
)
def test_fused_kinds(kind: str, fused: bool) -> None:
    assert is_fused(kind) is fused


def test_parents() -> None:
    assert (parent_of("a.b.weight"), parent_of("weight")) == ("a.b", "")


def test_exact_names_come_first() -> None:
    base = [tensor("a.weight", 3, 2), tensor("b.weight", 3, 2)]
    own = [tensor("b.weight", 3, 2), tensor("a.weight", 3, 2)]
    found = align(base, own)
    assert found.pairs == {0: (1, "name"), 1: (0, "name")}
    assert found.unmatched_base == found.unmatched_own == ()


def test_a_structurally_pruned_layer_is_resized() -> None:
    found = align([tensor("a.weight", 8, 4)], [tensor("a.weight", 5, 4)])
    assert found.pairs == {0: (0, "resized")}


@pytest.mark.parametrize("side", [5, 8])
def test_layouts_with_the_inputs_first_are_transposed(side: int) -> None:
    flax = [tensor("fc.kernel", 8, side), tensor("fc.bias", 8)]
    torch = [tensor("fc.weight", side, 8), tensor("fc.bias", 8)]
    assert align(flax, torch).pairs == {0: (0, "transposed"), 1: (1, "name")}
    gpt2 = [tensor("attn.weight", 8, side, kind="Conv1D")]
    assert align([tensor("attn.weight", side, 8)], gpt2).pairs == {0: (0, "transposed")}
    assert align(gpt2, gpt2).pairs == {0: (0, "name")}


@pytest.mark.parametrize("outer", ["transformer", "backbone.net.encoder"])
def test_modules_around_one_of_the_networks_are_looked_through(outer: str) -> None:
    inner = [tensor("h.0.attn.weight", 4, 4), tensor("h.1.attn.weight", 4, 4), tensor("ln.bias", 4)]
    whole = [tensor(f"{outer}.{each.name}", *each.shape) for each in inner]
    whole.append(tensor("lm_head.weight", 9, 4))
    expected = {place: (place, "renamed") for place in range(3)}
    assert align(whole, inner).pairs == expected
    assert align(inner, whole).pairs == expected
    assert align(inner, whole).unmatched_own == (3,)


def test_which_of_two_networks_is_meant_is_not_guessed() -> None:
    inner = [tensor("0.weight", 4, 4), tensor("1.weight", 5, 5)]
    both = [
        tensor(f"{outer}.{each.name}", *each.shape)
        for outer in ("encoder", "decoder")
        for each in inner
    ]
    assert align(both, inner).pairs == {}


def test_a_wrapped_and_pruned_model_is_found_by_normalised_names() -> None:
    base = [tensor("fc.weight", 4, 4), tensor("fc.bias", 4)]
    own = [tensor("module.fc.weight_orig", 4, 4), tensor("module.fc.bias", 4)]
    assert align(base, own).pairs == {0: (0, "normalised"), 1: (1, "normalised")}


def test_a_quantized_fused_module_is_found() -> None:
    base = [tensor("conv1.weight", 6, 3, 3, 3)]
    own = [tensor("conv1.0.weight", 6, 3, 3, 3, kind="Conv2d")]
    outside = tensor("conv1.scale", module="conv1", kind="ConvReLU2d")
    assert align(base, [*own, outside]).pairs == {0: (0, "normalised")}


def test_renamed_tensors_of_one_module_are_found_by_shape_in_their_order() -> None:
    base = [tensor("att.query", 4, 4), tensor("att.key", 4, 4), tensor("att.bias", 4)]
    own = [tensor("att.q", 4, 4), tensor("att.k", 4, 4), tensor("att.b", 4)]
    assert align(base, own).pairs == {0: (0, "shape"), 1: (1, "shape"), 2: (2, "shape")}


def test_by_shape_only_where_as_many_are_left_on_both_sides() -> None:
    base = [tensor("att.query", 4, 4), tensor("att.key", 4, 4)]
    found = align(base, [tensor("att.qk", 4, 4)])
    assert found.pairs == {}
    assert (found.unmatched_base, found.unmatched_own) == ((0, 1), (0,))


def test_low_rank_factors_stay_unmatched() -> None:
    base = [tensor("fc.weight", 64, 64), tensor("fc.bias", 64)]
    own = [tensor("fc.0.weight", 8, 64), tensor("fc.1.weight", 64, 8), tensor("fc.1.bias", 64)]
    found = align(base, own)
    assert found.unmatched_base == (0, 1)
    assert found.unmatched_own == (0, 1, 2)


def test_two_models_with_nothing_in_common() -> None:
    found = align([tensor("a.weight", 2)], [tensor("b.weight", 3)])
    assert (found.pairs, found.unmatched_base, found.unmatched_own) == ({}, (0,), (0,))
    assert align([], []).pairs == {}


def test_a_buffer_is_no_parameter_of_the_same_shape() -> None:
    base = [tensor("bn.weight", 4)]
    assert align(base, [tensor("bn.running_mean", 4, role="buffer")]).pairs == {}


_NAMES = st.lists(
    st.sampled_from("a b a.w a.v b.w module.a.w a.w_orig".split()), unique=True, max_size=6
)
_SHAPES = st.sampled_from([(2,), (3,), (2, 2)])


@given(_NAMES.flatmap(lambda names: st.tuples(st.just(names), st.tuples(*[_SHAPES] * len(names)))))
def test_every_model_matches_itself(given_: tuple[list[str], tuple[tuple[int, ...], ...]]) -> None:
    tensors = [tensor(name, *shape) for name, shape in zip(*given_, strict=True)]
    found = align(tensors, tensors)
    assert found.pairs == {place: (place, "name") for place in range(len(tensors))}


@given(_NAMES, _NAMES, st.data())
def test_each_tensor_is_matched_once_or_left_over(
    one: list[str], other: list[str], data: st.DataObject
) -> None:
    base = [tensor(name, *data.draw(_SHAPES)) for name in one]
    own = [tensor(name, *data.draw(_SHAPES)) for name in other]
    found = align(base, own)
    matched = [place for place, _ in found.pairs.values()]
    assert sorted([*found.pairs, *found.unmatched_base]) == list(range(len(base)))
    assert sorted([*matched, *found.unmatched_own]) == list(range(len(own)))
    for place, (mine, how) in found.pairs.items():
        alike = base[place].shape == own[mine].shape
        assert alike is (how not in ("resized", "transposed"))


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
