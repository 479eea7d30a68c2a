"""Metrics that are the best value of a scalar, or another than the last, with both loaders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from torch.utils.tensorboard import SummaryWriter

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main
from tests.conftest import Serve

SUMMARIES = {"last": "last", "top": "best", "low": "min", "at 2": "at:2"}
ACCURACY = (0.5, 0.875, 0.75, 0.25)


def specs() -> list[cnc_summary.MetricSpec]:
    return [
        cnc_summary.metric(name, goal="max", scalar="val/acc", summary=summary)
        for name, summary in SUMMARIES.items()
    ]


def log(folder: Path, values: Any = ACCURACY) -> None:
    with SummaryWriter(folder) as writer, cnc_summary.model(writer, "m", metrics=specs()):
        for step, value in enumerate(values):
            writer.add_scalar("val/acc", value, step)


def test_the_value_of_what_was_kept(tmp_path: Path, serve: Serve) -> None:
    log(tmp_path / "r")
    answer = serve(tmp_path).models_when(lambda a: a["models"] and a["models"][0]["metrics"])
    found = {name: (m["value"], m["step"]) for name, m in answer["models"][0]["metrics"].items()}
    assert found == {"last": (0.25, 3), "top": (0.875, 1), "low": (0.25, 3), "at 2": (0.75, 2)}
    told = {spec["name"]: spec.get("summary") for spec in answer["metrics"]}
    assert told == {**SUMMARIES, "last": None}
    assert all("bound" not in m for m in answer["models"][0]["metrics"].values())
    assert answer["problems"] == []


def test_read_back_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log(tmp_path / "r")
    model = tensorboard_cnc.read(tmp_path).models["m"]
    assert model.metrics == {"last": 0.25, "top": 0.875, "low": 0.25, "at 2": 0.75}
    assert model.measurements["top"]["step"] == 1
    assert main(["show", str(tmp_path), "m"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  top: 0.875 (best of val/acc, step 1)" in lines
    assert "  at 2: 0.75 (at of val/acc, step 2)" not in lines
    assert "  at 2: 0.75 (val/acc at step 2)" in lines


def test_each_model_of_a_run_has_its_own_best(tmp_path: Path, serve: Serve) -> None:
    with SummaryWriter(tmp_path / "r") as writer:
        for model_id, values in (("a", (0.5, 0.25)), ("b", (0.125, 0.375))):
            with cnc_summary.model(writer, model_id, metrics=specs()):
                for step, value in enumerate(values):
                    writer.add_scalar("val/acc", value, step + 10 * (model_id == "b"))
    answer = serve(tmp_path).models_when(
        lambda a: len(a["models"]) == 2 and all("top" in m["metrics"] for m in a["models"])
    )
    best = {
        m["id"]: (m["metrics"]["top"]["value"], m["metrics"]["top"]["step"])
        for m in answer["models"]
    }
    assert best == {"a": (0.5, 0), "b": (0.375, 11)}


def test_of_a_scalar_that_tensorboard_thins_it_is_a_bound(tmp_path: Path, serve: Serve) -> None:
    values = [step % 997 / 1000 for step in range(3000)]
    log(tmp_path / "r", values)
    answer = serve(tmp_path).models_when(lambda a: a["models"] and a["models"][0]["metrics"])
    metrics = answer["models"][0]["metrics"]
    assert metrics["top"]["bound"] == "≥"
    assert metrics["top"]["value"] <= max(values) + 1e-6
    assert "keeps 1,000 points" in metrics["top"]["note"]
    assert metrics["low"]["bound"] == "≤"
    assert "bound" not in metrics["last"]
    read = tensorboard_cnc.read(tmp_path).models["m"]
    assert read.metrics["top"] == pytest.approx(max(values))
    assert "bound" not in read.measurements["top"]
