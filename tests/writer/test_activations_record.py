"""Activations of real networks against direct computation."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from demo.digits.compression.quantization import quantize_int8
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch
from tensorboard_cnc.writer import activations
from tensorboard_cnc.writer.activations import activations_record


@pytest.fixture(autouse=True)
def _fixed_random_state() -> None:
    torch.manual_seed(0)


def record(net: Any, inputs: Any = None, **options: Any) -> SketchRecord:
    found = activations_record("m", net, inputs, **options)
    assert found is not None
    return found


def by_name(found: SketchRecord) -> dict[str, TensorSketch]:
    return {each.name: each for each in found.tensors}


@pytest.fixture
def net() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(216, 5)
    )


@pytest.fixture
def images() -> Tensor:
    return torch.randn(50, 1, 8, 8)


def outputs(net: nn.Sequential, inputs: Tensor) -> list[Tensor]:
    """What each layer gives, computed one after the other."""
    found = []
    for layer in net.eval():
        with torch.no_grad():
            inputs = layer(inputs)
        found.append(inputs)
    return found


def test_every_layer_that_computes_something(net: nn.Sequential, images: Tensor) -> None:
    found = record(net.train(), images)
    assert [each.name for each in found.tensors] == ["0", "1", "2", "4"], "Flatten adds nothing"
    assert [each.kind for each in found.tensors] == ["Conv2d", "BatchNorm2d", "ReLU", "Linear"]
    direct = outputs(net, images)
    for each in found.tensors:
        expected = direct[int(each.name)].double()
        assert each.shape == tuple(expected.shape)
        assert (each.role, each.module) == ("activation", each.name)
        assert each.totals.sum == pytest.approx(expected.sum().item(), rel=1e-6)
        assert each.totals.sum_squares == pytest.approx(expected.square().sum().item(), rel=1e-6)
        assert each.totals.zeros == int((expected == 0).sum())
    assert (found.subject, found.instances, found.refused) == ("activations", 50, {})


def test_features_are_the_units_of_outputs_with_two_dimensions() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4))
    channels = [each.channels for each in record(net, torch.randn(20, 3)).tensors]
    assert [each and (each.axis, each.channels) for each in channels] == [(1, 4)] * 3


def test_one_number_for_each_instance_has_no_units() -> None:
    class LinearScore(nn.Linear):
        def forward(self, input: Tensor) -> Tensor:
            return super().forward(input).squeeze(1)

    (scores,) = record(LinearScore(3, 1), torch.randn(20, 3)).tensors
    assert (scores.shape, scores.channels) == ((20,), None)


def test_units_that_are_dead_or_stuck(images: Tensor) -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Hardtanh(-1, 1))
    assert isinstance(net[0], nn.Conv2d)
    with torch.no_grad():
        net[0].bias.copy_(torch.tensor([-1e3, 1e3, 0, 0]))  # type: ignore[union-attr]
    clipped = by_name(record(net, images))["2"].channels
    assert clipped is not None
    assert (clipped.axis, clipped.channels, clipped.size) == (1, 4, 50 * 36)
    assert (clipped.dead, clipped.saturated) == (1, 1)
    direct = outputs(net, images)[2]
    np.testing.assert_array_equal(clipped.zeros, (direct == 0).sum(dim=(0, 2, 3)).numpy())
    expected = direct.double().square().sum(dim=(0, 2, 3)).numpy()
    np.testing.assert_allclose(clipped.squares, expected, rtol=1e-12)


def test_batches_do_not_matter(net: nn.Sequential, images: Tensor) -> None:
    labels = torch.zeros(50)
    whole = record(net, images)
    loader = DataLoader(TensorDataset(images, labels), batch_size=16)
    for inputs in (
        list(torch.split(images, 7)),
        loader,
        iter(torch.split(images, 20)),
        images.numpy(),
    ):
        found = record(net, inputs)
        assert found.fingerprint == whole.fingerprint
        for one, other in zip(found.tensors, whole.tensors, strict=True):
            assert one.shape == other.shape
            assert one.totals.sum == pytest.approx(other.totals.sum, rel=1e-4, abs=1e-3)
            first, second = (x.sample if x.sample is not None else x.values for x in (one, other))
            assert first is not None
            assert second is not None
            np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-5)


def test_other_inputs_have_another_fingerprint(net: nn.Sequential, images: Tensor) -> None:
    first = record(net, images).fingerprint
    assert len(first) == 16
    assert record(net, images.flip(0)).fingerprint != first
    assert record(net, images[:49]).fingerprint != first
    assert record(net.double(), images).fingerprint == first, "the probe is the same"


class Nested(nn.Module):
    """Outputs of all kinds, and one module that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(9, 4)
        self.lstm = nn.LSTM(4, 3, batch_first=True)
        self.relu = nn.ReLU()
        self.unused = nn.Linear(2, 2)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, ids: Tensor, _mask: Tensor | None = None) -> dict[str, Any]:
        x = self.embed(ids)
        x, weights = self.attention(x, x, x)
        h, state = self.lstm(x)
        return {"h": self.relu(self.relu(h) - 0.1), "more": (weights, state)}


def test_nested_outputs_and_repeated_calls() -> None:
    found = record(Nested(), {"ids": torch.randint(0, 9, (6, 5))})
    shapes = {each.name: each.shape for each in found.tensors}
    assert shapes == {
        "embed": (6, 5, 4),
        "lstm[0]": (6, 5, 3),
        "relu": (6, 5, 3),
        "relu#2": (6, 5, 3),
        "attention[0]": (6, 5, 4),
        "attention[1]": (6, 5, 5),
    }
    assert set(found.refused) == {"lstm[1][0]", "lstm[1][1]", "unused"}
    assert "does not begin with the 6 instances" in found.refused["lstm[1][0]"]
    assert "was not called" in found.refused["unused"]
    units = {each.name: each.channels.axis for each in found.tensors if each.channels}
    assert units["embed"] == units["lstm[0]"] == units["relu"] == 2
    whole = record(Nested(), {"ids": torch.randint(0, 9, (6, 5))}, layers=["", "lstm"])
    assert [each.name for each in whole.tensors][:2] == ["lstm[0]", "output[h]"]


def test_positional_arguments_and_what_forward_does_not_take() -> None:
    ids = torch.randint(0, 9, (6, 5))
    alone, both = record(Nested(), ids), record(Nested(), (ids, torch.ones(6, 5)))
    assert [each.name for each in alone.tensors] == [each.name for each in both.tensors]
    assert alone.fingerprint != both.fingerprint
    pair = record(nn.Linear(2, 2), (torch.ones(3, 2), torch.zeros(3)))
    assert pair.fingerprint == record(nn.Linear(2, 2), torch.ones(3, 2)).fingerprint


class Folding(nn.Module):
    """Folds tokens into rows, as mixtures of experts do."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.sum = Sum()

    def forward(self, x: Tensor) -> Tensor:
        return self.sum(self.linear(x.reshape(-1, 3)))  # type: ignore[no-any-return]


class Sum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.sum()


def test_rows_are_unfolded_and_what_has_no_instances_is_refused() -> None:
    found = record(Folding(), torch.randn(4, 5, 3))
    (linear,) = found.tensors
    assert linear.shape == (4, 5, 2)
    assert "does not begin with the 4 instances" in found.refused["sum"]


def test_lengths_that_differ_between_batches_are_refused() -> None:
    net = nn.Sequential(nn.Conv1d(1, 2, 3), nn.AdaptiveAvgPool1d(1))
    found = record(net, [torch.randn(4, 1, 9), torch.randn(4, 1, 10)])
    assert list(by_name(found)) == ["1"]
    assert "pad the probe inputs" in found.refused["0"]


class Sometimes(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.outer(self.inner(x) if len(x) > 2 else x)  # type: ignore[no-any-return]


def test_layers_that_ran_on_some_batches_only_are_refused() -> None:
    found = record(Sometimes(), [torch.randn(4, 2), torch.randn(2, 2)])
    assert list(by_name(found)) == ["outer"]
    assert found.refused["inner"] == "it was called for 4 of 6 instances only"


class Hostile:
    """An output that fails when it is looked at."""

    @property
    def __dataclass_fields__(self) -> Any:
        raise RuntimeError("do not look")


class Guarded(nn.Module):
    def forward(self, _x: Tensor) -> Any:
        return Hostile()


def test_a_hook_that_fails_leaves_the_others() -> None:
    net = nn.Sequential(nn.Linear(2, 2), Guarded())
    found = record(net, torch.randn(3, 2))
    assert list(by_name(found)) == ["0"]
    assert found.refused == {"1": "RuntimeError: do not look"}


def test_layers_by_name_and_pattern() -> None:
    net = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Linear(2, 2))
    inputs = torch.randn(3, 2)
    assert list(by_name(record(net, inputs, layers="0.*"))) == ["0.0", "0.1"]
    assert list(by_name(record(net, inputs, layers=["1", "0"]))) == ["0", "1"]
    with pytest.raises(
        ArgumentError, match=r"No module is called 'encoder\.0'.*Its modules include '0"
    ):
        record(net, inputs, layers=["encoder.0"])


def test_wrapped_networks() -> None:
    inner = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    inputs = torch.randn(3, 2)
    compiled: Any = torch.compile(inner, backend="eager")
    for wrapped in (compiled, nn.DataParallel(inner)):
        assert list(by_name(record(wrapped, inputs))) == ["0", "1"]


def test_quantized_networks_are_dequantized_and_their_clipping_counted() -> None:
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(1, 4, 3))
    net.add_module("relu", nn.ReLU())
    net.add_module("flat", nn.Flatten())
    net.add_module("fc", nn.Linear(144, 3))
    images = torch.rand(32, 1, 8, 8)
    quantized: Any = quantize_int8(net, images[:4])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = by_name(record(quantized, [4 * images[:16], 4 * images[16:]]))
    assert set(found) == {"conv", "fc"}
    scheme = found["conv"].scheme
    assert scheme is not None
    assert scheme.saturated is not None
    assert (found["conv"].storage, scheme.bits, scheme.low, scheme.high) == ("quint8", 8, 0, 255)
    assert 0 < scheme.saturated < found["conv"].totals.n
    assert found["conv"].totals.high == pytest.approx(quantized.conv.scale * 255)


def test_half_precision_networks_take_the_same_probe(net: nn.Sequential, images: Tensor) -> None:
    half = record(net.bfloat16(), images)
    assert half.tensors[0].dtype == "bfloat16"
    assert half.fingerprint == record(net.float(), images).fingerprint


def test_any_two_models_are_sampled_at_the_same_positions(images: Tensor) -> None:
    first, second = (nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU()) for _ in range(2))
    one, other = (by_name(record(net, images))["0"] for net in (first, second))
    assert one.sample is not None
    direct = outputs(first, images)[0].reshape(-1).numpy()
    difference = direct - outputs(second, images)[0].reshape(-1).numpy()
    assert one.buckets is not None
    assert other.sample is not None
    assert other.buckets is not None
    estimate = np.square(one.buckets - other.buckets).sum()
    assert estimate == pytest.approx(np.square(difference).sum(), rel=0.3)
    mean = np.square(one.sample - other.sample).mean()
    assert mean == pytest.approx(np.square(difference).mean(), rel=0.3)


def test_arrays_that_were_recorded_elsewhere(images: Tensor) -> None:
    layer = np.random.default_rng(0).normal(size=(50, 7)).astype(np.float32)
    found = record({"layer": layer, "tensor": torch.ones(50, 3), "text": "x"}, images)
    assert list(by_name(found)) == ["layer", "tensor"]
    assert by_name(found)["layer"].totals.sum == pytest.approx(layer.sum(dtype=float), rel=1e-12)
    assert found.instances == 50
    assert set(found.refused) == {"text"}
    assert found.fingerprint == record(nn.Flatten(), images, layers="").fingerprint
    assert record({"layer": layer}).fingerprint == ""
    short = record({"layer": layer, "short": layer[:3]}, images)
    assert "does not begin with the 50 instances" in short.refused["short"]
    with pytest.raises(ArgumentError, match='"a" has 50 instances, "b" 3'):
        record({"a": layer, "b": layer[:3]})


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_compiled_programs_cannot_be_watched() -> None:
    traced = torch.jit.trace(nn.ReLU(), torch.ones(1))  # type: ignore[no-untyped-call]
    for program in (torch.jit.script(nn.Linear(1, 1)), traced):
        with pytest.raises(ArgumentError, match="Pass the module that it was made from"):
            record(program, torch.ones(3, 1))


def test_other_ranks_run_only_what_is_sharded(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    net = nn.Linear(2, 2)
    net.register_forward_hook(lambda *_: ran.append(1))
    monkeypatch.setattr(activations, "rank_and_size", lambda: (1, 2))
    assert activations_record("m", net, torch.ones(3, 2)) is None
    assert activations_record("m", {"a": np.ones((3, 2))}, None) is None
    assert ran == []
    monkeypatch.setattr(activations, "has_shards", lambda _: True)
    assert activations_record("m", net, torch.ones(3, 2)) is None
    assert ran == [1]
