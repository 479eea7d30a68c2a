"""Logs one network from the CPU and from a GPU, and compares what was found.

``PYTHONPATH=. .venv/bin/python scripts/cuda_check.py`` in an environment whose torch knows CUDA.
Ends with 1 where something differs, with 2 where there is no GPU.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from tensorboard_cnc.cnc_summary import measure
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch
from tensorboard_cnc.writer.activations import activations_record
from tensorboard_cnc.writer.instances.predictions import predictions_of
from tensorboard_cnc.writer.instances.task import GivenPredictions
from tensorboard_cnc.writer.weights import weights_record

T = TypeVar("T")
DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
# The kernels of a GPU add in another order, in float32.
_RELATIVE = 1e-3


@dataclass(slots=True)
class Checks:
    """What was compared so far."""

    failed: int = 0

    def check(self, what: str, right: bool, shown: Any = "") -> None:
        self.failed += not right
        print(f"{'ok  ' if right else 'FAIL'} {what} {shown}", flush=True)


def main() -> None:
    if not torch.cuda.is_available():
        print(f"torch {torch.__version__} sees no CUDA device: nothing was checked")
        sys.exit(2)
    print(torch.__version__, torch.cuda.get_device_name())
    checks = Checks()
    for dtype in DTYPES:
        check_weights(checks, dtype)
    check_reference(checks)
    net, inputs = network(), torch.randn(64, 3, 32, 32)
    check_activations(checks, net, inputs)
    check_efficiency(checks, net, inputs)
    check_predictions(checks)
    sys.exit(1 if checks.failed else 0)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(),
        nn.Linear(64 * 32 * 32, 128), nn.ReLU(), nn.Linear(128, 10),
    ).eval()  # fmt: skip


def check_weights(checks: Checks, dtype: torch.dtype) -> None:
    """Every bit is the same: the values are, and so is the code that sketches them."""
    state = {f"layers.{at}.weight": torch.randn(3000, 2000).to(dtype) * 0.02 for at in range(4)}
    state["layers.0.weight"][5, :3] = torch.tensor([float("nan"), float("inf"), -0.0])
    on_gpu = {name: tensor.cuda() for name, tensor in state.items()}
    torch.cuda.synchronize()
    weights_record("warm", {"x": on_gpu["layers.0.weight"][:300]})
    here, cpu_ms = timed(lambda: sketched(weights_record("m", state)))
    there, gpu_ms = timed(lambda: sketched(weights_record("m", on_gpu)))
    equal = here.keys() == there.keys() and all(same(here[n], there[n]) for n in here)
    checks.check(f"weights {dtype}", equal, f"CPU {cpu_ms:.0f} ms, CUDA {gpu_ms:.0f} ms")


def check_reference(checks: Checks) -> None:
    state = {"fc.weight": torch.randn(2000, 1500)}
    dense = {"fc.weight": state["fc.weight"] * 1.01}
    found = [
        sketched(weights_record("m", {n: t.to(own) for n, t in state.items()}, reference={
            "dense": {n: t.to(other) for n, t in dense.items()}
        }))["fc.weight"].reference["dense"].sum_squares
        for own in ("cpu", "cuda") for other in ("cpu", "cuda")
    ]  # fmt: skip
    checks.check("weights with a reference on either device", len(set(found)) == 1, found)


def check_activations(checks: Checks, net: nn.Module, inputs: Tensor) -> None:
    here = sketched(activations_record("m", net, inputs))
    there = sketched(activations_record("m", net.cuda(), inputs))
    net.cpu()
    checks.check("activations, layers", here.keys() == there.keys(), list(there))
    for name in here.keys() & there.keys():
        squares = [each[name].totals.sum_squares for each in (here, there)]
        checks.check(f"activations {name!r}", abs(squares[1] / squares[0] - 1) < _RELATIVE, squares)


def check_efficiency(checks: Checks, net: nn.Module, inputs: Tensor) -> None:
    here, there = measure(net.cpu(), inputs), measure(net.cuda(), inputs.cuda())
    net.cpu()
    for name in ("parameters", "nonzero_parameters", "size_bytes", "effective_bytes", "flops"):
        pair = getattr(here, name), getattr(there, name)
        checks.check(f"efficiency, {name}", pair[0] == pair[1] is not None, pair)
    checks.check("efficiency, latency", bool(there.latency_ms), there.median_latency_ms)
    least = (there.size_bytes or 0) + inputs.nbytes
    peak = there.peak_memory_bytes or 0
    checks.check("efficiency, peak memory", peak > least * 0.9, f"{peak / 1e6:.1f} MB")
    checks.check("efficiency, conditions", "cuda" in there.conditions, dict(there.conditions))


def check_predictions(checks: Checks) -> None:
    logits, labels = torch.randn(5000, 10), torch.randint(10, (5000,))
    records = [
        predictions_of(
            "m", "test", list(range(5000)),
            GivenPredictions(logits=logits.to(device), labels=labels.to(device)), None, 1 << 20,
        )
        for device in ("cpu", "cuda")
    ]  # fmt: skip
    for name in ("predicted", "correct", "confidence", "vectors"):
        checks.check(f"predictions, {name}", equal_arrays(*(getattr(r, name) for r in records)))


def same(one: TensorSketch, other: TensorSketch) -> bool:
    arrays = ("bins", "counts", "largest_at", "largest", "values", "sample", "buckets")
    facts = ("totals", "conforming", "distinct", "digest", "stored_bytes", "storage")
    return all(equal_arrays(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in facts
    )


def equal_arrays(one: Any, other: Any) -> bool:
    return one is other is None or np.asarray(one).tobytes() == np.asarray(other).tobytes()


def sketched(record: SketchRecord | None) -> dict[str, TensorSketch]:
    assert record is not None
    return {tensor.name: tensor for tensor in record.tensors}


def timed(call: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return call(), (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    main()
