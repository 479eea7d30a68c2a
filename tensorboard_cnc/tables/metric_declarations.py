"""The metrics that a table declares."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tensorboard_cnc.records import MetricSpec
from tensorboard_cnc.tables.number_format import meant_format
from tensorboard_cnc.tables.oddities import Oddities
from tensorboard_cnc.tables.table_field import TableField
from tensorboard_cnc.tables.wording import quoted

KEYS = ("name", "min", "max", "primary", "format", "unit")


def declared_metrics(field: TableField, oddities: Oddities) -> dict[str, MetricSpec]:
    """The spec of each metric by name. Tables say nothing about goals, so `goal` stays None."""
    specs: dict[str, MetricSpec] = {}
    for item in field.items():
        name = item.object()["name"]
        if name.name() in specs:
            raise name.refused("Another metric has this name", "Remove or rename one of them")
        oddities.note_unknown_keys(item, KEYS)
        specs[name.value] = _spec(item, oddities)
    _note_scales(specs.values(), oddities)
    return specs


def _spec(field: TableField, oddities: Oddities) -> MetricSpec:
    name = field["name"].name()
    low, high = _scale(field, name, oddities)
    return MetricSpec(
        name=name,
        unit=field["unit"].optional_text(),
        format=_format(field["format"].optional_text(), name, oddities),
        low=low,
        high=high,
        primary=field["primary"].optional_flag(default=True),
    )


def _scale(field: TableField, name: str, oddities: Oddities) -> tuple[float | None, float | None]:
    low, high = _finite(field["min"]), _finite(field["max"])
    if low is not None and high is not None and low >= high:
        scale = f"{name} from {low:g} to {high:g}"
        oddities.note("Scale of a metric that ends before it begins, left out", scale)
        return None, None
    if low is not None and high is None:
        oddities.note("Metric with a least but no greatest value, its scale left open", name)
    return low, high


def _finite(field: TableField) -> float | None:
    end = field.optional_number()
    return end if end is not None and math.isfinite(end) else None


def _format(specifier: str, name: str, oddities: Oddities) -> str:
    meant = meant_format(specifier)
    if meant != specifier:
        read_as = f"read as {quoted(meant)}" if meant else "left out"
        kind = f"Number format {quoted(specifier)} is not a complete d3-format, {read_as}"
        oddities.note(kind, name)
    return meant


def _note_scales(specs: Iterable[MetricSpec], oddities: Oddities) -> None:
    names: dict[str, list[str]] = {}
    for spec in specs:
        if spec.low is not None and spec.high is not None:
            names.setdefault(f"{spec.low:g} to {spec.high:g}", []).append(spec.name)
    if len(names) > 1:
        for scale, metrics in names.items():
            kind = "Metrics on different scales side by side, kept as they are"
            oddities.note(kind, f"{scale} for {' and '.join(metrics)}")
