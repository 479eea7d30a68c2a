"""What a table declares before its models: operations with their parameters, and metrics."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tensorboard_cnc.format.bounds import NAME_CHARACTERS
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.table_field import TableField
from tensorboard_cnc.records.models import MetricSpec
from tensorboard_cnc.wording import printable, quoted

_METRIC_KEYS = ("name", "min", "max", "primary", "format", "unit")
_SPECIFIER = re.compile(
    r"(?:.?[<>=^])?[-+( ]?[$#]?0?\d*,?(?P<precision>\.\d+)?~?(?P<type>[a-z%])?",
    re.IGNORECASE | re.ASCII,
)
_TYPES = "%bcdefgnoprsXx"


@dataclass(frozen=True, slots=True)
class ParameterRange:
    """Which values a parameter was declared to have; None where nothing was said."""

    options: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None

    def holds(self, value: Any) -> bool:
        """Whether `value` is among the options and within the limits."""
        if self.options is not None:
            return value in self.options
        if self.low is None and self.high is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


DeclaredOperations: TypeAlias = dict[str, dict[str, ParameterRange]]


def declared_operations(field: TableField, notes: ImportNotes) -> DeclaredOperations:
    """Parameters by operation name. One that is declared twice has the parameters of both.

    Raises:
      TableError: a value has the wrong type; it names the key.
    """
    declared: DeclaredOperations = {}
    for item in field.items():
        name = item.object()["name"].name()
        if name in declared:
            notes.note("Operation declared more than once, declarations merged", name)
        declared.setdefault(name, {}).update(_parameters(item["parameters"], name, notes))
    return declared


def _parameters(field: TableField, name: str, notes: ImportNotes) -> dict[str, ParameterRange]:
    if isinstance(field.value, list):
        kind = "Parameters declared by name only, so any value is accepted"
        notes.note(kind, name)
        return {item.name(): ParameterRange() for item in field.items()}
    return {parameter: _range(item.object()) for parameter, item in field.members()}


def _range(field: TableField) -> ParameterRange:
    options = field["options"]
    return ParameterRange(
        tuple(item.value for item in options.items()) if options.value is not None else None,
        field["min"].optional_number(),
        field["max"].optional_number(),
    )


def declared_metrics(field: TableField, notes: ImportNotes) -> dict[str, MetricSpec]:
    """The spec of each metric by name. Tables say nothing about goals, so `goal` stays None.

    Raises:
      TableError: a value has the wrong type, or two metrics have one name; it names the key.
    """
    specs: dict[str, MetricSpec] = {}
    for item in field.items():
        name = item.object()["name"]
        if name.name() in specs:
            raise name.refused("Another metric has this name", "Remove or rename one of them")
        notes.note_unknown_keys(item.value, _METRIC_KEYS)
        specs[name.value] = _spec(item, notes)
    _note_scales(specs.values(), notes)
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


def _spec(field: TableField, notes: ImportNotes) -> MetricSpec:
    name = field["name"].name()
    low, high = _scale(field, name, notes)
    return MetricSpec(
        name=name,
        unit=_unit(field["unit"].optional_text(NAME_CHARACTERS), name, notes),
        format=_format(field["format"].optional_text(NAME_CHARACTERS), name, notes),
        low=low,
        high=high,
        primary=field["primary"].optional_flag(default=True),
    )


def _scale(field: TableField, name: str, notes: ImportNotes) -> tuple[float | None, float | None]:
    low, high = _finite(field["min"]), _finite(field["max"])
    if low is not None and high is not None and low >= high:
        scale = f"{name} from {low:g} to {high:g}"
        notes.note("Metric scale whose minimum is not below its maximum, ignored", scale)
        return None, None
    if low is not None and high is None:
        notes.note("Metric with a minimum but no maximum, its scale left open", name)
    return low, high


def _finite(field: TableField) -> float | None:
    end = field.optional_number()
    return end if end is not None and math.isfinite(end) else None


def _unit(unit: str, name: str, notes: ImportNotes) -> str:
    meant = printable(unit)
    if meant != unit:
        read_as = f"read as {quoted(meant)}" if meant else "ignored"
        kind = f"Unit {quoted(unit)} contains unprintable characters, {read_as}"
        notes.note(kind, name)
    return meant


def _format(specifier: str, name: str, notes: ImportNotes) -> str:
    meant = meant_format(specifier)
    if meant != specifier:
        read_as = f"read as {quoted(meant)}" if meant else "ignored"
        kind = f"Number format {quoted(specifier)} is not a complete d3-format, {read_as}"
        notes.note(kind, name)
    return meant


def _note_scales(specs: Iterable[MetricSpec], notes: ImportNotes) -> None:
    names: dict[str, list[str]] = {}
    for spec in specs:
        if spec.low is not None and spec.high is not None:
            names.setdefault(f"{spec.low:g} to {spec.high:g}", []).append(spec.name)
    if len(names) > 1:
        for scale, metrics in names.items():
            kind = "Metrics declared on different scales, kept as they are"
            notes.note(kind, f"{scale} for {' and '.join(metrics)}")
