"""Whatever is read back is what the page's routes answer over the same logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.results.comparison import Comparison
from tensorboard_cnc.results.runs import Runs
from tests.tensorboard_host import LOADERS, InProcessTensorBoard, Loader, serve_in_process

OTHERS = ["prune-50", "int8", "student", "dense-2"]


@pytest.fixture(scope="module", params=LOADERS)
def page(request: pytest.FixtureRequest, story_folder: Path) -> Iterator[InProcessTensorBoard]:
    loader: Loader = request.param
    with serve_in_process(story_folder, loader) as tensorboard:
        tensorboard.models_when(_complete)
        yield tensorboard


@pytest.fixture
def compared(story: Runs) -> Comparison:
    return story.compare("dense", OTHERS)


def _complete(answer: dict[str, Any]) -> bool:
    return len(answer["models"]) == 8 and all(
        model["status"] in ("finished", "missing") for model in answer["models"]
    )


def asked(page: InProcessTensorBoard, route: str, **query: str) -> Any:
    response = page.client.get(f"/data/plugin/cnc/{route}", query_string=query)
    assert response.status_code == 200, response.text
    return response.get_json()


def of(compared: Comparison) -> dict[str, str]:
    return {"base": compared.base.key, "models": ",".join(model.key for model in compared.models)}


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_models(page: InProcessTensorBoard, story: Runs) -> None:
    answer = asked(page, "models")
    assert as_json(story.contents.models) == answer
    assert [as_json(model.said) for model in story.models] == answer["models"]
    for model, said in zip(story.models, answer["models"], strict=True):
        assert (model.id, model.run, model.status) == (said["id"], said["run"], said["status"])
        assert [*model.parent_keys] == said["parents"]
        for name, metric in said["metrics"].items():
            expected = metric["value"] if "nonfinite" not in metric else float(metric["nonfinite"])
            assert model.metrics[name] == pytest.approx(expected, rel=0, nan_ok=True)
    assert story.models["trained"].metrics["val"] == pytest.approx(0.95)
    assert [*story.problems] == answer["problems"]


def test_differences(page: InProcessTensorBoard, compared: Comparison) -> None:
    keys = ",".join(model.key for model in (compared.base, *compared.models))
    assert as_json(compared.differences) == asked(page, "differences", models=keys)


@pytest.mark.parametrize("level", ["summary", "harmed"])
def test_behaviors(page: InProcessTensorBoard, compared: Comparison, level: str) -> None:
    expected = asked(page, "behaviors", level=level, **of(compared))
    assert as_json(getattr(compared.behaviors, level)) == expected


@pytest.mark.parametrize("by", ["label", "scan", "age", "confidence"])
@pytest.mark.parametrize("measure", ["correct", "nll"])
def test_slices(page: InProcessTensorBoard, compared: Comparison, by: str, measure: str) -> None:
    dimensions = compared.behaviors.summary["dimensions"]
    id = next(each["id"] for each in dimensions if by in each["id"])
    query = {"by": json.dumps([id]), "measure": measure}
    answer = asked(page, "behaviors", level="slices", **query, **of(compared))
    rows = compared.behaviors.slices(id, measure)
    assert len(rows) == len(answer["texts"]) * len(answer["models"]) > 0
    for row in rows:
        at = [" · ".join(texts) for texts in answer["texts"]].index(row["slice"])
        cells = next(each for each in answer["models"] if each["key"] == row["key"])
        for name in ("n", "value", "low", "high", "change", "change_low", "change_high", "p", "q"):
            assert row[name] == cells[name][at], name
        assert (row["broke"], row["mended"]) == (cells["negative"][at], cells["positive"][at])
        assert row["instances"] == answer["instances"][at]


@pytest.mark.parametrize("limit", [3, 100])
def test_flows(page: InProcessTensorBoard, compared: Comparison, limit: int) -> None:
    answer = asked(page, "behaviors", level="flows", limit=str(limit), **of(compared))
    rows = compared.behaviors.flows(limit)
    said = [{"key": model["key"], **flow} for model in answer["models"] for flow in model["flows"]]
    assert len(said) > 3
    assert [{name: row[name] for name in said[0]} for row in rows] == said


def test_instances(page: InProcessTensorBoard, compared: Comparison) -> None:
    rows = compared.behaviors.instances
    assert len(rows) == 2000 * 5
    answer = asked(page, "behaviors", level="instances", offset="1500", limit="50", **of(compared))
    for at, instance in enumerate(answer["ids"]):
        for place, model in enumerate(answer["models"]):
            row = rows[(1500 + at) * 5 + place]
            assert (row["id"], row["key"]) == (instance, model["key"])
            assert row["label"] == answer["labels"][at]
            assert row["text"] == answer["texts"][at]
            assert row["attributes"]["scan"] == answer["attributes"]["scan"][at]
            for name, column in {
                "predicted": "predicted",
                "correct": "correct",
                "confidence": "confidence",
                "value": "values",
            }.items():
                assert row[name] == model[column][at]


@pytest.mark.parametrize("view", ["weights", "sparsity"])
def test_layers(page: InProcessTensorBoard, compared: Comparison, view: Any) -> None:
    answer = asked(page, "layers", level="tree", view=view, **of(compared))
    assert as_json(compared.layers.tree(view)) == answer
    by_model = {cells["key"]: cells for cells in answer["models"]}
    rows = compared.layers.rows(view)
    assert len(rows) == 2 * len(by_model) or len(rows) == 3 * len(by_model)
    for row in rows:
        at = answer["rows"]["names"].index(row["name"])
        for name in ("value", "low", "high", "certainty", "params", "stored_bytes"):
            assert row[name] == by_model[row["key"]][name][at]
    detail = asked(page, "layers", level="row", row="fc.weight", view=view, **of(compared))
    assert as_json(compared.layers.row("fc.weight", view)) == detail
