"""Units that two runs log under one name are told, and wide but single ones are not."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tensorboard_cnc.analysis.mixed_units import mixed_problem, mixed_units
from tensorboard_cnc.records.models import MetricSpec

PUBLISHED = Path(
    os.environ.get("CNC_EXPERIMENT_TABLES")
    or Path(__file__).resolve().parents[3] / "shared" / "data" / "experiments"
)


def units(values: Sequence[float], spec: MetricSpec | str) -> str | None:
    spec = MetricSpec(spec) if isinstance(spec, str) else spec
    mix = mixed_units(spec, {str(at): float(value) for at, value in enumerate(values)})
    return mix.units if mix else None


@pytest.mark.parametrize(
    ("spec", "values", "told"),
    [
        ("accuracy", [0.93, 91], "per cent"),
        ("val/acc", [0.93, 0.91, 0.88, 91.2, 72.4], "per cent"),
        ("f1", [88.1, 0.871, 0.86], "per cent"),
        ("accuracy", [0.93, 1.0, 93], "per cent"),
        ("sacrebleu", [0.31, 30.2], "per cent"),
        ("rouge/rougeL", [0.4, 41], "per cent"),
        ("error rate", [0.07, 8.2], "per cent"),
        (MetricSpec("quality", unit="%"), [0.71, 70.2, 69.9], "per cent"),
        (MetricSpec("quality", format=".1%"), [0.71, 70.2], "per cent"),
        (MetricSpec("quality", low=0, high=1), [0.71, 70.2], "per cent"),
        ("latency", [0.012, 12, 11.1, 8], "s and ms"),
        ("inference_time", [0.031, 0.029, 30, 18.5], "s and ms"),
        ("ttft", [0.08, 80_000], "s and µs"),
        (MetricSpec("speed", unit="ms"), [0.0053, 5.0, 6.0], "s and ms"),
        (MetricSpec("weight", unit="B"), [44.7, 46_827_520], "millions"),
        ("size_bytes", [44.7, 46_827_520, 11_700_000], "millions"),
        ("size_bytes", [98.7, 98_712], "thousands"),
        ("params", [25.6, 25_557_032], "millions"),
        ("params", [12, 12_000_000], "millions"),
        ("macs", [4.1, 4_089_184_256], "billions"),
        ("peak_memory", [1.2, 900_000_000], "billions"),
    ],
)
def test_mixed_units_are_told(spec: MetricSpec | str, values: list[float], told: str) -> None:
    for order in (values, values[::-1]):
        found = units(order, spec)
        assert found is not None
        assert told in found


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        ("accuracy", []),
        ("accuracy", [0.93]),
        ("accuracy", [1.0, 90, 91]),
        ("accuracy", [0.93, 0.1, 0.0, 1.0]),
        ("accuracy", [93, 91, 10, 100]),
        # Per cent that fell to chance: of ten, a hundred and a thousand classes.
        ("accuracy", [76.1, 75.0, 10.0]),
        ("accuracy", [76.1, 75.0, 1.0, 0.9]),
        ("Top-1 Accuracy", [76.1, 75.0, 0.1]),
        ("Top-1 Accuracy", [76.1, 70.0, 41.0, 12.0, 3.1, 0.9, 0.4, 0.1]),
        ("accuracy", [91, 0.0]),
        ("loss", [0.93, 91]),
        ("perplexity", [5.6, 5_600.0]),
        ("throughput", [0.93, 91]),
        ("latency", [0.4, 0.9, 12, 40, 300]),
        ("latency", [12, 120]),
        ("latency", [8.1, 8.0, float("nan"), float("inf"), -1.0, 0.0]),
        ("train_time", [3.0, 3_000.0]),
        ("size_bytes", [44_000, 44_000_000]),
        ("size_bytes", [4_870, 99_700, 1_330_000]),
        ("size_mb", [0.044, 44.7]),
        ("params", [1_000, 25_557_032]),
        ("epochs", [1, 1_000_000]),
    ],
)
def test_one_unit_is_no_alarm(spec: str, values: list[float]) -> None:
    assert units(values, spec) is None


def test_the_problem_names_a_model_of_each_unit_and_the_remedy() -> None:
    values = {"a": 0.93, "b": 91.0, "c": 90.0}
    mix = mixed_units(MetricSpec("accuracy"), values)
    assert mix is not None
    problem = mixed_problem("accuracy", mix, values, {"a": "dense", "c": "int8"})
    assert all(part in problem.message for part in ('"accuracy"', '0.93 ("dense")', '90 ("int8")'))
    assert "one unit" in problem.remedy


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published tables are not here")
def test_no_alarm_on_the_published_tables() -> None:
    seen = 0
    for path in sorted(PUBLISHED.glob("*.json")):
        table = json.loads(path.read_text(encoding="utf-8"))
        for metric in table["metrics"]:
            name = metric["name"]
            values = [v for m in table["models"] if (v := m["metrics"].get(name)) is not None]
            spec = MetricSpec(
                name, None, metric.get("unit", ""), metric.get("format", ""), metric.get("min"),
                metric.get("max"),
            )  # fmt: skip
            assert units(values, spec) is None, (path.name, name)
            seen += len(values)
    assert seen > 100
