"""Runs of an MLflow store, read with its own client: files, SQLite, or a server's address."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.imported import Imported, ImportedModel, parents_first
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.typed_values import typed
from tensorboard_cnc.records.models import Measurement, ModelCard, Operation
from tensorboard_cnc.wording import text_of

_PARENT, _NAME, _NOTE = "mlflow.parentRunId", "mlflow.runName", "mlflow.note.content"
# The parameter or tag that may say what was done; else a run is a run.
_OPERATIONS = ("operation", "method", "technique")
_RUN = "run"
_SQLITE = b"SQLite format 3\0"
_ROWS_AT_A_TIME = 1000


def is_store(path: Path) -> bool:
    """Whether it is a directory of MLflow's, or an SQLite file."""
    if path.is_dir():
        return any(path.glob("*/meta.yaml"))
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def tracked_models(store: Path) -> Imported:
    """The runs of a store that were not deleted, each with its parent, parameters and metrics.

    Raises:
      TableError: MLflow is not installed, or cannot read the store.
    """
    notes = ImportNotes()
    runs = _runs(store)
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


def _runs(store: Path) -> list[Any]:
    try:
        tracking = importlib.import_module("mlflow.tracking")
    except ImportError as error:
        raise TableError(
            "An MLflow store cannot be read here",
            "It is read with MLflow's own client, which is not installed",
            'Install it: pip install "tensorboard-cnc[mlflow]"',
        ) from error
    place = store.resolve()
    address = place.as_uri() if place.is_dir() else f"sqlite:///{place}"
    try:
        client = tracking.MlflowClient(tracking_uri=address)
        experiments = [experiment.experiment_id for experiment in _pages(client.search_experiments)]
        return list(_pages(client.search_runs, experiments)) if experiments else []
    except Exception as error:
        # Of its store, of a database, of YAML: MLflow passes on whatever happens.
        raise TableError(
            f"MLflow cannot read the store: {text_of(error)}",
            "It must be one that the installed MLflow can open",
            "Install the version that wrote it, or migrate it: mlflow db upgrade",
        ) from error


def _pages(search: Any, *given: Any) -> Iterable[Any]:
    token = None
    while True:
        page = search(*given, max_results=_ROWS_AT_A_TIME, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


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
