"""Runs of an MLflow store as models."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.imported import Imported, ImportedModel, parents_first
from tensorboard_cnc.imports.mlflow_store import stored_runs
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.typed_values import typed
from tensorboard_cnc.records.models import Measurement, ModelCard, Operation

_PARENT, _NAME, _NOTE = "mlflow.parentRunId", "mlflow.runName", "mlflow.note.content"
# The parameter or tag that may say what was done; else a run is a run.
_OPERATIONS = ("operation", "method", "technique")
_RUN = "run"


def tracked_models(store: Path) -> Imported:
    """The runs of a store that were not deleted, each with its parent, parameters and metrics.

    Raises:
      TableError: MLflow is not installed, or cannot read the store.
    """
    notes = ImportNotes()
    runs = stored_runs(store)
    if not runs:
        raise TableError("The store holds no run", "Each run becomes a model", "Name another store")
    names = Counter(_name(run) for run in runs)
    ids = {
        run.info.run_id: _name(run)
        if names[_name(run)] == 1
        else f"{_name(run)} {run.info.run_id[:8]}"
        for run in runs
    }
    for name, times in names.items():
        if times > 1:
            notes.note("Name of several runs, told apart by the run's id", name)
    models = {ids[run.info.run_id]: _model(run, ids) for run in runs}
    return Imported(parents_first(models, notes), (), notes.sentences())


def _name(run: Any) -> str:
    return str(run.info.run_name or run.data.tags.get(_NAME) or run.info.run_id)


def _model(run: Any, ids: dict[str, str]) -> ImportedModel:
    parent = run.data.tags.get(_PARENT)
    parameters = dict(run.data.params)
    done = next((parameters.pop(key) for key in _OPERATIONS if key in parameters), None)
    done = done or next((run.data.tags[key] for key in _OPERATIONS if key in run.data.tags), None)
    operation = None
    if done or parameters:
        operation = Operation(
            done or _RUN, {name: typed(value) for name, value in parameters.items()}
        )
    failed = run.info.status in ("FAILED", "KILLED")
    card = ModelCard(
        ids[run.info.run_id],
        parents=(ids.get(parent, parent),) if parent else (),
        operation=operation,
        status="failed" if failed else "finished",
        reason=run.info.status.lower() if failed else "",
        description=run.data.tags.get(_NOTE, ""),
        checkpoint=run.info.artifact_uri or "",
    )
    measured = (Measurement(name, (value,)) for name, value in run.data.metrics.items())
    runs = run.info.status in ("RUNNING", "SCHEDULED")
    return ImportedModel(card, tuple(measured), runs=runs)
