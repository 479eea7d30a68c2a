"""An experiment table into event files, one run per model, all or nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, TableError
from tensorboard_cnc.format.tags import SUBRUN
from tensorboard_cnc.imports.run_names import run_names
from tensorboard_cnc.imports.tables.experiment_table import ExperimentTable
from tensorboard_cnc.imports.tables.table_model import TableModel
from tensorboard_cnc.records.models import MetricSpec
from tensorboard_cnc.wording import quoted


@dataclass(frozen=True, slots=True)
class Written:
    """How many runs a table was written to, and how many of them held models before."""

    runs: int
    updated: int


def write_table(
    table: ExperimentTable,
    logdir: Path,
    progress: Callable[[Sequence[TableModel]], Iterable[TableModel]] = iter,
) -> Written:
    """Writes every model of `table` into ``<logdir>/<run>``, parents first.

    `progress` is given the models and yields them as they are asked for.

    What was begun is removed again before an error is raised.

    Raises:
      OSError, WriterError: the log directory cannot be written.
      TableError: a model is too large to be stored, say.
    """
    names = run_names(model.card.id for model in table.models)
    resolved = _resolved(logdir)
    runs = {model_id: resolved / name for model_id, name in names.items()}
    updated = sum(_is_there(run / SUBRUN) for run in runs.values())
    with _all_or_nothing(list(runs.values())):
        for model in progress(table.models):
            _write_model(runs[model.card.id], model, table.specs)
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


def _write_model(run: Path, model: TableModel, specs: Sequence[MetricSpec]) -> None:
    try:
        _log_model(run, model, specs)
    except ArgumentError as error:
        seen = f"The model {quoted(model.card.id)} cannot be stored"
        rule, remedy = error.message.removesuffix("."), error.remedy.removesuffix(".")
        raise TableError(seen, rule, remedy) from error


def _log_model(run: Path, model: TableModel, specs: Sequence[MetricSpec]) -> None:
    card = model.card
    with cnc_summary.model(
        run,
        card.id,
        parents=card.parents,
        operation=card.operation,
        description=card.description,
        metrics=specs,
    ) as handle:
        handle.metrics({m.name: list(m.repeats) for m in model.measurements})


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
