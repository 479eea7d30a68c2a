"""A sweep of any size over several roots and operations, of which some are plainly better."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorboard_cnc import cnc_summary

_ROOTS = {"dense-a": 0.95, "dense-b": 0.93, "dense-c": 0.9, "tiny": 0.74}
_OPERATIONS: dict[str, dict[str, list[Any]]] = {
    "magnitude prune": {
        "amount": [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95],
        "scope": ["global", "layer"],
    },
    "iterative prune": {"amount": [0.2]},
    "fine-tune": {"epochs": [1, 3, 10], "lr": [0.1, 0.01]},
    "int8 quantize": {"scheme": ["per-channel", "per-tensor"]},
    "low rank": {"rank": [4, 8, 16, 32, 64]},
}
_LOSS_OF_AMOUNT = {0.1: 0.0, 0.3: 0.005, 0.5: 0.02, 0.7: 0.08, 0.8: 0.2, 0.9: 0.4, 0.95: 0.6}
_MOST_STEPS = 6
_RUNS = 100


@dataclass(frozen=True, slots=True)
class _Made:
    name: str
    steps: int
    accuracy: float
    size_bytes: float


def write_sweep(logdir: Path, models: int) -> None:
    """Logs `models` models in a hundred runs, the same every time.

    Each is made of an earlier one by up to six steps; one in thirty is distilled from two.
    Pruning costs more the more it takes, tuning mends half, a low rank breaks what is small.
    """
    chance = random.Random(0)
    made: list[_Made] = []
    cards: list[tuple[_Made, list[str], str | None, dict[str, Any]]] = []
    for name, accuracy in _ROOTS.items():
        made.append(_Made(name, 0, accuracy, 1e8 if name != "tiny" else 2e7))
        cards.append((made[-1], [], None, {}))
    while len(cards) < models:
        card = _step(chance, made, len(cards))
        made.append(card[0])
        cards.append(card)
    for run in range(_RUNS):
        for model, parents, operation, parameters in cards[run::_RUNS]:
            _log(logdir / f"run-{run:03}", model, parents, operation, parameters)


def _step(
    chance: random.Random, made: list[_Made], number: int
) -> tuple[_Made, list[str], str, dict[str, Any]]:
    parent = chance.choice(made)
    while parent.steps >= _MOST_STEPS:
        parent = chance.choice(made)
    if number % 30 == 0:
        other = chance.choice(made)
        accuracy = max(parent.accuracy, other.accuracy) - chance.uniform(0, 0.05)
        student = _Made(f"student-{number}", parent.steps + 1, accuracy, 1e7)
        return student, [parent.name, other.name], "distill", {"teachers": 2}
    name = chance.choice(list(_OPERATIONS))
    chosen = {key: chance.choice(values) for key, values in _OPERATIONS[name].items()}
    accuracy = _accuracy(name, chosen, parent.accuracy) + chance.gauss(0, 0.006)
    size = parent.size_bytes * chance.uniform(0.3, 0.9)
    model = _Made(f"{name}-{number}", parent.steps + 1, min(0.97, max(0.1, accuracy)), size)
    return model, [parent.name], name, chosen


def _accuracy(operation: str, parameters: dict[str, Any], before: float) -> float:
    if operation == "magnitude prune":
        amount: float = parameters["amount"]
        return before - _LOSS_OF_AMOUNT[amount]
    if operation == "fine-tune":
        mended = 0.6 if parameters["lr"] == 0.01 else 0.3
        epochs: float = parameters["epochs"]
        return before + (0.93 - before) * mended * math.pow(epochs / 10, 0.3)
    if operation == "int8 quantize":
        return before - (0.002 if parameters["scheme"] == "per-channel" else 0.05)
    if operation == "low rank":
        rank: float = parameters["rank"]
        return before - 0.5 / rank
    return before - 0.015


def _log(
    run: Path, model: _Made, parents: list[str], operation: str | None, parameters: dict[str, Any]
) -> None:
    how = None if operation is None else cnc_summary.operation(operation, **parameters)
    with cnc_summary.model(run, model.name, parents=parents, operation=how) as handle:
        handle.metrics({"accuracy": model.accuracy, "size_bytes": model.size_bytes})
