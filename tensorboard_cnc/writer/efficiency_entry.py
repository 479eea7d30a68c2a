"""What was measured of a model's efficiency, as measurements that can be logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tensorboard_cnc.efficiency.efficiency import CONDITIONAL, SPECS, Efficiency
from tensorboard_cnc.records.models import Interval, Measurement, MetricSpec
from tensorboard_cnc.writer.measurement import measurements
from tensorboard_cnc.writer.policy import Report

_NAMED_OPERATIONS = 6


def efficiency_measurements(
    measured: Efficiency, step: Any, report: Report
) -> dict[str, Measurement]:
    """`measured` by metric name, times and memory with their conditions.

    Raises:
      ArgumentError: `step` cannot be logged, and errors are not only reported.
    """
    found = measurements(measured.metrics(), step, report)
    for name in CONDITIONAL & found.keys():
        found[name] = replace(found[name], conditions=measured.conditions)
    if measured.compressed_interval and "compressed_bytes" in found:
        interval = Interval(*measured.compressed_interval, 0.95)
        found["compressed_bytes"] = replace(found["compressed_bytes"], interval=interval)
    if measured.uncounted:
        note = _uncounted_text(measured.uncounted)
        for name in {"macs", "flops"} & found.keys():
            found[name] = replace(found[name], note=note, bound="≥")
    return found


def suggested_specs(found: Mapping[str, Measurement]) -> tuple[MetricSpec, ...]:
    """How to read the metrics in `found`."""
    return tuple(spec for spec in SPECS if spec.name in found)


def _uncounted_text(uncounted: Mapping[str, int]) -> str:
    named = [f"{name} × {count}" for name, count in uncounted.items()]
    more = len(named) - _NAMED_OPERATIONS
    rest = [f"{more} more"] if more > 0 else []
    return "not counted: " + ", ".join([*named[:_NAMED_OPERATIONS], *rest])
