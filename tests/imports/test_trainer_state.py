"""The state of Hugging Face's Trainer: the values of the checkpoint that was kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.cli import main
from tensorboard_cnc.imports.trainer_state import trained_model

HISTORY = [
    {"step": 10, "epoch": 1.0, "loss": 0.9, "learning_rate": 1e-4, "grad_norm": 2.0},
    {"step": 10, "epoch": 1.0, "eval_accuracy": 0.95, "eval_loss": 0.4},
    {"step": 20, "epoch": 2.0, "loss": 0.5},
    {"step": 20, "epoch": 2.0, "eval_accuracy": 0.60, "eval_loss": 0.9, "eval_note": "N/A"},
    {"step": 20, "train_runtime": 12.5, "total_flos": 1e12},
]


def state(folder: Path, **more: Any) -> Path:
    path = folder / "trainer_state.json"
    path.write_text(json.dumps({"log_history": HISTORY, **more}))
    return path


def measured(path: Path) -> dict[str, tuple[float, int | None]]:
    (model,) = trained_model(path, None).models
    return {m.name: (m.repeats[0], m.step) for m in model.measurements}


@pytest.mark.parametrize(
    "best", [{"best_global_step": 10}, {"best_model_checkpoint": "out/checkpoint-10"}]
)
def test_the_best_checkpoint_that_was_kept(best: dict[str, Any], tmp_path: Path) -> None:
    assert measured(state(tmp_path, **best)) == {
        "loss": (0.5, 20),
        "eval_accuracy": (0.95, 10),
        "eval_loss": (0.4, 10),
        "train_runtime": (12.5, 20),
    }


@pytest.mark.parametrize("best", [{}, {"best_model_checkpoint": None}, {"best_global_step": 15}])
def test_without_one_the_last_values(best: dict[str, Any], tmp_path: Path) -> None:
    found = trained_model(state(tmp_path, **best), "tuned")
    assert found.models[0].card.id == "tuned"
    assert {m.name: m.repeats for m in found.models[0].measurements}["eval_accuracy"] == (0.6,)
    assert "Metric without a number, imported as not logged: eval_note" in found.notes


def test_the_command_takes_its_directory(tmp_path: Path) -> None:
    (tmp_path / "prune-50").mkdir()
    state(tmp_path / "prune-50")
    command = ["import", str(tmp_path / "prune-50"), "--logdir", str(tmp_path / "logs")]
    assert main(command) == 0
    assert (tmp_path / "logs" / "prune-50").is_dir()


@pytest.mark.parametrize(
    "document", [[], {"log_history": 3}, {"log_history": []}, {"log_history": [3]}]
)
def test_what_is_no_state(
    document: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "trainer_state.json"
    source.write_text(json.dumps(document))
    assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 2
    assert f"{source}: " in capsys.readouterr().err
