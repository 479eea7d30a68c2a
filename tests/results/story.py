"""A small lineage that logs one of everything, as a user would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary

N = 2000
Weights = Mapping[str, NDArray[Any]]
CLASSES = ["cat", "dog", "fox"]


def log_story(folder: Path) -> None:
    """Logs a dense model, its replicate and what was made of them."""
    random = np.random.default_rng(7)
    labels = random.integers(0, 3, N)
    scans = np.where(random.random(N) < 0.2, "blurred", "sharp")
    cnc_summary.dataset(
        folder / "data",
        "test",
        np.arange(N),
        labels=[CLASSES[label] for label in labels],
        attributes={"scan": scans.tolist(), "age": random.random(N).tolist()},
        texts=[f"picture {n}" for n in range(N)],
    )
    dense = _answers(random, labels, np.full(N, 0.08))
    weights: Weights = {"fc.weight": random.normal(size=(40, 30)).astype(np.float32)}
    _model(folder, "dense", [], None, dense, labels, weights, accuracy=0.921)
    again = _answers(random, labels, np.full(N, 0.08))
    seed = cnc_summary.operation("train", seed=2)
    _model(folder, "dense-2", [], seed, again, labels, weights, accuracy=0.918)
    _compressed(folder, random, labels, scans, dense, weights)
    with cnc_summary.model(folder / "lost", "orphan", parents=["nobody"]) as orphan:
        orphan.metrics({"accuracy": float("nan"), "size_bytes": float("inf")})
    _scalar_run(folder)


def _compressed(
    folder: Path,
    random: np.random.Generator,
    labels: NDArray[np.int64],
    scans: NDArray[np.str_],
    dense: NDArray[np.int64],
    weights: Weights,
) -> None:
    prune = cnc_summary.operation("magnitude prune", amount=0.5, scope="global", big=2**60)
    sparse = {name: np.where(np.abs(w) < 0.6, 0, w) for name, w in weights.items()}
    honest = _worse(random, labels, dense, np.full(N, 0.003))
    _model(folder, "prune-50", ["dense"], prune, honest, labels, sparse, accuracy=0.92)
    int8 = cnc_summary.operation("quantize", bits=8)
    harmful = _worse(random, labels, dense, np.where(scans == "blurred", 0.25, 0.002))
    rounded = {name: np.round(w * 32).astype(np.float32) / 32 for name, w in weights.items()}
    _model(folder, "int8", ["dense"], int8, harmful, labels, rounded, accuracy=0.9215)
    both = cnc_summary.operation("distill", temperature=float("inf"))
    _model(folder, "student", ["prune-50", "int8"], both, honest, labels, sparse, accuracy=0.9)


def _model(
    folder: Path,
    model_id: str,
    parents: list[str],
    operation: cnc_summary.Operation | None,
    answers: NDArray[np.int64],
    labels: NDArray[np.int64],
    weights: Weights,
    *,
    accuracy: float,
) -> None:
    specs = [
        cnc_summary.metric("accuracy", goal="max", format=".1%", low=0, high=1, budget=">= 0.9"),
        cnc_summary.metric("size_bytes", goal="min", unit="B"),
    ]
    run = folder / model_id
    with cnc_summary.model(run, model_id, parents=parents, operation=operation, metrics=specs) as m:
        m.metrics({"accuracy": cnc_summary.value(accuracy, interval=(accuracy - 0.01, 0.95))})
        size = sum(int(np.count_nonzero(w)) * 4 for w in weights.values())
        m.metrics({"size_bytes": size, "latency_ms": [3.1, 3.3, 3.2 + accuracy]}, step=7)
        m.metrics({"macs": cnc_summary.value(1e6, bound="≥")})
        confidence = 0.5 + 0.4 * (answers == labels) + 0.001 * (np.arange(len(answers)) % 50)
        rest = (1 - confidence) / 2
        probabilities = np.repeat(rest[:, None], 3, 1)
        probabilities[np.arange(len(answers)), answers] = confidence
        m.predictions("test", np.arange(len(answers)), probabilities=probabilities, classes=CLASSES)
        m.weights(weights)


def _answers(
    random: np.random.Generator, labels: NDArray[np.int64], wrong: NDArray[np.float64]
) -> NDArray[np.int64]:
    return np.where(random.random(N) < wrong, (labels + 1) % 3, labels)


def _worse(
    random: np.random.Generator,
    labels: NDArray[np.int64],
    base: NDArray[np.int64],
    broke: NDArray[np.float64],
) -> NDArray[np.int64]:
    return np.where(random.random(N) < broke, (labels + 1) % 3, base)


def _scalar_run(folder: Path) -> None:
    """A user's own writer, with a metric that is one of its scalars."""
    writer = SummaryWriter(folder / "trained")
    spec = cnc_summary.metric("val", goal="max", scalar="val/acc")
    model = cnc_summary.model(writer, "trained", metrics=[spec])
    for step in range(20):
        writer.add_scalar("val/acc", step / 20, step)
        writer.add_scalar("loss", 1 / (1 + step), step)
    model.metrics({"accuracy": 0.7})
    model.close()
    writer.close()
