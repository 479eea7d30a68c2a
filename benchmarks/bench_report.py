"""Writing a report: of a thousand models, and of predictions with images; how long, how large."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

import tensorboard_cnc
from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.reports.report import Request, write_report

_SPECS = cnc_summary.metric("accuracy", goal="max"), cnc_summary.metric("size", goal="min")
_INSTANCES, _CLASSES = 3000, 10


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        thousand, digits = Path(folder) / "thousand", Path(folder) / "digits"
        for number in range(1000):
            _log_model(thousand / f"run-{number:04}", number)
        _log_predictions(digits)
        return [
            _figure("report, 1,000 models", thousand, 2_000_000),
            _figure("report, 5 models × 3,000 images", digits, 5_000_000),
        ]


def _figure(what: str, logdir: Path, most_bytes: int) -> Figure:
    path = logdir / "report.html"
    ms = milliseconds(lambda: _write(logdir, path), repeats=1)
    megabytes = path.stat().st_size / 1e6
    target = f"≤ {most_bytes / 1e6:.0f} MB"
    return Figure(what, f"{megabytes:.1f} MB in {ms / 1000:.1f} s", target)


def _write(logdir: Path, path: Path) -> None:
    write_report(tensorboard_cnc.read(logdir), path, Request())


def _log_model(run: Path, number: int) -> None:
    parents = ("model-0",) if number else ()
    operation = cnc_summary.operation("prune", amount=number / 1000) if number else None
    name = f"model-{number}"
    with cnc_summary.model(run, name, parents=parents, operation=operation, metrics=_SPECS) as m:
        m.metrics({"accuracy": 1 - (number / 1000) ** 2, "size": 1000 - number})


def _log_predictions(logdir: Path) -> None:
    random = np.random.default_rng(7)
    ids = np.arange(_INSTANCES)
    labels = random.integers(0, _CLASSES, _INSTANCES)
    cnc_summary.dataset(
        logdir / "data",
        "digits",
        ids,
        labels=labels,
        images=random.random((_INSTANCES, 8, 8)),
        attributes={"scan": ["clean", "faint"] * (_INSTANCES // 2), "ink": random.random(len(ids))},
    )
    for number in range(6):
        parents = ("model-0",) if number else ()
        wrong = random.random(_INSTANCES) < 0.05 + 0.02 * number
        logits = random.normal(size=(_INSTANCES, _CLASSES))
        logits[ids, np.where(wrong, (labels + 1) % _CLASSES, labels)] += 4
        run = logdir / f"run-{number}"
        with cnc_summary.model(run, f"model-{number}", parents=parents, metrics=_SPECS) as m:
            m.metrics({"accuracy": 1 - number / 50, "size": 1000 - 100 * number})
            m.predictions("digits", ids, logits=logits)
            m.weights({"fc.weight": random.normal(size=(64, 64)).astype(np.float32)})
