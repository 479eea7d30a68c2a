"""Small networks in every form in which torch keeps a compressed model."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
import torch.nn.utils.prune
from torch import Tensor, nn
from torch.nn.utils import parametrize


@contextmanager
def foreign_warnings() -> Iterator[None]:
    """Torch calls what it still ships deprecated, or a prototype."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# Without types in torch.
ao: Any = torch.ao.quantization
prune: Any = torch.nn.utils.prune
jit: Any = torch.jit

INPUTS = (5, 12)
PARAMETERS = 12 * 16 + 16 + 16 * 4 + 4
MACS = 5 * (12 * 16 + 16 * 4)


def dense() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4))


def inputs() -> Tensor:
    return torch.randn(INPUTS, generator=torch.Generator().manual_seed(1))


def dynamically_quantized() -> nn.Module:
    with foreign_warnings():
        quantized = ao.quantize_dynamic(dense(), {nn.Linear}, dtype=torch.qint8)
    return cast(nn.Module, quantized)


def statically_quantized() -> nn.Module:
    with foreign_warnings():
        net: Any = ao.QuantWrapper(dense())
        net.qconfig = ao.get_default_qconfig(torch.backends.quantized.engine)
        prepared = ao.prepare(net.eval())
        prepared(inputs())
        return cast(nn.Module, ao.convert(prepared))


def observed() -> nn.Module:
    """Prepared for static quantization: observers count what passes through them."""
    with foreign_warnings():
        net: Any = ao.QuantWrapper(dense())
        net.qconfig = ao.get_default_qconfig(torch.backends.quantized.engine)
        prepared = ao.prepare(net.eval())
        prepared(inputs())
        return cast(nn.Module, prepared)


def quantized(values: Tensor, scale: float, zero_point: int) -> Tensor:
    with foreign_warnings():
        return torch.quantize_per_tensor(values, scale, zero_point, torch.qint8)


def quantized_by_row(values: Tensor) -> Tensor:
    scales = torch.full((len(values),), 0.5, dtype=torch.float64)
    zero_points = torch.zeros(len(values)).long()
    with foreign_warnings():
        return torch.quantize_per_channel(values, scales, zero_points, 0, torch.qint8)


def masked() -> nn.Module:
    net = dense()
    for layer in (net[0], net[2]):
        prune.l1_unstructured(layer, "weight", 0.5)
    return net


def sparse() -> nn.Module:
    net: Any = dense()
    prune.l1_unstructured(net[0], "weight", 0.5)
    prune.remove(net[0], "weight")
    with foreign_warnings():
        net[0].weight = nn.Parameter(net[0].weight.detach().to_sparse_csr())
    return cast(nn.Module, net)


class Positive(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return weight.relu()


def parametrized() -> nn.Module:
    net = dense()
    parametrize.register_parametrization(net[0], "weight", Positive())
    return net


def scripted() -> nn.Module:
    with foreign_warnings():
        return cast(nn.Module, jit.script(dense().eval()))


def scripted_quantized() -> nn.Module:
    quantized = dynamically_quantized()
    with foreign_warnings():
        return cast(nn.Module, jit.script(quantized))


def traced() -> nn.Module:
    with foreign_warnings():
        return cast(nn.Module, jit.trace(dense().eval(), inputs()))


def compiled() -> nn.Module:
    # This backend needs no C++ compiler.
    return cast(nn.Module, torch.compile(dense(), backend="eager"))


def compiled_in_place() -> nn.Module:
    net = dense()
    net.compile(backend="eager")
    return net


def half() -> nn.Module:
    return dense().bfloat16()


KINDS: dict[str, Callable[[], nn.Module]] = {
    "dense": dense,
    "dynamically quantized": dynamically_quantized,
    "statically quantized": statically_quantized,
    "observed": observed,
    "masked": masked,
    "sparse": sparse,
    "parametrized": parametrized,
    "scripted": scripted,
    "scripted quantized": scripted_quantized,
    "traced": traced,
    "compiled": compiled,
    "compiled in place": compiled_in_place,
}
