"""The metrics that a table declares, and what was meant where that was done carelessly."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from tensorboard_cnc.imports.tables.oddities import Oddities
from tensorboard_cnc.imports.tables.table_field import TableField
from tensorboard_cnc.records.models import MetricSpec
from tensorboard_cnc.wording import printable, quoted
from tensorboard_cnc.writer.naming import MAX_LENGTH

KEYS = ("name", "min", "max", "primary", "format", "unit")
_SPECIFIER = re.compile(
    r"(?:.?[<>=^])?[-+( ]?[$#]?0?\d*,?(?P<precision>\.\d+)?~?(?P<type>[a-z%])?",
    re.IGNORECASE | re.ASCII,
)
_TYPES = "%bcdefgnoprsXx"


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


def meant_format(specifier: str) -> str:
    """`specifier` where it is complete, what it was meant as where it lacks a type, else "".

    Taken literally, ".2" would be two significant digits: 90.34 and 89.50 would look the same.
    """
    specifier = printable(specifier)
    found = _SPECIFIER.fullmatch(specifier)
    if found is None or not specifier:
        return ""
    if found["type"]:
        return specifier if found["type"] in _TYPES else ""
    if found["precision"]:
        return f"{specifier}f"
    return ",.12~g" if "," in specifier else ".12~g"


def _spec(field: TableField, oddities: Oddities) -> MetricSpec:
    name = field["name"].name()
    low, high = _scale(field, name, oddities)
    return MetricSpec(
        name=name,
        unit=_unit(field["unit"].optional_text(MAX_LENGTH), name, oddities),
        format=_format(field["format"].optional_text(MAX_LENGTH), name, oddities),
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


def _unit(unit: str, name: str, oddities: Oddities) -> str:
    meant = printable(unit)
    if meant != unit:
        read_as = f"read as {quoted(meant)}" if meant else "left out"
        kind = f"Unit {quoted(unit)} holds characters that do not print, {read_as}"
        oddities.note(kind, name)
    return meant


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
