"""What is measured of every model. Nothing here is typed in or derived from a recipe."""

from __future__ import annotations

import io
import statistics
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.ao.nn import quantized
from torch.nn.functional import cross_entropy

from demo.digits import Split

LATENCY_BATCH = 256
REPEATS = 7
_PASSES_PER_REPEAT = 3


@dataclass(frozen=True)
class Quality:
    """Share of right answers, and mean cross-entropy in nats."""

    accuracy: float
    loss: float


@dataclass(frozen=True)
class Footprint:
    """Sparsity is the share of zeros among all parameters.

    `size_bytes` is the state as torch.save stores it. Zeros take as much room there as any
    number, so what pruning gains shows in `compressed_bytes`, the same after zlib.
    """

    parameters: int
    nonzero_parameters: int
    sparsity: float
    size_bytes: int
    compressed_bytes: int


@dataclass(frozen=True)
class Measured:
    """All that is measured of a finished network."""

    quality: Quality
    footprint: Footprint
    latency_ms: list[float]

    def metrics(self) -> dict[str, float | list[float]]:
        """Values by the metrics' names; latency with all its repeats."""
        return {
            **asdict(self.quality),
            **asdict(self.footprint),
            "latency_ms": self.latency_ms,
        }


def measure(net: nn.Module, data: Split) -> Measured:
    return Measured(
        quality(net, data), footprint(net), latency_ms(net, data.images[:LATENCY_BATCH])
    )


@torch.no_grad()
def quality(net: nn.Module, data: Split) -> Quality:
    logits = net(data.images)
    return Quality(
        accuracy=(logits.argmax(1) == data.labels).double().mean().item(),
        loss=cross_entropy(logits, data.labels).item(),
    )


def footprint(net: nn.Module) -> Footprint:
    parameters = sum(tensor.numel() for tensor in parameter_tensors(net))
    nonzero = sum(int(tensor.count_nonzero()) for tensor in parameter_tensors(net))
    stored = serialized_state(net)
    return Footprint(
        parameters=parameters,
        nonzero_parameters=nonzero,
        sparsity=1 - nonzero / parameters,
        size_bytes=len(stored),
        compressed_bytes=len(zlib.compress(stored, level=9)),
    )


@torch.no_grad()
def latency_ms(net: nn.Module, images: Tensor) -> list[float]:
    """Repeated measurements of one forward pass of `images`, each the median of a few passes."""
    for _ in range(_PASSES_PER_REPEAT):
        net(images)
    return [
        statistics.median(_pass_ms(net, images) for _ in range(_PASSES_PER_REPEAT))
        for _ in range(REPEATS)
    ]


def parameter_tensors(net: nn.Module) -> Iterator[Tensor]:
    """Weights and biases, those of quantized layers as the numbers they stand for."""
    yield from net.parameters()
    for module in net.modules():
        if isinstance(module, quantized.Conv2d | quantized.Linear):
            yield module.weight().dequantize()  # type: ignore[no-untyped-call]
            yield module.bias()  # type: ignore[no-untyped-call]


def serialized_state(net: nn.Module) -> bytes:
    buffer = io.BytesIO()
    torch.save(net.state_dict(), buffer)
    return buffer.getvalue()


def _pass_ms(net: nn.Module, images: Tensor) -> float:
    start = time.perf_counter()
    net(images)
    return (time.perf_counter() - start) * 1e3
