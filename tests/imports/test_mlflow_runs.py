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
    assert main(["import", str(place), "--logdir", str(tmp_path / "logs")]) == 0
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
    assert "MLflow cannot read the store" in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()
