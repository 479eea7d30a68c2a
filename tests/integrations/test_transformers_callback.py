"""The callback in a real Hugging Face Trainer, with a model that is made from a config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tensorboard_cnc.errors import CncWarning
from tensorboard_cnc.records.models import Metrics, ModelCard
from tests.writer.logged import all_of, measured, only

pytestmark = pytest.mark.writers
transformers: Any = pytest.importorskip("transformers", reason="transformers is not installed")
integration: Any = pytest.importorskip("tensorboard_cnc.integrations.transformers")

IDS = torch.randint(0, 50, (16, 8), generator=torch.Generator().manual_seed(0))


def trainer(folder: Path, callback: Any, **more: Any) -> Any:
    config = transformers.BertConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    arguments = transformers.TrainingArguments(
        str(folder),
        num_train_epochs=2,
        eval_strategy="epoch",
        save_strategy=more.pop("save_strategy", "no"),
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        **more,
    )
    rows = [{"input_ids": row, "labels": row[0] % 2} for row in IDS]
    return transformers.Trainer(
        args=arguments,
        model_init=lambda: transformers.BertForSequenceClassification(config),
        train_dataset=rows,
        eval_dataset=rows,
        callbacks=[callback],
    )


def test_a_training_and_an_evaluation_after_it(tmp_path: Path) -> None:
    callback = integration.CncCallback(
        "tiny", parents="base", operation="train", example_inputs={"input_ids": IDS}
    )
    training = trainer(tmp_path, callback)
    training.train()
    card = only(ModelCard, tmp_path)
    assert (card.id, card.parents, card.status) == ("tiny", ("base",), "finished")
    found = measured(tmp_path)
    assert found["eval_loss"].step == 4
    assert {"parameters", "macs", "latency_ms"} <= found.keys()
    assert not {"epoch", "eval_runtime", "eval_samples_per_second"} & found.keys()
    training.evaluate(metric_key_prefix="late")
    names = {m.name for record in all_of(Metrics, tmp_path) for m in record.measurements}
    assert "late_loss" in names


def test_another_place(tmp_path: Path) -> None:
    callback = integration.CncCallback("tiny", writer=tmp_path / "logs")
    trainer(tmp_path / "output", callback).train()
    assert only(ModelCard, tmp_path / "logs").status == "finished"
    assert all_of(ModelCard, tmp_path / "output") == []


def test_errors_are_warnings(tmp_path: Path) -> None:
    callback = integration.CncCallback("tiny", example_inputs={"input_idz": IDS})
    with pytest.warns(CncWarning, match="input_idz"):
        trainer(tmp_path, callback).train()
    assert only(ModelCard, tmp_path).status == "finished"
    assert measured(tmp_path).keys() == {"eval_loss"}


def test_the_best_checkpoint_that_is_restored(tmp_path: Path) -> None:
    callback = integration.CncCallback("tiny", writer=tmp_path / "logs")
    training = trainer(
        tmp_path / "output",
        callback,
        save_strategy="epoch",
        load_best_model_at_end=True,
        # The loss falls, so that the first is the best one.
        metric_for_best_model="eval_loss",
        greater_is_better=True,
        learning_rate=0.01,
    )
    training.train()
    evaluations = {
        entry["step"]: entry["eval_loss"]
        for entry in training.state.log_history
        if "eval_loss" in entry
    }
    assert evaluations[2] > evaluations[4]
    found = measured(tmp_path / "logs")["eval_loss"]
    assert (found.step, found.repeats) == (2, (evaluations[2],))


def test_each_trial_of_a_search_is_a_model(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="Optuna is not installed")
    callback = integration.CncCallback("tiny", parents="base", writer=tmp_path / "logs")
    training = trainer(tmp_path / "output", callback)
    training.hyperparameter_search(
        hp_space=lambda trial: {
            "learning_rate": trial.suggest_categorical("learning_rate", [1e-4, 1e-3])
        },
        n_trials=3,
        backend="optuna",
    )
    cards = {card.id: card for card in all_of(ModelCard, tmp_path / "logs")}
    assert set(cards) == {"tiny trial-0", "tiny trial-1", "tiny trial-2"}
    for card in cards.values():
        assert card.parents == ("base",)
        assert card.operation is not None
        assert card.operation.parameters["learning_rate"] in (1e-4, 1e-3)
