"""Probabilities that were rounded to 16 or 8 bits are taken, scaled, and remarked on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Problems
from tests.plugin.behaviors.through_routes import accuracy, another_process
from tests.tensorboard_host import serve_in_process
from tests.writer.logged import all_of, the_predictions

N, C = 40, 100
LOGITS = np.random.default_rng(5).normal(0, 2, (N, C)).astype(np.float32)
SOFTMAX = torch.softmax(torch.from_numpy(LOGITS), 1)
BEST = LOGITS.argmax(axis=1)


def shares_of(form: str) -> Any:
    match form:
        case "bf16 as float":
            return torch.softmax(torch.from_numpy(LOGITS).bfloat16(), 1).float() * 0.9985
        case "fp16 as float":
            return SOFTMAX.half().float().numpy() * np.float32(1.004)
        case "bytes":
            return np.floor(SOFTMAX.numpy() * 255).astype(np.uint8)
        case "shares of 255":
            return np.floor(SOFTMAX.numpy() * 255) / 255
        case "shares of 256":
            return (np.floor(SOFTMAX.numpy() * 256) / 256).astype(np.float32)
        case _:
            return np.rint(SOFTMAX.numpy() * 255).astype(np.float32) / np.float32(255)


FORMS = ["bf16 as float", "fp16 as float", "bytes", "shares of 255", "shares of 256", "rounded"]


@pytest.mark.parametrize("form", FORMS)
def test_rounded_probabilities_are_scaled_and_remarked_on(form: str, tmp_path: Path) -> None:
    another_process()
    cnc_summary.dataset(tmp_path / "data", "test", range(N), labels=BEST)
    given = shares_of(form)
    with cnc_summary.model(tmp_path / "m", "m") as model:
        model.predictions("test", range(N), probabilities=given)
    vectors = the_predictions(tmp_path / "m").vectors
    assert vectors is not None
    np.testing.assert_allclose(vectors.sum(axis=1), 1, atol=5e-3)
    (found,) = all_of(Problems, tmp_path / "m")
    (problem,) = found.problems
    assert "as rounded ones do, and were scaled to sum to 1" in problem.message
    (share,) = accuracy(tmp_path, "m")
    assert share is not None
    assert share > 0.9
    with serve_in_process(tmp_path, "python") as host:
        assert any("scaled to sum to 1" in each["message"] for each in host.models()["problems"])


def test_batches_remark_once(tmp_path: Path) -> None:
    given = shares_of("shares of 255")
    with cnc_summary.model(tmp_path, "m") as model, model.evaluation("test") as evaluation:
        for start in range(0, N, 10):
            rows = slice(start, start + 10)
            evaluation.add(range(start, start + 10), probabilities=given[rows])
    (found,) = all_of(Problems, tmp_path)
    assert len(found.problems) == 1


def test_exact_probabilities_stay_as_they_are_without_a_word(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.predictions("test", range(N), probabilities=SOFTMAX)
    assert all_of(Problems, tmp_path) == []


def test_two_classes_in_bytes(tmp_path: Path) -> None:
    another_process()
    given = np.array([0, 100, 200, 255], np.uint8)
    with cnc_summary.model(tmp_path, "m") as model:
        model.predictions("test", range(4), probabilities=given, labels=[0, 0, 1, 1])
    record = the_predictions(tmp_path)
    assert record.true_probability is not None
    expected = [1, 155 / 255, 200 / 255, 1]
    np.testing.assert_allclose(record.true_probability, expected, atol=1e-3)


@pytest.mark.parametrize(
    "given",
    [
        torch.sigmoid(torch.from_numpy(LOGITS)).numpy(),
        np.floor(SOFTMAX.numpy()[:, :10] * 255) / 255,
        np.full((N, 3), 0.28),
        np.zeros((N, 3)),
        np.zeros((N, 3), np.uint8) + np.array([[0, 0, 0]] * N, np.uint8),
    ],
    ids=["sigmoid", "some columns", "sum of 0.84", "zeros", "zeros in bytes"],
)
def test_what_no_rounding_explains_is_refused(given: Any, tmp_path: Path) -> None:
    with (
        cnc_summary.attach(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match=r"sum to .*Pass logits=, or multilabel=True|all 0"),
    ):
        model.predictions("test", range(N), probabilities=given)


def test_probabilities_that_were_passed_as_logits_are_remarked_on(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.predictions("test", range(N), logits=SOFTMAX)
    (found,) = all_of(Problems, tmp_path)
    assert "Pass them as probabilities=" in found.problems[0].remedy
    with cnc_summary.model(tmp_path / "fine", "m") as model:
        model.predictions("test", range(N), logits=torch.log(SOFTMAX))
    assert all_of(Problems, tmp_path / "fine") == []
