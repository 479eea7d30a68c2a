"""MLflow's stores, written by MLflow itself."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

import tensorboard_cnc
from tensorboard_cnc.cli import main
from tensorboard_cnc.records.models import Operation
from tests.imports.published.logged import logged_models


def contents(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else [*place.rglob("*")]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


@pytest.mark.writers
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("store", ["mlruns", "mlflow.db"])
def test_runs_of_a_store(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow = pytest.importorskip("mlflow")
    place = tmp_path / store
    mlflow.set_tracking_uri(place.as_uri() if store == "mlruns" else f"sqlite:///{place}")
    mlflow.set_experiment("digits")
    with mlflow.start_run(run_name="dense", description="as trained"):
        mlflow.log_param("lr", 0.1)
        mlflow.log_metric("accuracy", 0.5, step=1)
        mlflow.log_metric("accuracy", 0.9, step=2)
        with mlflow.start_run(run_name="prune", nested=True):
            mlflow.log_params({"operation": "magnitude prune", "amount": 0.5})
            mlflow.log_metric("accuracy", 0.8)
        with (
            pytest.raises(ZeroDivisionError),
            mlflow.start_run(run_name="prune", nested=True),
        ):
            raise ZeroDivisionError
    running = mlflow.MlflowClient().create_run(
        mlflow.get_experiment_by_name("digits").experiment_id
    )
    # Not everybody sets it.
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE")
    before = contents(place)
    assert main(["import", str(place), "--logdir", str(tmp_path / "logs")]) == 0
    assert contents(place) == before
    read = tensorboard_cnc.read(tmp_path / "logs").models
    assert read[running.info.run_name].status == "running"
    models = {model.card.id: model for model in logged_models(tmp_path / "logs").values()}
    del models[running.info.run_name]
    dense = models.pop("dense")
    assert dense.card.operation == Operation("run", {"lr": 0.1})
    assert dense.card.description == "as trained"
    assert dense.metrics == {"accuracy": (0.9,)}
    assert {name.partition(" ")[0] for name in models} == {"prune"}
    assert {model.card.status for model in models.values()} == {"finished", "failed"}
    (done,) = (model for model in models.values() if model.card.status == "finished")
    assert done.card.parents == ("dense",)
    assert done.card.operation == Operation("magnitude prune", {"amount": 0.5})


def test_a_store_needs_mlflow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("create table runs (id text)")
    source = tmp_path / "mlflow.db"
    assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 2
    assert 'pip install "tensorboard-cnc[mlflow]"' in capsys.readouterr().err


@pytest.mark.writers
@pytest.mark.filterwarnings("default")
def test_a_database_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mlflow")
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("create table runs (id text)")
    source = tmp_path / "other.db"
    assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 2
    assert "The database holds no runs of MLflow" in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()


@pytest.mark.writers
@pytest.mark.filterwarnings("default")
def test_a_store_of_an_older_version_is_migrated_in_a_copy(tmp_path: Path) -> None:
    """As MLflow 1.0 left it: opened by a newer one, it would be rewritten in its place."""
    utils = pytest.importorskip("mlflow.store.db.utils")
    command, alchemy = pytest.importorskip("alembic.command"), pytest.importorskip("sqlalchemy")
    place = tmp_path / "mlflow.db"
    engine = alchemy.create_engine(f"sqlite:///{place}")
    utils.InitialBase.metadata.create_all(engine)
    config = utils._get_alembic_config(str(engine.url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "181f10493468")
    engine.dispose()
    with sqlite3.connect(place) as database:
        database.executescript("""
            insert into experiments (experiment_id, name, artifact_location, lifecycle_stage)
                values (0, 'Default', '', 'active');
            insert into runs (run_uuid, name, source_type, status, start_time, lifecycle_stage,
                experiment_id, user_id)
                values ('0a1b', 'dense', 'LOCAL', 'FINISHED', 1, 'active', 0, '');
            insert into metrics (key, value, timestamp, run_uuid) values ('acc', 0.9, 1, '0a1b');
        """)
    before = contents(place)
    assert main(["import", str(place), "--logdir", str(tmp_path / "logs")]) == 0
    assert contents(place) == before
    (model,) = tensorboard_cnc.read(tmp_path / "logs").models
    assert (model.id, model.metrics) == ("dense", {"acc": 0.9})


@pytest.mark.writers
@pytest.mark.filterwarnings("default")
def test_a_store_of_a_newer_version_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mlflow")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        for name in ("runs", "experiments", "metrics"):
            database.execute(f"create table {name} (id text)")
        database.execute("create table alembic_version (version_num text)")
        database.execute("insert into alembic_version values ('ffffffffffff')")
    command = ["import", str(tmp_path / "mlflow.db"), "--logdir", str(tmp_path / "logs")]
    assert main(command) == 2
    said = capsys.readouterr().err
    assert "MLflow cannot read the store" in said
    assert "or a newer one" in said
