"""The ``models`` answer of known records is the golden file that the panel's tests read too."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.reader.event_store import Unreadable
from tensorboard_cnc.records.models import (
    Budget,
    Bulk,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Operation,
    Problems,
    Record,
    ScalarPoint,
    Stored,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "models.json"
_SECOND = 1_000_000
_START = 1_790_000_000 * _SECOND


def card(model_id: str, *parents: str, at: int, **fields: Any) -> ModelCard:
    created = _START + at * _SECOND
    closed = None if fields.get("status") == "running" else created + _SECOND
    status = fields.pop("status", "finished")
    return ModelCard(
        model_id, parents, created_us=created, closed_us=closed, status=status, **fields
    )


def metrics(model_id: str, at: int, /, host: str = "lab", **repeats: tuple[float, ...]) -> Metrics:
    logged = _START + at * _SECOND
    return Metrics(
        model_id,
        tuple(Measurement(name, values, at, logged, host) for name, values in repeats.items()),
    )


def records() -> list[Stored]:
    """One of everything the answer can hold."""
    specs = MetricSpecs(
        (
            MetricSpec(
                "accuracy",
                "max",
                "",
                ".1%",
                0.0,
                1.0,
                budget=Budget("at_least", -1.0, "base_percent"),
                scalar="val/acc",
                description="Right answers among all.",
                defined_us=_START,
            ),
        )
    )
    distill = Operation("distill", {"temperature": 4.0, "layers": ("a", "b"), "hard": False})
    limit = Operation("clip", {"threshold": math.inf, "note": None, "nested": (1, (2, 3))})
    entries: list[tuple[str, Record]] = [
        ("dense", card("dense", at=0, operation=Operation("train", {"epochs": 30, "seed": 0}))),
        ("dense", metrics("dense", 1, size_bytes=(1.2e6,), latency_ms=(8.1, 8.3, 8.0))),
        ("dense", specs),
        ("init", card("student-init", at=2)),
        ("student", card("student", "student-init", "dense", at=3, operation=distill)),
        ("student", metrics("student", 4, accuracy=(0.93,), val_loss=(0.25,))),
        ("phone", metrics("student", 9, "pixel", latency_ms=(2.0, 2.2))),
        (
            "failed",
            card("clip <b>", "dense", at=5, operation=limit, status="failed", reason="NaN <i>"),
        ),
        ("failed", metrics("clip <b>", 6, val_loss=(math.nan, 1.0), gain=(-math.inf,))),
        ("orphan", card("orphan", "lost", at=7, status="running", checkpoint="s3://x/y.pt")),
        ("rerun/version_0", card("ft", "dense", at=8)),
        ("rerun/version_1", card("ft", "dense", at=9)),
        ("late", card("int8", "ft", at=10, description="Two runs have a model ft.")),
        ("late", Problems("int8", (LoggedProblem("Metric x was text.", "Give a number.", 0),))),
    ]
    return [Stored(run, f"cnc/{n}", n, record) for n, (run, record) in enumerate(entries)]


def answer() -> dict[str, Any]:
    stored = records()
    scalars = {("dense", "val/acc"): [ScalarPoint(1.0, 29, 0.94), ScalarPoint(2.0, 30, 0.951)]}
    damaged = DamagedRecordError("A record is damaged: its checksum differs", "", "Log it again")
    bulk = [
        Bulk("weights", "dense", "dense", "", "dense", "cnc/weights/dense", 1, 1.0),
        Bulk("predictions", "student", "student", "test", "student/cnc", "cnc/predictions/…", 1),
        Bulk("activations", "elsewhere", "student", "", "elsewhere", "cnc/activations/student"),
        Bulk("dataset", "data", "", "test set", "data", "cnc/dataset/test%20set", 1, 1.0),
    ]
    catalog = build_catalog(stored, members_of(stored), scalars, bulk)
    unreadable = [Unreadable("broken", "cnc/model/x", damaged)]
    return dict(models_response(catalog, unreadable))


def test_the_answer_is_the_golden_one() -> None:
    text = json.dumps(answer(), indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == json.loads(text), (
        "the answer has changed; if that is meant: UPDATE_GOLDEN=1 python -m pytest " + __file__
    )


def test_the_median_of_the_largest_numbers_is_finite() -> None:
    stored = [
        Stored("r", "cnc/model/m", 0, card("m", at=0)),
        Stored(
            "r", "cnc/metrics/m/0", 1, metrics("m", 1, big=(1e308, 1.5e308), odd=(3.0, 1.0, 2.0))
        ),
    ]
    answer = models_response(build_catalog(stored, members_of(stored), {}), [])
    values = {name: m["value"] for name, m in answer["models"][0]["metrics"].items()}
    assert values == {"big": 1.25e308, "odd": 2.0}


def test_no_digit_of_a_parameter_is_lost() -> None:
    operation = Operation("train", {"seed": 2**63 - 1, "seeds": (7, -(2**53)), "steps": 2**53 - 1})
    stored = [Stored("r", "cnc/model/m", 0, card("m", at=0, operation=operation))]
    answer = models_response(build_catalog(stored, members_of(stored), {}), [])
    told = answer["models"][0]["operation"]
    assert told is not None
    assert told["parameters"] == {
        "seed": "9223372036854775807",
        "seeds": [7, "-9007199254740992"],
        "steps": 2**53 - 1,
    }


def test_the_golden_answer_holds_what_was_logged() -> None:
    """What the golden file must say, so that it cannot be updated into a wrong one."""
    found = answer()
    models = {(m["run"], m["id"]): m for m in found["models"]}
    dense = models["dense", "dense"]
    accuracy = dense["metrics"]["accuracy"]
    assert accuracy == {"value": 0.951, "repeats": [0.951], "step": 30, "scalar": "val/acc"}
    assert dense["metrics"]["latency_ms"]["value"] == 8.1
    assert dense["logged"] == {"predictions": [], "weights": True, "activations": False}
    student = models["student", "student"]
    assert student["parents"] == [models["init", "student-init"]["key"], dense["key"]]
    assert student["metrics"]["latency_ms"]["run"] == "phone"
    assert student["metrics"]["latency_ms"]["host"] == "pixel"
    assert student["logged"] == {"predictions": ["test"], "weights": False, "activations": True}
    failed = models["failed", "clip <b>"]
    assert (failed["status"], failed["reason"]) == ("failed", "NaN <i>")
    assert failed["metrics"]["val_loss"]["nonfinite"] == "NaN"
    assert failed["metrics"]["val_loss"]["repeats"] == [None, 1.0]
    assert failed["operation"]["parameters"] == {
        "threshold": "Infinity",
        "note": None,
        "nested": [1, "[2, 3]"],
    }
    assert found["models"][-1]["id"] == "lost"
    assert models[None, "lost"]["status"] == "missing"
    int8 = models["late", "int8"]
    assert int8["assumed"] == int8["parents"] == [models["rerun/version_1", "ft"]["key"]]
    assert found["metrics"][0]["budget"] == {
        "bound": "at_least",
        "value": -1.0,
        "relation": "base_percent",
    }
    assert {m["name"]: (m["goal"], m["guessed"]) for m in found["metrics"]} == {
        "accuracy": ("max", False),
        "size_bytes": ("min", True),
        "latency_ms": ("min", True),
        "val_loss": ("min", True),
        "gain": (None, False),
    }
    assert found["datasets"] == ["test set"]
    assert [problem["run"] for problem in found["problems"]] == ["orphan", "late", "broken"]


def test_conditions_and_notes_are_sent_where_there_are_any() -> None:
    timed = Measurement("latency_ms", (1.0,), conditions={"threads": "2"}, note="warm")
    plain = Measurement("accuracy", (0.9,))
    stored = [
        Stored("r", "cnc/model/m", 0, card("m", at=0)),
        Stored("r", "cnc/metrics/m/0", 1, Metrics("m", (timed, plain))),
    ]
    answer = models_response(build_catalog(stored, members_of(stored), {}), [])
    found = answer["models"][0]["metrics"]
    assert found["latency_ms"]["conditions"] == {"threads": "2"}
    assert found["latency_ms"]["note"] == "warm"
    assert found["accuracy"].keys() == {"value", "repeats", "step"}
