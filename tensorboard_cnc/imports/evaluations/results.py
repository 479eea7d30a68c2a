"""Results of lm-evaluation-harness: each task's metrics with their standard errors.

Its files are ``results_<time>.json``; of one model the newest is read, with the
``samples_<task>_<time>.jsonl`` of the same time beside it, if they were logged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.evaluations.samples import Samples, read_samples
from tensorboard_cnc.imports.imported import (
    Imported,
    ImportedDataset,
    ImportedModel,
    ImportedPredictions,
)
from tensorboard_cnc.imports.json_document import read_json
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.table_field import TableField
from tensorboard_cnc.records.models import Interval, Measurement, MetricSpec, ModelCard
from tensorboard_cnc.wording import quoted

_NAME = re.compile(r"results_(?P<time>.+)\.json")
# Of a normal distribution, which its means of many samples follow.
_OF_95_PERCENT = 1.959964
_LEVEL = 0.95
_SPREAD = "_stderr"


def are_results(path: Path) -> bool:
    """Whether it is a file of results, or a directory that holds one at any depth."""
    if path.is_dir():
        return next(path.rglob("results_*.json"), None) is not None
    return _NAME.fullmatch(path.name) is not None


def evaluated_models(path: Path, model_id: str | None) -> Imported:
    """The models of a file of results, or of a directory of such; `model_id` names the only one.

    Raises:
      TableError: a file is no such result, or several models cannot have one id.
    """
    notes = ImportNotes()
    newest: dict[str, tuple[Path, TableField]] = {}
    files = sorted(path.rglob("results_*.json"), key=_time) if path.is_dir() else [path]
    for file in files:
        document = TableField(read_json(file)).object()
        document["results"].object()
        name = document["model_name"].optional_text() or _pretrained(document) or file.parent.name
        if name in newest:
            notes.note("Older results of a model, left out", newest[name][0].name)
        newest[name] = file, document
    if model_id is not None and len(newest) > 1:
        raise TableError(
            f"There are results of {len(newest):,} models, {', '.join(map(quoted, newest))}",
            "One id is that of one model",
            "Name the directory of one of them, or leave --id out",
        )
    models, specs, datasets = [], dict[str, MetricSpec](), dict[str, ImportedDataset]()
    for name, (file, document) in newest.items():
        measured, found = _measured(document, notes)
        specs |= found
        samples = read_samples(file, notes)
        for sample in samples:
            datasets.setdefault(sample.dataset.name, sample.dataset)
        card = ModelCard(model_id or name, status="finished", checkpoint=_pretrained(document))
        models.append(ImportedModel(card, measured, _predictions(samples)))
    return Imported(
        tuple(models), tuple(specs.values()), notes.sentences(), tuple(datasets.values())
    )


def _measured(
    document: TableField, notes: ImportNotes
) -> tuple[tuple[Measurement, ...], dict[str, MetricSpec]]:
    measurements, specs = [], {}
    better = document["higher_is_better"]
    for task, field in document["results"].members():
        directions = better[task] if better.value else TableField(None)
        for metric, which, value, spread in _metrics_of(field, task, notes):
            name = f"{task}/{metric}" if which == "none" else f"{task}/{metric},{which}"
            interval = _interval(value, spread)
            measurements.append(Measurement(name, (value,), interval=interval))
            higher = directions.value.get(metric) if isinstance(directions.value, dict) else None
            goal = {True: "max", False: "min"}.get(higher) if isinstance(higher, bool) else None
            specs[name] = MetricSpec(name, goal=goal)  # type: ignore[arg-type]
    return tuple(measurements), specs


def _metrics_of(
    field: TableField, task: str, notes: ImportNotes
) -> Iterator[tuple[str, str, float, float | None]]:
    """Name, filter, value and standard error of each metric of a task."""
    entries = field.object().value
    for key, value in entries.items():
        # Older versions wrote no filter; "alias" and the like are no metrics.
        metric, comma, which = key.partition(",")
        if metric.endswith(_SPREAD) or metric in ("alias", "sample_len", "samples", "name"):
            continue
        number = _number(value)
        if number is None:
            notes.note("Metric without a number, imported as not logged", f"{task}/{key}")
            continue
        yield (
            metric,
            which or "none",
            number,
            _number(entries.get(f"{metric}{_SPREAD}{comma}{which}")),
        )


def _number(value: object) -> float | None:
    """The number, None for "N/A", a truth value or anything else that is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return TableField(value).optional_number()


def _interval(value: float, spread: float | None) -> Interval | None:
    if spread is None or not math.isfinite(value) or not math.isfinite(spread) or spread <= 0:
        # All right or all wrong has an error of 0 by this formula, which says nothing.
        return None
    half = _OF_95_PERCENT * spread
    return Interval(value - half, value + half, _LEVEL)


def _predictions(samples: Sequence[Samples]) -> tuple[ImportedPredictions, ...]:
    return tuple(
        ImportedPredictions(s.dataset.name, s.dataset.ids, s.outputs, s.scores) for s in samples
    )


def _pretrained(document: TableField) -> str:
    """``pretrained=…`` of the arguments: all that versions before 0.4.3 say of the model."""
    return _argument(document["config"].value, "pretrained")


def _argument(config: object, name: str) -> str:
    given = config.get("model_args") if isinstance(config, dict) else None
    if isinstance(given, dict):
        return str(given.get(name) or "")
    parts = given.split(",") if isinstance(given, str) else ()
    return next((part.partition("=")[2] for part in parts if part.startswith(f"{name}=")), "")


def _time(path: Path) -> tuple[str, str]:
    match = _NAME.fullmatch(path.name)
    return (match["time"] if match else "", str(path))
