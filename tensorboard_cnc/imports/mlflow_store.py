"""An MLflow store as its own client reads it, of which nothing is changed."""

from __future__ import annotations

import importlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.wording import text_of

_SQLITE = b"SQLite format 3\0"
_TABLES = frozenset(("experiments", "runs"))
# Newer clients open no directory without this.
_FILES_ALLOWED = "MLFLOW_ALLOW_FILE_STORE"
_ROWS_AT_A_TIME = 1000


def is_store(path: Path) -> bool:
    """Whether it is a directory of MLflow's, or an SQLite file."""
    if path.is_dir():
        return any(path.glob("*/meta.yaml"))
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def stored_runs(store: Path) -> list[Any]:
    """The runs that were not deleted, as MLflow's entities.

    Raises:
      TableError: MLflow is not installed, or cannot read the store.
    """
    try:
        tracking = importlib.import_module("mlflow.tracking")
    except ImportError as error:
        raise TableError(
            "An MLflow store cannot be read here",
            "It is read with MLflow's own client, which is not installed",
            'Install it: pip install "tensorboard-cnc[mlflow]"',
        ) from error
    with _quietly(), _readable(store.resolve()) as address:
        try:
            client = tracking.MlflowClient(tracking_uri=address)
            found = [each.experiment_id for each in _pages(client.search_experiments)]
            return list(_pages(client.search_runs, found)) if found else []
        except Exception as error:
            # Of its store, of a database, of YAML: MLflow passes on whatever happens.
            raise TableError(
                f"MLflow cannot read the store: {text_of(error)}",
                "It must be one that the installed MLflow can open, or migrate in a copy",
                "Install the version that wrote it, or a newer one",
            ) from error


@contextmanager
def _readable(store: Path) -> Iterator[str]:
    """The address of the store, of a database that of a copy: opening an older one migrates it."""
    if store.is_dir():
        yield store.as_uri()
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "mlflow.db"
        _check_tables(_copied(store, copy))
        address = f"sqlite:///{copy}"
        _migrate(address)
        yield address


def _copied(store: Path, copy: Path) -> set[str]:
    """Copies a database as it is at this moment; returns the names of its tables."""
    try:
        with (
            closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            rows = target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {name for (name,) in rows}
    except sqlite3.Error as error:
        raise TableError(
            f"The database cannot be read: {error}",
            "It must be a whole SQLite file",
            "Export it again",
        ) from error


def _check_tables(names: set[str]) -> None:
    if not names >= _TABLES:
        raise TableError(
            "The database holds no runs of MLflow",
            f"A store has the tables {', '.join(sorted(_TABLES))}",
            "Name MLflow's own database, often mlflow.db",
        )


def _migrate(address: str) -> None:
    """To what the installed MLflow reads; where that fails, its client says why."""
    with suppress(Exception):
        utils = importlib.import_module("mlflow.store.db.utils")
        engine = importlib.import_module("sqlalchemy").create_engine(address)
        try:
            utils._upgrade_db(engine)
        finally:
            engine.dispose()


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what MLflow and its migrations tell of themselves, and with directories allowed."""
    before = logging.root.manager.disable
    allowed = os.environ.get(_FILES_ALLOWED)
    logging.disable(logging.INFO)
    os.environ[_FILES_ALLOWED] = "true"
    try:
        yield
    finally:
        logging.disable(before)
        if allowed is None:
            del os.environ[_FILES_ALLOWED]
        else:
            os.environ[_FILES_ALLOWED] = allowed


def _pages(search: Any, *given: Any) -> Iterable[Any]:
    token = None
    while True:
        page = search(*given, max_results=_ROWS_AT_A_TIME, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
