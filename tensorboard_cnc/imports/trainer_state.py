"""``trainer_state.json`` of Hugging Face's Trainer: the values of the checkpoint that was kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.imported import Imported, ImportedModel
from tensorboard_cnc.imports.json_document import read_json
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.table_field import TableField
from tensorboard_cnc.records.models import Measurement, ModelCard

NAME = "trainer_state.json"
# What it logs of the training itself beside the metrics.
_NO_METRICS = frozenset(("step", "epoch", "total_flos", "learning_rate", "grad_norm"))


def trained_model(path: Path, model_id: str | None) -> Imported:
    """The model of a Trainer's state, or of a directory that holds one.

    Its metrics are those of the best checkpoint where the Trainer kept that, else the last ones.

    Raises:
      TableError: it is no such state, or logs no metric.
    """
    file = path / NAME if path.is_dir() else path
    notes = ImportNotes()
    state = TableField(read_json(file)).object()
    entries = [entry.object() for entry in state["log_history"].items()]
    best = _best_step(state)
    if best not in {_step(entry) for entry in entries if _is_evaluation(entry)}:
        best = None
    measured: dict[str, Measurement] = {}
    for entry in entries:
        step = _step(entry)
        if best is not None and _is_evaluation(entry) and step != best:
            continue
        for name, value in entry.value.items():
            number = _number(value)
            if name in _NO_METRICS:
                continue
            if number is None:
                notes.note("Metric without a number, imported as not logged", name)
                continue
            measured[name] = Measurement(name, (number,), step)
    if not measured:
        raise TableError(
            f"{file} logs no metric", "Its log_history holds what was measured", "Name another file"
        )
    if best is not None:
        notes.note("Evaluation metrics of the best checkpoint", f"step {best:,}")
    name = model_id or file.resolve().parent.name or "model"
    checkpoint = state["best_model_checkpoint"].optional_text()
    card = ModelCard(name, status="finished", checkpoint=checkpoint)
    model = ImportedModel(card, tuple(measured.values()))
    return Imported((model,), (), notes.sentences())


def _best_step(state: TableField) -> int | None:
    """The step of the best checkpoint: said by newer versions, else in the checkpoint's name."""
    said = state["best_global_step"].optional_number()
    if said is not None:
        return int(said)
    digits = state["best_model_checkpoint"].optional_text().rpartition("-")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 16 else None


def _step(entry: TableField) -> int | None:
    step = entry["step"].optional_number()
    return int(step) if step is not None and 0 <= step < 2**53 else None


def _is_evaluation(entry: TableField) -> bool:
    return any(name.startswith("eval_") for name in entry.value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return TableField(value).optional_number()
