"""One model of an experiment table: who it is, what made it, what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tensorboard_cnc.imports.imported import ImportedModel
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.published.declarations import DeclaredOperations
from tensorboard_cnc.imports.table_field import TableField
from tensorboard_cnc.records.models import (
    Measurement,
    MetricSpec,
    ModelCard,
    Operation,
    ParameterValue,
)

KEYS = ("id", "tag", "base", "operation", "metrics")
_NOISELESS_DIGITS = 15
_MAX_INTENDED_DIGITS = 12


def parse_model(
    field: TableField,
    operations: DeclaredOperations,
    specs: Mapping[str, MetricSpec],
    notes: ImportNotes,
) -> ImportedModel:
    """The model that `field` describes.

    Raises:
      TableError: a value has the wrong type or a name cannot be one; it names the key.
    """
    notes.note_unknown_keys(field.object().value, KEYS)
    model_id = field["id"].name()
    if field["tag"].value == "":
        notes.note("Empty tag, imported without a description", model_id)
    card = ModelCard(
        id=model_id,
        parents=_parents(field["base"], model_id, notes),
        operation=_operation(field["operation"], operations, notes),
        description=field["tag"].optional_text(),
    )
    return ImportedModel(card, _measurements(field["metrics"], specs, notes))


def _parents(field: TableField, model_id: str, notes: ImportNotes) -> tuple[str, ...]:
    if field.value is None:
        return ()
    if field.name() == model_id:
        notes.note("Model that is its own base, imported without a base", model_id)
        return ()
    return (field.name(),)


def _operation(
    field: TableField, declared: DeclaredOperations, notes: ImportNotes
) -> Operation | None:
    if field.value is None:
        return None
    name = field.object()["name"].name()
    notes.note_unknown_keys(field.value, ("name", "parameters"))
    if name not in declared:
        notes.note("Undeclared operation, imported anyway", name)
    parameters = {
        parameter: _parameter(item, notes) for parameter, item in field["parameters"].members()
    }
    for parameter, value in parameters.items() if name in declared else ():
        ranges = declared[name]
        if parameter not in ranges:
            kind = "Undeclared parameter, imported anyway"
            notes.note(kind, f"{name}.{parameter}")
        elif not ranges[parameter].holds(value):
            kind = "Parameter value outside its declaration, imported anyway"
            notes.note(kind, f"{name}.{parameter} = {value}")
    return Operation(name, parameters)


def _parameter(field: TableField, notes: ImportNotes) -> ParameterValue:
    if isinstance(field.value, list):
        return tuple(_scalar(item, notes) for item in field.items())
    return _scalar(field, notes)


def _scalar(field: TableField, notes: ImportNotes) -> ParameterValue:
    match field.value:
        case str():
            return field.optional_text()
        case float() as number:
            intended = without_noise(number)
            if intended != number and not math.isnan(number):
                kind = "Parameter with floating-point noise, rounded"
                notes.note(kind, f"{number!r} to {intended!r}")
            return intended
        case bool() | None as value:
            return value
        case int() as number if -(2**63) <= number < 2**63:
            return number
        case _:
            rule = "A parameter is a text, a number of at most 64 bits, true, false, null or a list"
            raise field.refused(rule, "Write it as one of these, or as several parameters")


def without_noise(number: float) -> float:
    """`number`, or the decimal of at most 12 digits that equals it in its first 15 digits.

    Arithmetic leaves a trace: 0.6000000000000001 was meant as 0.6.
    """
    rounded = float(f"{number:.{_NOISELESS_DIGITS}g}")
    return rounded if rounded == float(f"{number:.{_MAX_INTENDED_DIGITS}g}") else number


def _measurements(
    field: TableField, specs: Mapping[str, MetricSpec], notes: ImportNotes
) -> tuple[Measurement, ...]:
    measurements = []
    for name, item in field.members():
        value = item.optional_number()
        if name not in specs:
            notes.note("Undeclared metric, imported anyway", name)
        if value is None:
            notes.note("Metric that is null, imported as not logged", name)
            continue
        if not math.isfinite(value):
            notes.note("Metric that is not a finite number, kept as it is", f"{name} = {value}")
        elif name in specs and _is_outside(specs[name], value):
            kind = "Metric outside its declared scale, kept as it is"
            notes.note(kind, f"{name} = {value:g}")
        measurements.append(Measurement(name, (value,)))
    return tuple(measurements)


def _is_outside(spec: MetricSpec, value: float) -> bool:
    too_low = spec.low is not None and value < spec.low
    return too_low or (spec.high is not None and value > spec.high)
