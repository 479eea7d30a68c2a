"""Log directories with the published experiment tables, and with sweeps that have noise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main

TABLES = Path(
    os.environ.get("CNC_EXPERIMENT_TABLES")
    or Path(__file__).resolve().parents[3] / "shared" / "data" / "experiments"
)


def import_table(name: str, logdir: Path) -> Path:
    """Imports a published table; skips the test where the tables are not at hand."""
    source = TABLES / f"{name}.json"
    if not source.exists():
        pytest.skip(f"the published tables are not in {TABLES}; set CNC_EXPERIMENT_TABLES")
    assert main(["import", str(source), "--logdir", str(logdir)]) == 0
    return logdir


def log_noisy_sweep(logdir: Path) -> Path:
    """Dense, and {50, 75, 90 %} × {tuned or not} with repeated latencies and a budget."""
    specs = (
        cnc_summary.metric("accuracy", goal="max", format=".1%"),
        cnc_summary.metric("latency_ms", unit="ms", goal="min", budget="<= 9 ms"),
    )
    with cnc_summary.model(logdir / "dense", "dense", metrics=specs) as dense:
        dense.metrics({"accuracy": 0.95, "latency_ms": [10.0, 10.2, 9.8, 10.1]})
    measured = {
        0.5: ((0.93, 8.02), (0.94, 8.0)),
        0.75: ((0.80, 6.0), (0.92, 6.0)),
        0.9: ((0.40, 4.0), (0.84, 4.2)),
    }
    for amount, ((pruned, fast), (tuned, slow)) in measured.items():
        name = f"prune-{amount:.0%}".rstrip("%")
        operation = cnc_summary.operation("magnitude prune", amount=amount)
        with cnc_summary.model(logdir / name, name, parents="dense", operation=operation) as m:
            m.metrics({"accuracy": pruned, "latency_ms": repeats(fast)})
        operation = cnc_summary.operation("fine-tune", epochs=3)
        tune = f"{name}-ft"
        with cnc_summary.model(logdir / tune, tune, parents=name, operation=operation) as m:
            m.metrics({"accuracy": tuned, "latency_ms": repeats(slow)})
    return logdir


def repeats(value: float) -> list[float]:
    return [value - 0.1, value + 0.1, value + 0.05, value - 0.05]
