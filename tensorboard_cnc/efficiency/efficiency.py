"""What is measured of a model, and how to read it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from tensorboard_cnc.records.models import Goal, MetricSpec


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Size and speed of one model; what could not be measured is None or an empty tuple.

    docs/measures.md defines each number.

    Attributes:
      parameters: learned numbers, each once where modules share them.
      nonzero_parameters: those that are not zero.
      size_bytes: the serialised state, in bytes like all sizes here.
      compressed_bytes: the same after zlib; beyond 64 MB estimated from a sample.
      compressed_interval: then, where it lies at 95 %.
      effective_bytes: what the state needs with each tensor in its shortest plain encoding.
      flops: floating-point or integer operations of one forward pass, in all products whose cost
        is known: a multiply-accumulate counts as two.
      uncounted: how often operations ran that may be products and were not counted, by name, the
        most frequent first.
      latency_ms: wall-clock time of each timed forward pass, in milliseconds.
      peak_memory_bytes: state and inputs, and the most that a forward pass allocated on top.
      batch: instances in the example inputs.
      conditions: what else a time or a memory figure depends on, such as threads and versions.
      unmeasured: for each field that is None, by name, why it could not be measured.
    """

    parameters: int
    nonzero_parameters: int | None = None
    size_bytes: int | None = None
    compressed_bytes: int | None = None
    compressed_interval: tuple[float, float] | None = None
    effective_bytes: int | None = None
    flops: int | None = None
    uncounted: Mapping[str, int] = field(default_factory=dict)
    latency_ms: tuple[float, ...] = ()
    peak_memory_bytes: int | None = None
    batch: int | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)
    unmeasured: Mapping[str, str] = field(default_factory=dict)

    @property
    def sparsity(self) -> float | None:
        """Share of zeros among the parameters."""
        if self.nonzero_parameters is None or not self.parameters:
            return None
        return 1 - self.nonzero_parameters / self.parameters

    @property
    def macs(self) -> int | None:
        """Multiply-accumulate operations of one forward pass."""
        return None if self.flops is None else self.flops // 2

    @property
    def median_latency_ms(self) -> float | None:
        """Half of the timed passes took no longer."""
        return statistics.median(self.latency_ms) if self.latency_ms else None

    @property
    def p95_latency_ms(self) -> float | None:
        """95 % of the passes took no longer; interpolated between the two nearest."""
        if not self.latency_ms:
            return None
        ordered = sorted(self.latency_ms)
        place = 0.95 * (len(ordered) - 1)
        low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
        return low + (high - low) * (place - math.floor(place))

    @property
    def throughput_per_s(self) -> float | None:
        """Instances per second: the median of the timed passes."""
        median = self.median_latency_ms
        return self.batch / median * 1e3 if self.batch and median else None

    @property
    def throughputs_per_s(self) -> tuple[float, ...]:
        """Instances per second of each timed pass; empty where a pass took no measurable time."""
        if not self.batch or not all(self.latency_ms):
            return ()
        return tuple(self.batch / ms * 1e3 for ms in self.latency_ms)

    def metrics(self) -> dict[str, float | tuple[float, ...]]:
        """What was measured, by the names under which `SPECS` defines it."""
        values = {
            "parameters": self.parameters,
            "nonzero_parameters": self.nonzero_parameters,
            "sparsity": self.sparsity,
            "size_bytes": self.size_bytes,
            "compressed_bytes": self.compressed_bytes,
            "effective_bytes": self.effective_bytes,
            "macs": self.macs,
            "flops": self.flops,
            "latency_ms": self.latency_ms or None,
            "latency_p95_ms": self.p95_latency_ms,
            "throughput_per_s": self.throughputs_per_s or None,
            "peak_memory_bytes": self.peak_memory_bytes,
        }
        return {name: value for name, value in values.items() if value is not None}


# The metrics whose values mean little without the conditions they were measured under.
CONDITIONAL = frozenset({"latency_ms", "latency_p95_ms", "throughput_per_s", "peak_memory_bytes"})

# Of sizes and times the default format writes what a person compares: 98.7 kB, 3.82 ms.
_FORMATS = {
    "macs": ".3s",
    "flops": ".3s",
    "sparsity": ".1%",
    "parameters": ",d",
    "nonzero_parameters": ",d",
    "throughput_per_s": ",.0f",
}
_PRIMARY = frozenset({"size_bytes", "latency_ms", "macs", "sparsity", "peak_memory_bytes"})


def _suggested(name: str, goal: Goal, unit: str, description: str) -> MetricSpec:
    return MetricSpec(
        name,
        goal,
        unit,
        _FORMATS.get(name, ""),
        primary=name in _PRIMARY,
        suggested=True,
        description=description,
    )


SPECS = (
    _suggested(
        "size_bytes",
        "min",
        "B",
        "The state as torch.save writes it; zeros take as much room as other numbers.",
    ),
    _suggested(
        "latency_ms",
        "min",
        "ms",
        "Time of one forward pass of the example inputs: the median of the timed passes.",
    ),
    _suggested(
        "macs",
        "min",
        "",
        "Multiply-accumulate operations of one forward pass; multiplications with zeros count.",
    ),
    _suggested("sparsity", "max", "", "Share of the parameters that are zero."),
    _suggested(
        "peak_memory_bytes",
        "min",
        "B",
        "State and inputs, and the most that one forward pass allocates on top of them.",
    ),
    _suggested("parameters", "min", "", "Learned numbers, zeros included; shared ones count once."),
    _suggested("nonzero_parameters", "min", "", "Parameters that are not zero."),
    _suggested(
        "compressed_bytes",
        "min",
        "B",
        "The same after zlib: what zeros and repeated values save in a download.",
    ),
    _suggested(
        "effective_bytes",
        "min",
        "B",
        "Bytes of the state with each tensor in its shortest plain encoding: sparse ones store "
        "their nonzero values and where they are.",
    ),
    _suggested(
        "flops",
        "min",
        "",
        "Floating-point or integer operations of one forward pass; a multiply-accumulate is two.",
    ),
    _suggested("latency_p95_ms", "min", "ms", "95 % of the timed forward passes took no longer."),
    _suggested("throughput_per_s", "max", "/s", "Instances per second at the median latency."),
)
