"""Latency by a clock under control, memory by hand."""

from __future__ import annotations

import itertools
import platform
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.autograd import profiler

from tensorboard_cnc.efficiency import speed
from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.efficiency.speed import latencies_ms
from tests.efficiency.compressed import dense, inputs


def test_each_timed_pass_counts_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass takes as many seconds as passes were before it; the clock is read twice for each."""
    runs = itertools.count()
    now = [0.0]

    def run() -> None:
        now[0] += next(runs)

    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    found = latencies_ms(run, torch.device("cpu"), repeats=4, warmup=2)
    assert found == (2000, 3000, 4000, 5000)


def test_cuda_is_timed_by_events_on_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []

    class Event:
        def __init__(self, *, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            log.append("record")

        def synchronize(self) -> None:
            log.append("synchronize")

        def elapsed_time(self, _end: Event) -> float:
            return 1.5

    class OnDevice:
        def __init__(self, device: torch.device) -> None:
            assert str(device) == "cuda:1"

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "device", OnDevice)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda *_: log.append("all"))
    device = torch.device("cuda", 1)
    found = latencies_ms(lambda: log.append("run"), device, repeats=2, warmup=1)
    assert found == (1.5, 1.5)
    assert log == ["run", "all", *["record", "run", "record", "synchronize"] * 2]


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60), st.integers(1, 512))
def test_summaries_are_those_of_numpy(times: list[float], batch: int) -> None:
    found = Efficiency(parameters=1, latency_ms=tuple(times), batch=batch)
    assert found.median_latency_ms == pytest.approx(np.median(times))
    assert found.p95_latency_ms == pytest.approx(np.percentile(times, 95))
    assert found.throughput_per_s == pytest.approx(batch * 1000 / np.median(times))


def test_all_that_a_time_depends_on() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = measure(dense().bfloat16(), inputs().bfloat16(), repeats=7)
    finally:
        torch.set_num_threads(threads)
    assert len(found.latency_ms) == 7
    assert min(found.latency_ms) > 0
    assert found.conditions == {
        "device": f"cpu, {platform.machine()}",
        "threads": "1",
        "dtype": "bfloat16",
        "batch": "5",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def test_without_inputs_only_sizes_are_measured() -> None:
    found = measure(dense())
    assert found.metrics().keys() == {
        "parameters",
        "nonzero_parameters",
        "sparsity",
        "size_bytes",
        "compressed_bytes",
        "effective_bytes",
    }
    assert not found.conditions


def test_all_metrics() -> None:
    metrics = measure(dense(), inputs(), repeats=3).metrics()
    assert len(metrics) == 12
    assert isinstance(metrics["latency_ms"], tuple)


def peak(net: nn.Module, given: Any) -> int:
    found = measure(net, given, repeats=1, warmup=0)
    assert found.peak_memory_bytes is not None, found.unmeasured
    return found.peak_memory_bytes


def test_peak_memory_by_hand() -> None:
    wide = nn.Linear(100, 2000, bias=False)
    net = nn.Sequential(wide, nn.ReLU(), nn.Linear(2000, 10, bias=False))
    # The outputs of the wide layer and of the ReLU are there at the same time.
    activations = 2 * 50 * 2000
    assert peak(net, torch.ones(50, 100)) == 4 * (210 * 1000 + 50 * 100 + 10 * 1000 + activations)


def test_what_is_freed_makes_room_again() -> None:
    class Chain(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            for _ in range(9):
                x = x.neg()
            return x

    # The input, and two of the results.
    assert peak(Chain(), torch.ones(1000)) == 3 * 4000


def test_sparse_indices_and_packed_weights_are_memory() -> None:
    class Kept(nn.Module):
        def __init__(self, tensor: Tensor) -> None:
            super().__init__()
            self.register_buffer("kept", tensor)

        def forward(self, x: Tensor) -> Tensor:
            return x

    dense_rows: Any = torch.eye(100)
    rows = dense_rows.to_sparse_coo()
    # Two indices of eight bytes for each of 100 values, and the input.
    assert peak(Kept(rows), torch.ones(1)) == 100 * (16 + 4) + 4


def test_beside_a_running_profiler_memory_is_not_measured() -> None:
    with profiler.profile() as profile:
        found = measure(dense(), inputs(), repeats=1)
    assert any(event.name == "aten::addmm" for event in profile.function_events or ())
    assert found.peak_memory_bytes is None
    assert "peak_memory_bytes" not in found.metrics()
    assert "a profiler is running" in found.unmeasured["peak_memory_bytes"]
    assert len(found.latency_ms) == 1
