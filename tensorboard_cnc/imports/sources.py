"""Which importer reads a source: told by what it is called and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports import mlflow_runs, trainer_state
from tensorboard_cnc.imports.evaluations.results import are_results, evaluated_models
from tensorboard_cnc.imports.imported import Imported
from tensorboard_cnc.imports.json_document import read_json
from tensorboard_cnc.imports.mlflow_store import is_store
from tensorboard_cnc.imports.published.experiment_table import parse_table
from tensorboard_cnc.imports.sheets.meanings import parse_mapping
from tensorboard_cnc.imports.sheets.models import sheet_models
from tensorboard_cnc.imports.sheets.nested import opened
from tensorboard_cnc.imports.sheets.sheet import ENDINGS, read_sheet

KINDS = (
    "a table of one row a model (.csv, .tsv, .parquet), results of lm-evaluation-harness "
    "(results_….json or their directory), an MLflow store (a directory or .db), a Trainer's "
    "trainer_state.json, or an experiment table of Compress and Compare (.json)"
)


def read_source(path: Path, mapping: Sequence[str] = (), model_id: str | None = None) -> Imported:
    """All models of a source.

    `mapping` says what columns of a table are; `model_id` names the only model of a source.

    Raises:
      TableError: it is none of `KINDS`, or cannot be read as what it is.
    """
    if path.suffix.lower() in ENDINGS and not path.is_dir():
        _refuse("--id", model_id, "a table has a column for that: --map id=COLUMN")
        return sheet_models(opened(read_sheet(path)), parse_mapping(mapping))
    _refuse("--map", mapping, "it is about the columns of .csv, .tsv and .parquet")
    if are_results(path):
        return evaluated_models(path, model_id)
    if path.name == trainer_state.NAME or (path / trainer_state.NAME).is_file():
        return trainer_state.trained_model(path, model_id)
    _refuse("--id", model_id, "the models of this source have names of their own")
    if is_store(path):
        return mlflow_runs.tracked_models(path)
    if path.is_dir():
        raise TableError(
            "The directory holds nothing to import", f"A source is {KINDS}", "Name one of these"
        )
    return parse_table(read_json(path))


def _refuse(option: str, given: object, why: str) -> None:
    if given:
        raise TableError(f"{option} was given", f"Here it has no use: {why}", "Leave it out")
