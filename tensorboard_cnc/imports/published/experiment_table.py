"""The published system's experiment tables, as JSON gives them, into records and import notes."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_cnc.imports.imported import Imported, ImportedModel, parents_first
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.published.declarations import declared_metrics, declared_operations
from tensorboard_cnc.imports.published.table_model import parse_model
from tensorboard_cnc.imports.table_field import TableField
from tensorboard_cnc.records.models import MetricSpec


def parse_table(document: object) -> Imported:
    """The table in a parsed JSON document.

    Raises:
      TableError: something has the wrong type, or two models have one id; it names the key.
    """
    notes = ImportNotes()
    table = TableField(document).object()
    notes.note_unknown_keys(table.value, ("operations", "metrics", "models"))
    operations = declared_operations(table["operations"], notes)
    specs = declared_metrics(table["metrics"], notes)
    models: dict[str, ImportedModel] = {}
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
    ordered = parents_first(models, notes)
    _note_unused(operations, specs, ordered, notes)
    return Imported(ordered, tuple(specs.values()), notes.sentences())


def _note_unused(
    operations: Mapping[str, object],
    specs: Mapping[str, MetricSpec],
    models: tuple[ImportedModel, ...],
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
