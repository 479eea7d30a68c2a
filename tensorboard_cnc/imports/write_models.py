"""What was imported into event files, one run per model, all or nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, TableError
from tensorboard_cnc.format.tags import SUBRUN
from tensorboard_cnc.imports.imported import (
    Imported,
    ImportedDataset,
    ImportedModel,
    ImportedPredictions,
)
from tensorboard_cnc.imports.run_names import run_names
from tensorboard_cnc.records.models import Measurement, MetricSpec
from tensorboard_cnc.wording import quoted


@dataclass(frozen=True, slots=True)
class Written:
    """How many runs were written, and how many of them held models before."""

    runs: int
    updated: int


def write_models(
    imported: Imported,
    logdir: Path,
    progress: Callable[[Sequence[ImportedModel]], Iterable[ImportedModel]] = iter,
) -> Written:
    """Writes every model of `imported` into ``<logdir>/<run>``, parents first.

    `progress` is given the models and yields them as they are asked for.

    What was begun is removed again before an error is raised.

    Raises:
      OSError, WriterError: the log directory cannot be written.
      TableError: a model is too large to be stored, say.
    """
    names = run_names(model.card.id for model in imported.models)
    resolved = _resolved(logdir)
    runs = {model_id: resolved / name for model_id, name in names.items()}
    updated = sum(_is_there(run / SUBRUN) for run in runs.values())
    datasets = {dataset.name: dataset for dataset in imported.datasets}
    with _all_or_nothing(list(runs.values())):
        for model in progress(imported.models):
            run = runs[model.card.id]
            # Each once, in the run of the first model that was evaluated on it.
            for predictions in model.predictions:
                if dataset := datasets.pop(predictions.dataset, None):
                    _log_dataset(run, dataset)
            _write_model(run, model, imported.specs)
    return Written(len(runs), updated)


def _resolved(logdir: Path) -> Path:
    try:
        return logdir.resolve()
    except RuntimeError as error:
        # Until Python 3.12, of a symbolic link that leads to itself; later, using it fails.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(logdir)) from error


def _is_there(path: Path) -> bool:
    """Unlike ``exists``, raises an OSError where nothing can be written, as in a loop of links."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _write_model(run: Path, model: ImportedModel, specs: Sequence[MetricSpec]) -> None:
    try:
        _log_model(run, model, specs)
    except ArgumentError as error:
        seen = f"The model {quoted(model.card.id)} cannot be stored"
        rule, remedy = error.message.removesuffix("."), error.remedy.removesuffix(".")
        raise TableError(seen, rule, remedy) from error


def _log_model(run: Path, model: ImportedModel, specs: Sequence[MetricSpec]) -> None:
    card = model.card
    with cnc_summary.model(
        run,
        card.id,
        parents=card.parents,
        operation=card.operation,
        description=card.description,
        checkpoint=card.checkpoint,
        metrics=specs,
    ) as handle:
        for step, measured in groupby(
            sorted(model.measurements, key=_step), key=lambda measurement: measurement.step
        ):
            handle.metrics({m.name: _logged(m) for m in measured}, step=step)
        for predictions in model.predictions:
            _log_predictions(handle, predictions)
        if card.status == "failed":
            handle.failed(card.reason)
    # Only an edit says these.
    if card.renamed:
        cnc_summary.edit(run, card.id, renamed=card.renamed)
    if model.runs:
        cnc_summary.edit(run, card.id, status="running")


def _step(measurement: Measurement) -> int:
    return -1 if measurement.step is None else measurement.step


def _logged(measurement: Measurement) -> Any:
    """What the logging call takes for it."""
    if measurement.interval is None and measurement.bound is None:
        return list(measurement.repeats)
    interval = measurement.interval
    return cnc_summary.value(
        measurement.repeats[0],
        interval=interval and (interval.low, interval.high),
        level=interval.level if interval else 0.95,
        bound=measurement.bound,
    )


def _log_dataset(run: Path, dataset: ImportedDataset) -> None:
    cnc_summary.dataset(
        run,
        dataset.name,
        list(dataset.ids),
        texts=list(dataset.texts) if any(dataset.texts) else None,
        targets=list(dataset.targets) if any(dataset.targets) else None,
    )


def _log_predictions(handle: cnc_summary.Model, predictions: ImportedPredictions) -> None:
    handle.predictions(
        predictions.dataset,
        list(predictions.ids),
        outputs=list(predictions.outputs) if any(predictions.outputs) else None,
        scores={name: list(values) for name, values in predictions.scores.items()} or None,
    )


@contextmanager
def _all_or_nothing(directories: Sequence[Path]) -> Iterator[None]:
    before = _existing(directories)
    try:
        yield
    except BaseException:
        # Longest first: what is in a directory goes before the directory.
        for path in sorted(_existing(directories) - before, key=lambda p: -len(p.parts)):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _existing(directories: Sequence[Path]) -> set[Path]:
    above = {parent for directory in directories for parent in directory.parents}
    within = {path for directory in directories for path in directory.rglob("*")}
    return {path for path in above | within | set(directories) if path.exists()}
