"""Sketches of whole models against direct computation in float64."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch
from tensorboard_cnc.writer.weights import weights_record


def record(model: Any, **options: Any) -> SketchRecord:
    found = weights_record("m", model, **options)
    assert found is not None
    return found


def by_name(found: SketchRecord) -> dict[str, TensorSketch]:
    return {each.name: each for each in found.tensors}


@pytest.fixture
def net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 32, 5), nn.BatchNorm2d(32), nn.Flatten(), nn.Linear(512, 200))


def test_totals_of_every_tensor_are_exact(net: nn.Module) -> None:
    found = record(net)
    state = net.state_dict()
    assert [each.name for each in found.tensors] == [n for n in state if "num_batches" not in n]
    for each in found.tensors:
        values = state[each.name].double().numpy()
        assert each.shape == values.shape
        assert each.totals.n == values.size
        assert each.totals.sum == pytest.approx(values.sum(), rel=1e-12, abs=1e-12)
        assert each.totals.sum_abs == pytest.approx(np.abs(values).sum(), rel=1e-12)
        assert each.totals.sum_squares == pytest.approx(np.square(values).sum(), rel=1e-12)
        assert (
            each.stored_bytes == each.effective_bytes == state[each.name].nbytes or not values.any()
        )
    assert (found.subject, found.model_id, found.refused) == ("weights", "m", {})
    assert found.logged_us > 0


def test_the_model_itself_stays_as_it_is(net: nn.Module) -> None:
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    random_state = torch.get_rng_state()
    net.train()
    for parameter in net.parameters():
        parameter.grad = torch.ones_like(parameter)
    record(net, reference={"same": net})
    assert all(module.training for module in net.modules())
    assert torch.equal(torch.get_rng_state(), random_state)
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name])
    for parameter in net.parameters():
        assert parameter.requires_grad
        assert parameter.grad is not None
        assert bool((parameter.grad == 1).all())


def test_effective_bytes_of_a_pruned_layer() -> None:
    layer = nn.Linear(100, 100, bias=False)
    prune.l1_unstructured(layer, "weight", amount=0.9)
    (sketch,) = record(layer).tensors
    assert sketch.totals.zeros == 9000
    # 1,000 values of 32 bits and an index of 16 bits each, against a bitmap of 10,000 bits.
    assert sketch.effective_bytes == min(1000 * 48, 10_000 + 1000 * 32) / 8
    assert sketch.stored_bytes == 2 * 100 * 100 * 4


def test_a_reference_is_compared_exactly(net: nn.Module) -> None:
    other = {name: tensor + 0.01 for name, tensor in net.state_dict().items()}
    found = by_name(record(net, reference={"other": other, "empty": {}}))
    for name in ("0.weight", "3.weight"):
        own, theirs = net.state_dict()[name].double(), other[name].double()
        change = own - theirs
        pair = found[name].reference["other"]
        assert pair.n == own.numel()
        assert pair.sum_abs == pytest.approx(change.abs().sum().item(), rel=1e-12)
        assert pair.sum_squares == pytest.approx(change.square().sum().item(), rel=1e-12)
        assert pair.dot == pytest.approx((own * theirs).sum().item(), rel=1e-12)
        assert pair.max_abs == pytest.approx(change.abs().max().item(), rel=1e-12)
        assert set(found[name].reference) == {"other"}


def test_a_pair_whose_sum_overflows_float16() -> None:
    generator = np.random.default_rng(0)
    base = generator.normal(0, 1, (4096, 1024)).astype(np.float16)
    change = generator.choice([-1.0, 1.0], base.shape) * 0.0476418
    own = (base.astype(np.float64) + change).astype(np.float16)
    outliers = generator.choice(base.size, 100, replace=False)
    own.reshape(-1)[outliers] = 1000
    (sketch,) = record({"w": own}, reference={"base": {"w": base}}).tensors
    expected = np.abs(own.astype(np.float64) - base.astype(np.float64)).sum()
    pair = sketch.reference["base"]
    assert pair.sum_abs == pytest.approx(expected, rel=1e-12)
    assert pair.sum_abs > 65_504, "more than float16 can hold"
    assert sketch.totals.high == 1000
    assert sketch.counts is not None
    assert sketch.counts.sum() == base.size, "nothing is out of the histogram's range"


def test_other_shapes_and_names_are_no_reference(net: nn.Module) -> None:
    other = {"0.weight": np.ones((3, 3)), "3.bias": np.ones(200), "more": np.ones(1)}
    found = by_name(record(net, reference={"other": other}))
    assert [name for name, each in found.items() if each.reference] == ["3.bias"]


def test_a_wrapper_on_either_side_does_not_hide_the_reference() -> None:
    plain, wrapped = {"0.weight": np.ones(3)}, {"module.0.weight": np.ones(3), "b": np.ones(1)}
    for own, other in ((plain, wrapped), (wrapped, plain)):
        weight = record(own, reference={"other": other}).tensors[0]
        assert weight.reference["other"].n == 3


def test_tied_weights_are_stored_once() -> None:
    net = nn.ModuleDict({"embed": nn.Embedding(300, 40), "head": nn.Linear(40, 300, bias=False)})
    assert isinstance(net["head"], nn.Linear)
    assert isinstance(net["embed"], nn.Embedding)
    net["head"].weight = net["embed"].weight
    first, tied = record(net).tensors
    assert (tied.name, tied.tied, tied.kind) == ("head.weight", "embed.weight", "Linear")
    assert (tied.stored_bytes, tied.effective_bytes) == (0, 0)
    assert tied.totals == first.totals
    assert tied.sample is None
    assert first.sample is not None


def test_odd_tensors() -> None:
    found = record(
        {
            "scalar": np.float32(-2),
            "empty": np.zeros((0, 3)),
            "not finite": np.array([np.nan, np.inf, -np.inf, 1.0, 0.0]),
            "0.weird/näme [x]": np.ones(2, np.float16),
            "flags": np.array([True, False]),
        }
    )
    sketches = by_name(found)
    assert sketches["scalar"].totals.sum == -2
    assert sketches["empty"].totals.n == 0
    assert sketches["empty"].totals.low is None
    odd = sketches["not finite"].totals
    assert (odd.n, odd.nan, odd.positive_infinite, odd.negative_infinite) == (5, 1, 1, 1)
    assert (odd.sum, odd.zeros, odd.low, odd.high) == (1, 1, 0, 1)
    assert sketches["flags"].totals.sum == 1
    assert "0.weird/näme [x]" in sketches


def test_what_is_refused_is_kept_with_its_reason() -> None:
    found = record(
        {
            "good": np.ones(3),
            "complex": np.ones(3, complex),
            "line\nbreak": np.ones(3),
            "": np.ones(3),
            "_orig_mod.good": np.ones(3),
            "\udcff": np.ones(3),
        }
    )
    assert list(by_name(found)) == ["good"]
    assert set(found.refused) == {"complex", "line\nbreak", "", "good", "\\udcff"}
    assert "real and imaginary" in found.refused["complex"]
    assert "Remove line breaks" in found.refused["line\nbreak"]
    assert "the same name" in found.refused["good"]


class MadeWhenAsked(Mapping[str, Any]):
    """A state dict that makes each array when it is asked for, and counts how often."""

    def __init__(self) -> None:
        self.asked = Counter[str]()

    def __iter__(self) -> Iterator[str]:
        return iter(("a", "b"))

    def __len__(self) -> int:
        return 2

    def __getitem__(self, name: str) -> Any:
        self.asked[name] += 1
        return np.ones(3)


def test_mappings_that_make_their_tensors() -> None:
    state = MadeWhenAsked()
    assert list(by_name(record(state))) == ["a", "b"]
    assert state.asked == {"a": 2, "b": 2}, "once for their shapes, once for their values"


def test_max_bytes_makes_sketches_smaller() -> None:
    state = {f"{n}.weight": np.random.default_rng(n).normal(size=(200, 100)) for n in range(20)}
    rich, poor = record(state), record(state, max_bytes=60_000)
    kept = [
        sum(len(t.sample) for t in each.tensors if t.sample is not None) for each in (rich, poor)
    ]
    assert kept[1] < kept[0]
    assert [t.totals for t in rich.tensors] == [t.totals for t in poor.tensors]


@pytest.mark.parametrize("max_bytes", [0, -1, 1.5, True, "1 MB"])
def test_max_bytes_that_are_none(max_bytes: Any) -> None:
    with pytest.raises(ArgumentError, match="whole number of bytes"):
        record({"x": np.ones(1)}, max_bytes=max_bytes)


def test_models_without_a_tensor_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"No tensor of the dict can be logged"):
        record({})
    with torch.device("meta"):
        meta = nn.Linear(2, 2)
    with pytest.raises(ArgumentError, match=r"for example 'weight': it is on the meta device"):
        record(meta)
    with pytest.raises(ArgumentError, match="some of its values are masked"):
        record({"x": np.ma.array([1.0, 2.0], mask=[False, True])})
    with pytest.raises(ArgumentError, match=r"for example 'x+\.\.\.x+': The tensor name") as caught:
        record({"x" * 5000: np.ones(1)})
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("reference", [3, [nn.Linear(1, 1)], "dense"])
def test_references_that_are_none(reference: Any) -> None:
    with pytest.raises(ArgumentError, match=r'Write reference=\{"dense": dense_net\}'):
        record({"x": np.ones(1)}, reference=reference)


def test_each_tensor_is_announced_before_it_is_read(net: nn.Module) -> None:
    announced: list[str] = []
    found = record(net, watch=announced.append)
    assert announced == [each.name for each in found.tensors]
