"""Log directories with real predictions: linear models of scikit-learn's digits, pruned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from tensorboard_cnc import cnc_summary

TRAINED_ON = 800


@dataclass(frozen=True)
class Digits:
    """What was logged: right digits (n,), and each model's answers (n,) by its id."""

    labels: NDArray[Any]
    answers: dict[str, NDArray[Any]]

    def right(self, model: str) -> NDArray[Any]:
        return np.asarray(self.answers[model] == self.labels)

    def broken(self, model: str) -> NDArray[Any]:
        """Which digits the dense model had right and `model` has wrong."""
        return np.asarray(self.right("dense") & ~self.right(model))


def log_digits(logdir: Path, copies: int = 1) -> Digits:
    """Dense, and pruned to 50 and 90 %, the latter also fine-tuned, on the digits they never saw.

    With `copies`, that many of each digit, so that lists are long.
    """
    images, labels = load_digits(return_X_y=True)
    trained = LogisticRegression(C=0.1, max_iter=400).fit(images[:TRAINED_ON], labels[:TRAINED_ON])
    weights, bias = trained.coef_, trained.intercept_
    seen, answers = images[:TRAINED_ON], labels[:TRAINED_ON]
    pruned = {amount: _pruned(weights, amount) for amount in (0.5, 0.9)}
    tuned = _fine_tuned(pruned[0.9], bias, seen, answers)
    images = np.tile(images[TRAINED_ON:], (copies, 1))
    labels = np.tile(labels[TRAINED_ON:], copies)
    ids = np.arange(len(labels))
    cnc_summary.dataset(
        logdir / "data",
        "unseen digits",
        ids,
        labels=labels,
        classes=[str(digit) for digit in range(10)],
        images=images.reshape(-1, 8, 8) / 16,
        attributes=_attributes(images),
    )
    prune = [cnc_summary.operation("magnitude prune", amount=amount) for amount in (0.5, 0.9)]
    tune = cnc_summary.operation("fine-tune", steps=400)
    answered: dict[str, NDArray[Any]] = {}
    for name, parents, operation, (w, b) in (
        ("dense", (), None, (weights, bias)),
        ("prune-50", "dense", prune[0], (pruned[0.5], bias)),
        ("prune-90", "dense", prune[1], (pruned[0.9], bias)),
        ("prune-90-ft", "prune-90", tune, tuned),
    ):
        with cnc_summary.model(logdir / name, name, parents=parents, operation=operation) as m:
            logits = images @ w.T + b
            answered[name] = logits.argmax(axis=1)
            m.metrics({"accuracy": float((answered[name] == labels).mean())})
            m.predictions("unseen digits", ids, logits=logits)
    return Digits(labels, answered)


def _pruned(weights: NDArray[Any], amount: float) -> NDArray[Any]:
    return np.where(np.abs(weights) > np.quantile(np.abs(weights), amount), weights, 0.0)


def _fine_tuned(
    weights: NDArray[Any], bias: NDArray[Any], images: NDArray[Any], labels: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Gradient descent on the weights that are not pruned."""
    kept, truth = weights != 0, np.eye(len(bias))[labels]
    for _ in range(400):
        logits = images @ weights.T + bias
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = (odds / odds.sum(axis=1, keepdims=True) - truth) / len(images)
        weights = weights - 0.02 * kept * (error.T @ images)
        bias = bias - 0.02 * error.sum(axis=0)
    return weights, bias


def _attributes(images: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Ink (mean darkness) and slant (degrees of the main axis from upright) of each digit."""
    ink = images.reshape(-1, 8, 8) / 16
    y, x = np.mgrid[:8, :8]
    total = ink.sum(axis=(1, 2))
    dx = x - ((ink * x).sum(axis=(1, 2)) / total)[:, None, None]
    dy = y - ((ink * y).sum(axis=(1, 2)) / total)[:, None, None]
    spread = (ink * dy * dy).sum(axis=(1, 2))
    slant = np.degrees(np.arctan2(-(ink * dx * dy).sum(axis=(1, 2)), spread))
    return {"ink": ink.mean(axis=(1, 2)), "slant": slant}
