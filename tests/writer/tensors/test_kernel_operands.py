"""Weights as products get them, of networks that quantize by the mechanisms of the toolkits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused
from tests.efficiency.compressed import foreign_warnings
from tests.efficiency.test_logical_weights import SavedInParts

INPUTS = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))


def net() -> nn.Sequential:
    torch.manual_seed(0)
    # Two of them square: only what happened to its operand tells which way it lies.
    return nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6), nn.Linear(6, 3))


def rounded(weight: Tensor) -> Tensor:
    """Four bits by row."""
    scale = weight.abs().amax(1, keepdim=True) / 7
    return (weight / scale).round() * scale


def read(model: nn.Module, inputs: Any = None) -> dict[str, NDArray[Any] | str]:
    return {
        each.name: each.reason
        if isinstance(each, Refused)
        else each.open()(0, each.size).reshape(each.shape)
        for each in all_sources(model, inputs)
    }


class Rounding(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return rounded(weight)


class QuantLinear(nn.Linear):
    """As brevitas: a child makes the weight."""

    def __init__(self, like: nn.Linear) -> None:
        super().__init__(like.in_features, like.out_features)
        self.load_state_dict(like.state_dict())
        self.weight_quant = Rounding()

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight_quant(self.weight), self.bias)


def with_child(network: Any) -> None:
    for place in (0, 2, 3):
        network[place] = QuantLinear(network[place])


def with_own_forward(network: Any) -> None:
    """As compressed-tensors, which also says what it does."""

    def patched(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
        return lambda x: functional.linear(x, rounded(layer.weight), layer.bias)

    for place in (0, 2, 3):
        network[place].quantization_scheme = object()
        network[place].forward = patched(network[place])


def swapping_data(network: Any) -> None:
    """As llm-compressor: the parameter holds other values while the module runs."""
    for place in (0, 2, 3):
        layer = network[place]
        layer.weight_quantizer = nn.Identity()
        kept: list[Tensor] = []

        def begin(module: Any, _inputs: Any, kept: list[Tensor] = kept) -> None:
            kept.append(module.weight.data)
            module.weight.data = rounded(module.weight.data)

        def end(module: Any, _inputs: Any, _out: Any, kept: list[Tensor] = kept) -> None:
            module.weight.data = kept.pop()

        layer.register_forward_pre_hook(begin)
        layer.register_forward_hook(end)


def changing_in_place(network: Any) -> None:
    for place in (0, 2, 3):
        layer = network[place]
        layer.weight_quantizer = nn.Identity()
        kept = layer.weight.detach().clone()

        def begin(module: Any, _inputs: Any) -> None:
            module.weight.data.copy_(rounded(module.weight.data))

        def end(module: Any, _inputs: Any, _out: Any, kept: Tensor = kept) -> None:
            module.weight.data.copy_(kept)

        layer.register_forward_pre_hook(begin)
        layer.register_forward_hook(end)


MECHANISMS = (with_child, with_own_forward, swapping_data, changing_in_place)


@pytest.mark.parametrize("quantize", MECHANISMS)
def test_simulated_quantization_is_read_as_it_is_used(quantize: Callable[[Any], None]) -> None:
    network = net()
    expected = {
        name: rounded(value).numpy() if value.ndim == 2 else value.numpy()
        for name, value in network.state_dict().items()
    }
    quantize(network)
    refused = {name: why for name, why in read(network).items() if isinstance(why, str)}
    assert refused.keys() == {"0.weight", "2.weight", "3.weight"}
    assert all("pass inputs=" in why for why in refused.values())
    found = read(network, INPUTS)
    assert {name for name in found if "quant" not in name} == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


def test_parametrized_weights_need_no_inputs_and_are_the_same_with_them() -> None:
    network = net()
    parametrize.register_parametrization(network[0], "weight", Rounding())
    without, seen = read(network), read(network, (INPUTS,))
    assert without.keys() == seen.keys()
    for name, values in without.items():
        np.testing.assert_array_equal(seen[name], values)


def test_a_product_outside_of_the_layer_tells_nothing() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 3)
            self.layer.weight_quantizer = nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            return functional.linear(x, self.layer.weight / 2)

    found = read(Net(), {"x": torch.ones(2, 4)})
    assert "was in no product on these inputs" in str(found["layer.weight"])


class Halved(nn.Module):
    """Runs a layer's operation on half of its weight."""

    def __init__(self, layer: Any, run: Callable[..., Tensor]) -> None:
        super().__init__()
        self.weight, self.run = layer.weight, run
        self.weight_quantizer = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.run(x, self.weight / 2)


@pytest.mark.parametrize(
    ("layer", "run", "x"),
    [
        (nn.Conv2d(3, 4, 2), functional.conv2d, torch.ones(1, 3, 5, 5)),
        (nn.Conv1d(4, 3, 3), functional.conv1d, torch.ones(2, 4, 5)),
        (nn.ConvTranspose1d(3, 2, 2), functional.conv_transpose1d, torch.ones(2, 3, 4)),
        (nn.Embedding(9, 4), functional.embedding, torch.tensor([1, 2])),
        (nn.Linear(4, 3), functional.linear, torch.ones(4)),
        (nn.Linear(4, 3), functional.linear, torch.ones(2, 5, 4)),
        (nn.Linear(4, 4), lambda x, weight: x @ weight, torch.ones(2, 4)),
        (nn.Linear(4, 4), lambda x, weight: weight @ x, torch.ones(4, 4)),
    ],
)
def test_each_product(layer: Any, run: Callable[..., Tensor], x: Tensor) -> None:
    with torch.no_grad():
        found = read(nn.Sequential(Halved(layer, run)), x)
    np.testing.assert_array_equal(found["0.weight"], layer.weight.detach().numpy() / 2)


def quantized_in_place(weight: Tensor, x: Tensor) -> Tensor:
    """Codes as floats, whose scale comes after the product: as torchao's Int8Tensor."""
    scale = weight.abs().max() / 127
    return functional.linear(x, (weight / scale).round()) * scale


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (lambda x, weight: quantized_in_place(weight, x), "the kernel gets its codes"),
        (
            lambda x, weight: functional.linear(x, weight / 2) + functional.linear(x, weight / 4),
            "used with several values",
        ),
        (lambda x, weight: torch.einsum("bi,oi->bo", x, weight / 2), "in no product"),
        (lambda x, weight: (x[:, None] * weight).sum(-1), "in no product on these inputs"),
        (
            lambda x, weight: functional.linear(x, weight.half().float() * x.mean()),
            "in no product on these inputs",
        ),
    ],
    ids=["codes", "several", "einsum", "no product", "data"],
)
def test_what_no_product_tells_is_refused(run: Callable[..., Tensor], reason: str) -> None:
    found = read(nn.Sequential(Halved(nn.Linear(4, 3), run)), torch.rand(2, 4))
    assert reason in str(found["0.weight"])


def test_what_runs_several_times_with_one_value_is_read() -> None:
    layer = QuantLinear(nn.Linear(6, 6))
    found = read(nn.Sequential(layer, layer), INPUTS)
    np.testing.assert_array_equal(found["0.weight"], rounded(layer.weight).detach().numpy())


def test_plain_networks_are_read_as_ever() -> None:
    network = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    without, seen = read(network), read(network, torch.rand(2, 3, 8))
    assert without.keys() == seen.keys()
    for name, values in without.items():
        np.testing.assert_array_equal(seen[name], values)


def test_packed_weights_beside_simulated_ones_are_what_their_class_says() -> None:
    packed = SavedInParts()
    # As of quanto: the product takes the packed tensor itself.
    packed.forward = lambda x: functional.linear(x, packed.weight.dequantize())
    network = nn.Sequential(QuantLinear(nn.Linear(6, 4)), packed)
    found = read(network, INPUTS)
    expected = packed.weight.dequantize()
    np.testing.assert_array_equal(found["1.weight"], expected.numpy())
    assert isinstance(found["0.weight"], np.ndarray)


def test_tied_weights_stay_tied() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.head = nn.Embedding(9, 4), nn.Linear(4, 9, bias=False)
            self.head.weight = self.words.weight

        def forward(self, ids: Tensor) -> Tensor:
            scores: Tensor = self.head(self.words(ids))
            return scores

    (_, tied) = all_sources(Tied(), torch.tensor([[1, 2]]))
    assert not isinstance(tied, Refused)
    assert tied.tied == "words.weight"


def test_the_network_is_left_as_it_was() -> None:
    network = nn.Sequential(QuantLinear(nn.Linear(6, 6)), nn.BatchNorm1d(6), nn.Dropout())
    network.train()
    state = copy.deepcopy(network.state_dict())
    drawn = torch.get_rng_state()
    with torch.autocast("cpu", torch.bfloat16):
        found = read(network, INPUTS)
        assert torch.is_autocast_enabled("cpu")
    np.testing.assert_array_equal(found["0.weight"], rounded(state["0.weight"]).numpy())
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    assert network.training
    assert network[1].training
    assert torch.equal(drawn, torch.get_rng_state())
    assert not torch.nn.modules.module._global_forward_hooks
    assert not torch.nn.modules.module._global_forward_pre_hooks


def test_autocast_of_the_network_is_told_by_the_type() -> None:
    class Cast(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            with torch.autocast("cpu", torch.bfloat16):
                return functional.linear(x, rounded(self.weight), self.bias)

    source = all_sources(nn.Sequential(Cast(6, 3)), INPUTS)[0]
    assert not isinstance(source, Refused)
    assert source.dtype == "bfloat16"


def test_a_network_that_fails_says_where() -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied") as raised:
        read(net(), torch.ones(2, 5))
    assert 'in its module "0"' in raised.value.__notes__[0]
    assert not torch.nn.modules.module._global_forward_hooks


@pytest.mark.parametrize("given", [{"weight": torch.ones(2, 2)}, "net.safetensors"])
def test_only_modules_run(given: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Only a torch\.nn.Module can be run on inputs"):
        all_sources(given, INPUTS)


def test_the_handle_takes_inputs(tmp_path: Any) -> None:
    network = net()
    with_child(network)
    with cnc_summary.model(tmp_path, "m") as model:
        assert model.weights(network, inputs=INPUTS, reference={"d": net()}) == {}


def test_quantization_aware_training_of_torch() -> None:
    """With a norm that is folded in for the product, and out of its result."""
    with foreign_warnings():
        from torch.ao.quantization import get_default_qat_qconfig_mapping
        from torch.ao.quantization.quantize_fx import prepare_qat_fx

        dense = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        x = torch.randn(4, 3, 8, 8) * 2 + 1
        dense(x)
        prepared = prepare_qat_fx(dense, get_default_qat_qconfig_mapping("x86"), (x,)).eval()
        without, found = read(prepared), read(prepared, x)
        prepared(x)
        layer: Any = getattr(prepared, "0")
        scale = (layer.bn.weight / (layer.bn.running_var + layer.bn.eps).sqrt()).reshape(
            -1, 1, 1, 1
        )
        expected = layer.weight_fake_quant(layer.weight * scale) / scale
    np.testing.assert_array_equal(without["0.weight"], layer.weight.detach().numpy())
    seen: Any = found["0.weight"]
    np.testing.assert_allclose(seen, expected.detach().numpy(), rtol=1e-6)
    assert not np.array_equal(found["0.weight"], layer.weight.detach().numpy())


def test_observers_may_be_resized_after_they_were_read() -> None:
    buffer = torch.zeros(1)
    module = nn.Module()
    module.register_buffer("scale", buffer)
    assert isinstance(read(module)["scale"], np.ndarray)
    buffer.resize_(8)
