"""The operations that a table declares, and what their parameters may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tensorboard_cnc.imports.tables.oddities import Oddities
from tensorboard_cnc.imports.tables.table_field import TableField


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


def declared_operations(field: TableField, oddities: Oddities) -> DeclaredOperations:
    """Parameters by operation name. One that is declared twice has the parameters of both."""
    declared: DeclaredOperations = {}
    for item in field.items():
        name = item.object()["name"].name()
        if name in declared:
            oddities.note("Operation declared more than once, declarations joined", name)
        declared.setdefault(name, {}).update(_parameters(item["parameters"], name, oddities))
    return declared


def _parameters(field: TableField, name: str, oddities: Oddities) -> dict[str, ParameterRange]:
    if isinstance(field.value, list):
        kind = "Parameters declared by name only, so any value is taken"
        oddities.note(kind, name)
        return {item.name(): ParameterRange() for item in field.items()}
    return {parameter: _range(item.object()) for parameter, item in field.members()}


def _range(field: TableField) -> ParameterRange:
    options = field["options"]
    return ParameterRange(
        tuple(item.value for item in options.items()) if options.value is not None else None,
        field["min"].optional_number(),
        field["max"].optional_number(),
    )
