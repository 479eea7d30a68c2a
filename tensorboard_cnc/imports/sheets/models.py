"""The models of a table, one of each row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.imported import Imported, ImportedModel, parents_first
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.sheets.amounts import Amounts, amounts, are_amounts
from tensorboard_cnc.imports.sheets.meanings import Meaning, meanings, plain_name
from tensorboard_cnc.imports.sheets.sheet import Cell, Sheet
from tensorboard_cnc.imports.typed_values import typed
from tensorboard_cnc.records.models import (
    Goal,
    Measurement,
    MetricSpec,
    ModelCard,
    Operation,
    ParameterValue,
)
from tensorboard_cnc.wording import plain, quoted

_FAILED = frozenset(("failed", "crashed", "killed", "error", "diverged"))
_RUNNING = frozenset(("running", "pending", "queued"))
_GOALS: Mapping[str, Goal] = {"↑": "max", "↓": "min"}
_HEAD = re.compile(r"(?P<name>.*?)\s*(?:[(\[]\s*(?P<unit>%|[^\W\d_]\S{0,7})\s*[)\]])?\s*")
_CALL = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)\s*")
# Where a table has parameters, but says of no row what was done.
_RUN = "run"


def sheet_models(sheet: Sheet, said: Mapping[str, Meaning]) -> Imported:
    """The models of a table; `said` is what was said of columns.

    Raises:
      TableError: a row has no id or that of another, or a column cannot be what it is said to be.
    """
    notes = ImportNotes()
    kinds = meanings(sheet, said)
    for name, kind in kinds.items():
        notes.note(f"Column{'' if name in said else ', guessed'}: {kind}", name)
    specs, columns = _metrics(
        sheet, [name for name, kind in kinds.items() if kind == "metric"], notes
    )
    settings = {
        plain_name(name): sheet[name] for name, kind in kinds.items() if kind == "parameter"
    }
    single = {
        kind: sheet[name]
        for name, kind in kinds.items()
        if kind not in ("metric", "parameter", "ignored")
    }
    ids = _ids(single["id"])
    known = {model_id: model_id for model_id in ids}
    # Parents may be named as people call them.
    known = {_text(name): id for name, id in zip(single.get("name", ()), ids, strict=False)} | known
    models = {}
    for row, model_id in enumerate(ids):
        parameters = {
            name: typed(cells[row])
            for name, cells in settings.items()
            if cells[row] is not None and cells[row] != ""
        }
        card = _card(model_id, single, row, known, parameters, notes)
        measured = [
            Measurement(spec.name, (value,))
            for spec, column in zip(specs, columns, strict=True)
            if (value := column.values[row]) is not None
        ]
        runs = "status" in single and _text(single["status"][row]).lower() in _RUNNING
        models[model_id] = ImportedModel(card, tuple(measured), runs=runs)
    return Imported(parents_first(models, notes), tuple(specs), notes.sentences())


def _ids(cells: Sequence[Cell]) -> list[str]:
    rows: dict[str, int] = {}
    for row, cell in enumerate(cells, 1):
        model_id = _text(cell)
        if not model_id:
            raise TableError(
                f"Row {row:,} has no id",
                "Each model needs an id of its own",
                "Fill it in, or say which column it is: --map id=COLUMN",
            )
        if model_id in rows:
            raise TableError(
                f"Rows {rows[model_id]:,} and {row:,} have the id {quoted(model_id)}",
                "Each model needs an id of its own",
                "Rename one of them, or take another column: --map id=COLUMN",
            )
        rows[model_id] = row
    return list(rows)


def _card(
    model_id: str,
    single: Mapping[Meaning, Sequence[Cell]],
    row: int,
    known: Mapping[str, str],
    parameters: dict[str, ParameterValue],
    notes: ImportNotes,
) -> ModelCard:
    def cell(meaning: Meaning) -> str:
        return _text(single[meaning][row]) if meaning in single else ""

    state = cell("status")
    failed = state.lower() in _FAILED
    description, name = cell("description"), cell("name")
    return ModelCard(
        id=model_id,
        parents=_parents(cell("parent"), model_id, known, notes),
        operation=_operation(cell("operation"), parameters),
        status="failed" if failed else "finished",
        reason=state if failed else "",
        # W&B's word for none.
        description="" if description == "-" else description,
        checkpoint=cell("checkpoint"),
        renamed="" if known.get(name) != model_id or name == model_id else name,
    )


def _parents(
    text: str, model_id: str, known: Mapping[str, str], notes: ImportNotes
) -> tuple[str, ...]:
    """One id or name, or several between semicolons or commas."""
    if not text:
        return ()
    listed = [part.strip() for part in re.split(r"[;,]", text)]
    named = [text] if text in known or not set(listed) <= known.keys() else listed
    named = [known.get(name, name) for name in named]
    if model_id in named:
        notes.note("Model that is its own base, imported without a base", model_id)
    return tuple(dict.fromkeys(name for name in named if name and name != model_id))


def _operation(text: str, parameters: Mapping[str, ParameterValue]) -> Operation | None:
    """Of ``prune``, ``prune(amount=0.5)`` or ``prune amount=0.5``, with the row's parameters."""
    call = _CALL.fullmatch(text)
    if call:
        name, written = call["name"].strip(), call["parameters"].split(",")
    else:
        words = text.split()
        first = next((at for at, word in enumerate(words) if "=" in word), len(words))
        name, written = " ".join(words[:first]), words[first:]
    said = dict(_named_values(written))
    if not name and not said and not parameters:
        return None
    return Operation(name or _RUN, {**said, **parameters})


def _named_values(texts: Iterable[str]) -> Iterable[tuple[str, ParameterValue]]:
    for text in texts:
        name, _, value = text.partition("=")
        if name.strip() and value.strip():
            yield name.strip(), typed(value.strip())


def _metrics(
    sheet: Sheet, names: Sequence[str], notes: ImportNotes
) -> tuple[list[MetricSpec], list[Amounts]]:
    specs, columns = [], []
    for column in names:
        spec = _spec(column)
        found = amounts(column, sheet[column], spec.unit)
        if found is None:
            raise _no_metric(column, sheet[column])
        for change in found.changes:
            notes.note(change, column)
        specs.append(replace(spec, unit=found.unit))
        columns.append(found)
    return specs, columns


def _no_metric(column: str, cells: Sequence[Cell]) -> TableError:
    odd = next(
        (row for row, cell in enumerate(cells, 1) if _text(cell) and not are_amounts([cell])), None
    )
    where = f"Row {odd:,} of the column" if odd else "The column"
    holds = quoted(_text(cells[odd - 1])) if odd else "no number"
    return TableError(
        f"{where} {quoted(column)} holds {holds}",
        "A metric is a number, with or without a unit",
        f"Correct it, or read the column as something else: --map parameter={column}",
    )


def _spec(column: str) -> MetricSpec:
    """How to read a metric from its head, such as ``Latency (ms) ↓``."""
    name = plain_name(column)
    goal = next((goal for arrow, goal in _GOALS.items() if arrow in name), None)
    head = _HEAD.fullmatch(name.replace("↑", "").replace("↓", "").strip())
    if head is None or not head["name"]:
        return MetricSpec(plain(name), goal=goal)
    return MetricSpec(head["name"], unit=head["unit"] or "", goal=goal)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
