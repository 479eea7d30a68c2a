"""Imported tables in the ``models`` route, under both of TensorBoard's loaders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tensorboard_cnc.cli import main
from tests.conftest import Serve
from tests.imports.published.example_table import model, table
from tests.imports.published.test_published_tables import MODELS, TABLES, document, needs_tables


@needs_tables
@pytest.mark.parametrize("name", MODELS)
def test_the_route_answers_what_the_table_says(name: str, tmp_path: Path, serve: Serve) -> None:
    assert main(["import", str(TABLES / f"{name}.json"), "--logdir", str(tmp_path)]) == 0
    answer = serve(tmp_path).models_when(lambda a: len(a["models"]) == MODELS[name])
    assert answer["problems"] == []
    models = {model["id"]: model for model in answer["models"]}
    for listed in document(name)["models"]:
        shown = models[listed["id"]]
        base = listed["base"]
        assert shown["run"] == listed["id"]
        assert shown["status"] == "finished"
        assert shown["parents"] == ([] if base is None else [models[base]["key"]])
        assert {n: metric["value"] for n, metric in shown["metrics"].items()} == {
            n: value for n, value in listed["metrics"].items() if value is not None
        }
    goals = {metric["name"]: metric["goal"] for metric in answer["metrics"]}
    assert list(goals) == [metric["name"] for metric in document(name)["metrics"]]
    assert goals["Latency"] == "min"
    assert goals["Model Size"] == "min"
    assert goals["F1" if name == "t5_squad" else "Top-1 Accuracy"] == "max"


def test_importing_again_updates_what_is_shown(tmp_path: Path, serve: Serve) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "logs é"
    source.write_text(json.dumps(table()))
    assert main(["import", str(source), "--logdir", str(logdir)]) == 0
    served = serve(logdir)
    served.models_when(lambda answer: len(answer["models"]) == 2)
    source.write_text(
        json.dumps(table(model("base"), model("pruned", "base", tag="new", metrics={"F1": 1})))
    )
    assert main(["import", str(source), "--logdir", str(logdir)]) == 0
    answer = served.models_when(
        lambda answer: any(m["metrics"]["F1"]["value"] == 1 for m in answer["models"])
    )
    assert [m["id"] for m in answer["models"]] == ["base", "pruned"]
    assert answer["models"][1]["description"] == "new"
    assert answer["problems"] == []


def test_a_cycle_and_a_missing_base_are_shown_with_their_problems(
    tmp_path: Path, serve: Serve
) -> None:
    source = tmp_path / "t.json"
    source.write_text(json.dumps(table(model("a", "b"), model("b", "a"), model("c", "gone"))))
    assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 0
    answer = serve(tmp_path / "logs").models_when(lambda answer: len(answer["models"]) == 4)
    assert {m["id"]: m["status"] for m in answer["models"]}["gone"] == "missing"
    assert len(answer["problems"]) == 2
