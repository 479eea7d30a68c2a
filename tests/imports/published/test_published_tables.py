"""The published system's three tables, against what the event files hold after an import.

They are not part of this project. CNC_EXPERIMENT_TABLES names the directory they are in.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.cli import main
from tensorboard_cnc.imports.published.experiment_table import parse_table
from tests.imports.published.logged import LoggedModel, logged_models

DEFAULT = Path(__file__).parents[4] / "shared" / "data" / "experiments"
TABLES = Path(os.environ.get("CNC_EXPERIMENT_TABLES", DEFAULT))
MODELS = {"imagenet": 52, "imagenet_tutorial": 5, "t5_squad": 40}
ROOTS = {"imagenet": 2, "imagenet_tutorial": 1, "t5_squad": 1}
DEPTH = {"imagenet": 5, "imagenet_tutorial": 2, "t5_squad": 4}

BY_NAME = "Parameters declared by name only, so any value is accepted: "
OPEN = "Metric with a minimum but no maximum, its scale left open: "
ROOT = "Model with an operation but no base, kept: "
NOTES = {
    "imagenet": (
        BY_NAME + "magnitude prune, quantize, calibrate, train, gradient prune",
        OPEN + "Latency, Model Size, Epochs",
        ROOT + "mobilenetv2trained, resnet50trained",
    ),
    "imagenet_tutorial": (
        BY_NAME + "quantize, gradient prune, magnitude prune, calibrate, train",
        OPEN + "Latency, Model Size, Epochs",
        'Number format "00" is not a complete d3-format, read as ".12~g": Epochs',
        "Empty tag, imported without a description: resnet50trained",
        ROOT + "resnet50trained",
        "Operation declared but never applied: gradient prune",
    ),
    "t5_squad": (
        'Number format ".2" is not a complete d3-format, read as ".2f": F1, ExactMatch',
        OPEN + "Latency, Model Size",
        "Metrics declared on different scales, kept as they are: "
        "0 to 100 for F1 and ExactMatch, 0 to 1 for Sparsity",
        "Undeclared operation, imported anyway: Retrain (×11)",
        "Metric that is null, imported as not logged: Sparsity (×8)",
        "Parameter with floating-point noise, rounded: 0.6000000000000001 to 0.6",
        "Parameter value outside its declaration, imported anyway: "
        "Selective Pruning.layers = lateattention (×2)",
    ),
}

needs_tables = pytest.mark.skipif(
    not all((TABLES / f"{name}.json").is_file() for name in MODELS),
    reason=f"the published tables are not in {TABLES}; set CNC_EXPERIMENT_TABLES",
)
pytestmark = needs_tables


def document(name: str) -> Any:
    return json.loads((TABLES / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module", params=MODELS)
def imported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, LoggedModel]]:
    logdir = tmp_path_factory.mktemp(request.param)
    table = TABLES / f"{request.param}.json"
    assert main(["import", str(table), "--logdir", str(logdir)]) == 0
    return request.param, logged_models(logdir)


Imported = tuple[str, dict[str, LoggedModel]]


def test_every_model_is_there_in_its_own_run(imported: Imported) -> None:
    name, models = imported
    assert len(models) == MODELS[name]
    assert models.keys() == {listed["id"] for listed in document(name)["models"]}
    assert {model.run for model in models.values()} == models.keys()


def test_parents_operations_and_descriptions(imported: Imported) -> None:
    name, models = imported
    for listed in document(name)["models"]:
        card = models[listed["id"]].card
        assert card.parents == (() if listed["base"] is None else (listed["base"],))
        assert card.description == listed.get("tag", "")
        assert card.status == "finished"
        if listed["operation"] is None:
            assert card.operation is None
            continue
        assert card.operation is not None
        assert card.operation.name == listed["operation"]["name"]
        clean = json.loads(
            json.dumps(listed["operation"]["parameters"]).replace("0.6000000000000001", "0.6")
        )
        assert repr(dict(card.operation.parameters)) == repr(clean)


def test_metrics_are_those_of_the_table_to_the_last_bit(imported: Imported) -> None:
    name, models = imported
    for listed in document(name)["models"]:
        measured = {n: (float(v),) for n, v in listed["metrics"].items() if v is not None}
        assert models[listed["id"]].metrics == measured


def test_specs(imported: Imported) -> None:
    name, models = imported
    meant = {".2": ".2f", "00": ".12~g"}
    for model in models.values():
        for listed in document(name)["metrics"]:
            spec = model.specs[listed["name"]]
            assert (spec.low, spec.high) == (listed["min"], listed["max"])
            written = listed.get("format", "")
            assert spec.format == meant.get(written, written)
            assert spec.unit == listed.get("unit", "")
            assert spec.primary == listed["primary"]
            assert spec.goal is None


def test_parents_were_created_before_their_children(imported: Imported) -> None:
    name, models = imported
    depth: dict[str, int] = {}
    for model_id, model in models.items():
        depth[model_id] = max((depth[parent] + 1 for parent in model.card.parents), default=0)
    assert max(depth.values()) == DEPTH[name]
    assert Counter(depth.values())[0] == ROOTS[name]


def test_the_story_of_t5_is_in_the_numbers(imported: Imported) -> None:
    name, models = imported
    if name != "t5_squad":
        return
    f1 = {model_id: round(model.metrics["F1"][0], 2) for model_id, model in models.items()}
    assert f1["base"] == 90.50
    assert f1["pruning0.1"] == 4.04
    assert f1["pruning0.1_restorelayernorms"] == 90.34
    assert sum("Sparsity" not in model.metrics for model in models.values()) == 8


@pytest.mark.parametrize("name", MODELS)
def test_every_note_is_made(name: str) -> None:
    assert parse_table(document(name)).notes == NOTES[name]


def test_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = TABLES / "t5_squad.json"
    assert main(["import", str(table), "--logdir", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert f"{table}: 40 models, 1 root\n" in printed.out
    assert "operations: Selective Pruning 12, Restore 11, Retrain 11, Pruning 5\n" in printed.out
    assert "metrics: F1 40, ExactMatch 40, Latency 40, Model Size 40, Sparsity 32\n" in printed.out
    assert len(re.findall(r"^  - ", printed.out, re.M)) == len(NOTES["t5_squad"])
    assert f"Wrote 40 runs to {tmp_path}\n" in printed.out
    assert printed.out.endswith(f"tensorboard --logdir {tmp_path}\n")
