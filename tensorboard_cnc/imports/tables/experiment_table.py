"""The published system's experiment tables, as JSON gives them, into records and import notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_cnc.imports.tables.declarations import declared_metrics, declared_operations
from tensorboard_cnc.imports.tables.import_notes import ImportNotes
from tensorboard_cnc.imports.tables.table_field import TableField
from tensorboard_cnc.imports.tables.table_model import TableModel, parse_model
from tensorboard_cnc.records.models import MetricSpec


@dataclass(frozen=True, slots=True)
class ExperimentTable:
    """What a table holds, parents before their children, and what was odd about it."""

    models: tuple[TableModel, ...]
    specs: tuple[MetricSpec, ...]
    notes: tuple[str, ...]


def parse_table(document: object) -> ExperimentTable:
    """The table in a parsed JSON document.

    Raises:
      TableError: something has the wrong type, or two models have one id; it names the key.
    """
    notes = ImportNotes()
    table = TableField(document).object()
    notes.note_unknown_keys(table, ("operations", "metrics", "models"))
    operations = declared_operations(table["operations"], notes)
    specs = declared_metrics(table["metrics"], notes)
    models: dict[str, TableModel] = {}
    for item in table["models"].items():
        model = parse_model(item, operations, specs, notes)
        if model.card.id in models:
            raise item["id"].refused(
                "Another model has this id", "Give each model an id of its own"
            )
        models[model.card.id] = model
    if not models:
        raise table["models"].refused(
            "It must list at least one model", "Add models; an empty table shows nothing"
        )
    ordered = _parents_first(models, notes)
    _note_unused(operations, specs, ordered, notes)
    return ExperimentTable(ordered, tuple(specs.values()), notes.sentences())


def _parents_first(models: Mapping[str, TableModel], notes: ImportNotes) -> tuple[TableModel, ...]:
    parent_of = {
        model_id: next(iter(model.card.parents), None) for model_id, model in models.items()
    }
    for model_id, parent in parent_of.items():
        made = models[model_id].card.operation is not None
        if parent is None and made:
            notes.note("Model with an operation but no base, kept", model_id)
        if parent is not None and not made:
            notes.note("Model with a base but no operation, kept", model_id)
        if parent is not None and parent not in models:
            notes.note("Base that is not in the table, shown as missing", parent)
    order, cycles = _lineage_order(parent_of)
    for cycle in cycles:
        route = " from ".join([*cycle, cycle[0]])
        notes.note("Models that descend from themselves; the page cuts the cycle", route)
    return tuple(models[model_id] for model_id in order)


def _lineage_order(parent_of: Mapping[str, str | None]) -> tuple[list[str], list[list[str]]]:
    """All ids, each after its parent, else in the order given; and the cycles, which are cut.

    A parent that is not among the ids is passed over. A cycle lists each model once, each
    followed by its parent.
    """
    ordered: dict[str, None] = {}
    cycles: list[list[str]] = []
    for model_id in parent_of:
        line: dict[str, None] = {}
        current: str | None = model_id
        while current is not None and current not in ordered and current not in line:
            line[current] = None
            current = parent_of.get(current)
        if current is not None and current in line:
            generations = list(line)
            cycles.append(generations[generations.index(current) :])
        ordered.update(dict.fromkeys(reversed(line)))
    return [model_id for model_id in ordered if model_id in parent_of], cycles


def _note_unused(
    operations: Mapping[str, object],
    specs: Mapping[str, MetricSpec],
    models: tuple[TableModel, ...],
    notes: ImportNotes,
) -> None:
    applied = {model.card.operation.name for model in models if model.card.operation}
    measured = {measurement.name for model in models for measurement in model.measurements}
    for name in operations:
        if name not in applied:
            notes.note("Operation declared but never applied", name)
    for name in specs:
        if name not in measured:
            notes.note("Metric declared but never measured", name)
