"""What both callbacks share, without a toolkit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, CncWarning, WriterError
from tensorboard_cnc.integrations.training_log import ModelToLog, TrainingLog
from tensorboard_cnc.records.models import Metrics, ModelCard
from tensorboard_cnc.writer import policy
from tests.writer.logged import all_of, measured, only


def log(model_id: str = "m", *, inputs: Any = None, on_error: Any = "warn") -> TrainingLog:
    return TrainingLog(ModelToLog(model_id), inputs, on_error)


def test_from_begin_to_end(tmp_path: Path) -> None:
    training = log(inputs=torch.ones(4, 3))
    training.begin(tmp_path)
    assert training.is_open
    assert only(ModelCard, tmp_path).status == "running"
    values = {"loss": torch.tensor(0.5), "name": "x", "flag": True, "n": 3}
    with pytest.warns(CncWarning, match="name.*is 'x'|flag.*is True"):
        training.measured(values, step=7)
    training.end(nn.Linear(3, 2))
    assert not training.is_open
    assert only(ModelCard, tmp_path).status == "finished"
    found = measured(tmp_path)
    assert (found["loss"].repeats, found["loss"].step) == ((0.5,), 7)
    assert {"n", "parameters", "latency_ms"} <= found.keys()
    assert not {"name", "flag"} & found.keys()


def test_what_is_measured_afterwards_joins_the_model(tmp_path: Path) -> None:
    training = log()
    training.begin(tmp_path)
    training.end(None)
    training.measured_afterwards(tmp_path, {"test_loss": 0.25}, step=9)
    training.measured_afterwards(tmp_path, {}, step=9)
    record = only(Metrics, tmp_path)
    assert (record.model_id, record.measurements[0].name) == ("m", "test_loss")


def test_begun_again_it_is_the_same_model(tmp_path: Path) -> None:
    training = log()
    training.begin(tmp_path)
    training.begin(tmp_path)
    training.fail(ValueError("no"))
    training.fail(ValueError("twice"))
    training.end(None)
    ends = [(card.id, card.status, card.reason) for card in all_of(ModelCard, tmp_path)]
    assert ends == [("m", "finished", ""), ("m", "failed", "ValueError: no")]


@pytest.mark.parametrize("mode", ["raise", "warn"])
def test_the_policy_of_others_stays(mode: policy.OnError, tmp_path: Path) -> None:
    cnc_summary.on_error(mode)
    try:
        training = log("bad\nid")
        with pytest.warns(CncWarning, match="id"):
            training.begin(tmp_path)
        assert policy.is_lenient() == (mode == "warn")
    finally:
        cnc_summary.on_error("raise")
    assert all_of(ModelCard, tmp_path) == []


def test_strict_where_asked_for(tmp_path: Path) -> None:
    wrong: Any = 42
    with pytest.raises(WriterError):
        log(on_error="raise").begin(wrong)
    with pytest.raises(ArgumentError, match="on_error was given 'never'"):
        log(on_error="never")
    training = log(inputs=torch.ones(1, 5), on_error="raise")
    training.begin(tmp_path)
    with pytest.raises(RuntimeError, match="mat1"):
        training.end(nn.Linear(3, 2))
    assert only(ModelCard, tmp_path).status == "finished", "the training went well"


def test_the_values_of_the_checkpoint_that_is_kept(tmp_path: Path) -> None:
    training = log()
    training.begin(tmp_path)
    training.measured({"accuracy": torch.tensor(0.95), "loss": 0.4}, step=10)
    training.measured({"accuracy": 0.6, "loss": 0.9, "rate": 3.0}, step=20)
    training.kept(training.step_of("loss", 0.4))
    training.end(None)
    found = measured(tmp_path)
    assert found["accuracy"].repeats == pytest.approx((0.95,))
    assert found["accuracy"].step == 10
    assert (found["loss"].repeats, found["loss"].step) == ((0.4,), 10)
    assert found["rate"].step == 20


@pytest.mark.parametrize("step", [None, 5])
def test_a_checkpoint_that_nobody_evaluated_changes_nothing(
    step: int | None, tmp_path: Path
) -> None:
    training = log()
    training.begin(tmp_path)
    training.measured({"loss": 0.9}, step=20)
    training.kept(step)
    assert training.step_of("loss", 0.4) is None
    assert measured(tmp_path)["loss"].step == 20


def test_each_trial_of_a_search_is_a_model(tmp_path: Path) -> None:
    told = ModelToLog("tiny", "base", cnc_summary.operation("tune", lr=1, epochs=3))
    training = TrainingLog(told, None, "raise")
    for number in range(3):
        training.begin(tmp_path, f"run-{number}", {"lr": number / 10})
        training.measured({"loss": number}, step=1)
        training.end(None)
        training.measured_afterwards(tmp_path, {"late": number}, step=1)
    cards = {card.id: card for card in all_of(ModelCard, tmp_path)}
    assert set(cards) == {"tiny run-0", "tiny run-1", "tiny run-2"}
    operation = cards["tiny run-2"].operation
    assert operation is not None
    assert (operation.name, operation.parameters) == ("tune", {"lr": 0.2, "epochs": 3})
    late = [
        m.repeats for r in all_of(Metrics, tmp_path) for m in r.measurements if m.name == "late"
    ]
    assert late == [(0,), (1,), (2,)]
