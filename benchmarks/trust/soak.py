"""A log directory that grows while pages ask: memory, descriptors and threads stay flat.

All in rounds, each with something new logged, the models asked for, and comparisons of pairs that
change. What the first half of the rounds made larger is warm-up; the second half must add nothing
but what its own records take.
"""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.process_memory import family, megabytes_of
from benchmarks.size import Size
from benchmarks.trust.outcome import Outcome
from tensorboard_cnc import cnc_summary
from tests.tensorboard_host import TensorBoardProcess, tensorboard_process, wait_until

_SECONDS = 1800.0
_MODELS = 12
_INSTANCES = 2000
_CLASSES = 5
# What a new step of a few metrics may take, and what allocators and caches keep to themselves.
_MOST_MEGABYTES = 60.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a TensorBoard with its data server holds."""

    megabytes: float
    descriptors: int
    threads: int


def attack(size: Size) -> list[Outcome]:
    """Half an hour of rounds, or a share of it."""
    end = time.monotonic() + _SECONDS * size.share
    return soak(lambda _: time.monotonic() < end)


def soak(goes_on: Callable[[int], bool]) -> list[Outcome]:
    """Rounds for as long as `goes_on` says, given how many have been made."""
    used: list[Usage] = []
    with _growing() as (server, keys, models):
        number = 0
        while goes_on(number):
            models[number % _MODELS].metrics({"accuracy": 1 / (number + 2), f"m{number % 7}": 1.0})
            asked = [keys[number % _MODELS], keys[(number * 5 + 1) % _MODELS]]
            _round(server, asked)
            used.append(usage(server.pid))
            number += 1
    middle, last = used[len(used) // 2], used[-1]
    grown = last.megabytes - middle.megabytes
    rounds = f"{len(used):,} rounds, "
    return [
        Outcome(
            "memory is flat under comparisons",
            len(used),
            int(grown > _MOST_MEGABYTES),
            f"{rounds}{middle.megabytes:.0f} → {last.megabytes:.0f} MB",
        ),
        _flat("descriptors", [each.descriptors for each in used]),
        _flat("threads", [each.threads for each in used]),
    ]


def _flat(what: str, counts: list[int]) -> Outcome:
    """Their least number does not grow from one half to the other: what is busy is not counted."""
    half = len(counts) // 2
    before, after = min(counts[half // 2 : half] or counts), min(counts[half:])
    figure = f"{before} → {after}, at most {max(counts)}"
    return Outcome(f"{what} are flat under comparisons", len(counts), int(after > before), figure)


@contextmanager
def _growing() -> Iterator[tuple[TensorBoardProcess, list[str], list[cnc_summary.Model]]]:
    """TensorBoard on models that are still running, their keys, and their handles."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, _CLASSES, _INSTANCES)
    ids = np.arange(_INSTANCES)
    names = [str(number) for number in range(_CLASSES)]
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder)
        cnc_summary.dataset(logdir / "data", "test", ids, labels=labels, classes=names)
        models = []
        for number in range(_MODELS):
            parents = "m0" if number else ()
            model = cnc_summary.model(logdir / f"run-{number}", f"m{number}", parents=parents)
            predicted = np.where(rng.random(_INSTANCES) < 0.8, labels, (labels + 1) % _CLASSES)
            model.predictions("test", ids, predicted=predicted)
            model.weights({f"layer.{i}.weight": rng.normal(size=(32, 32)) for i in range(8)})
            models.append(model)
        with tensorboard_process("--logdir", folder) as server:
            yield server, _keys(server), models
        for model in models:
            model.close()


def _keys(server: TensorBoardProcess) -> list[str]:
    def logged() -> list[str]:
        found = _json(server, "models")["models"]
        whole = [each for each in found if each["logged"]["predictions"]]
        return [each["key"] for each in whole] if len(whole) == _MODELS else []

    keys: list[str] = wait_until(logged, "all models")
    return keys


def _round(server: TensorBoardProcess, pair: list[str]) -> None:
    """What a page asks for in a few seconds."""
    base, model = pair
    _json(server, "models")
    _json(server, "differences", models=",".join(pair))
    for level in ("summary", "slices", "harmed", "instances"):
        _json(server, "behaviors", base=base, models=model, level=level)
    _json(server, "layers", base=base, models=model, level="tree")


def _json(server: TensorBoardProcess, route: str, **query: str) -> Any:
    address = f"{server.url}/data/plugin/cnc/{route}?{urlencode(query)}"
    with urllib.request.urlopen(address) as response:
        return json.load(response)


def usage(pid: int) -> Usage:
    """Of the process and those that it started, as Linux tells it."""
    pids = list(family(pid))
    return Usage(
        megabytes_of(pid),
        sum(len(list(Path(f"/proc/{each}/fd").iterdir())) for each in pids),
        sum(len(list(Path(f"/proc/{each}/task").iterdir())) for each in pids),
    )
