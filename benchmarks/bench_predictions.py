"""Logging predictions: time until the call returns, with the event on disk, and its bytes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import Figure
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.writer.instances.arrays import checked_ids

_MB = 1e6
# Rows at a time, as an evaluation loop passes them.
_BATCH = 256


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            *_large_classifier(Path(folder) / "classes"),
            *_many_instances(Path(folder) / "instances"),
        ]


def _large_classifier(where: Path) -> Iterator[Figure]:
    """50,000 instances × 1,000 classes with the default max_bytes."""
    n, classes = 50_000, 1000
    logits, labels = _answers(n, classes)
    cnc_summary.dataset(where / "data", "test", range(n), labels=labels)
    saved = where / "vectors.npy"
    seconds = _seconds(lambda: np.save(saved, logits))
    peer = f"np.save {seconds:.2f} s, {saved.stat().st_size / _MB:.0f} MB"

    with cnc_summary.model(where / "once", "m") as model:
        once = _seconds(lambda: model.predictions("test", range(n), logits=logits))
    yield Figure(f"m.predictions, {n:,} × {classes:,}", _cost(once, where / "once"), "", peer)

    def loop() -> None:
        with model.evaluation("test") as evaluation:
            for start in range(0, n, _BATCH):
                rows = slice(start, start + _BATCH)
                ids = range(n)[rows]
                evaluation.add(ids, logits=logits[rows])

    with cnc_summary.model(where / "batches", "m") as model:
        batches = _seconds(loop)
    what = f"m.evaluation of the same in batches of {_BATCH}"
    yield Figure(what, _cost(batches, where / "batches"), "", peer)


def _many_instances(where: Path) -> Iterator[Figure]:
    """1,000,000 instances × 10 classes × 3 models within 32 MB each."""
    n, classes = 1_000_000, 10
    logits, labels = _answers(n, classes)
    dataset = _seconds(lambda: cnc_summary.dataset(where / "data", "test", range(n), labels=labels))
    yield Figure(f"cnc_summary.dataset, {n:,} labels", _cost(dataset, where / "data"))
    noise = np.random.default_rng(1)
    times = []
    for number in range(3):
        changed = logits + noise.normal(0, 0.3 * number, logits.shape).astype(np.float32)
        with cnc_summary.model(where / "models" / str(number), f"m{number}") as model:
            log = partial(model.predictions, "test", range(n), logits=changed, max_bytes=32 << 20)
            times.append(_seconds(log))
    what = f"m.predictions, {n:,} × {classes} × 3 models, max_bytes 32 MB"
    yield Figure(what, _cost(sum(times), where / "models"))
    names = [f"image-{i:07d}" for i in range(n)]
    seconds = _seconds(lambda: checked_ids(names))
    yield Figure(f"checking {n:,} texts as ids", f"{seconds:.2f} s", "", "")


def _answers(n: int, classes: int) -> tuple[Any, Any]:
    """Logits of a good classifier and the labels."""
    random = np.random.default_rng(0)
    labels = random.integers(0, classes, n)
    logits = random.normal(0, 2, (n, classes)).astype(np.float32)
    logits[np.arange(n), labels] += 8
    return logits, labels


def _seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _cost(seconds: float, logged: Path) -> str:
    size = sum(file.stat().st_size for file in logged.rglob("*tfevents*"))
    return f"{seconds:.2f} s, {size / _MB:.2f} MB"
