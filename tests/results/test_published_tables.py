"""The published tables: read back after an import, they are what the page shows of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tensorboard_cnc
from tensorboard_cnc.cli import main
from tests.conftest import Serve
from tests.imports.published.test_published_tables import MODELS, TABLES, document, needs_tables

pytestmark = needs_tables


@pytest.mark.parametrize("name", MODELS)
def test_the_page_shows_the_same(name: str, tmp_path: Path, serve: Serve) -> None:
    assert main(["import", str(TABLES / f"{name}.json"), "--logdir", str(tmp_path)]) == 0
    served = serve(tmp_path)
    answer = served.models_when(lambda each: len(each["models"]) == MODELS[name])
    runs = tensorboard_cnc.read(tmp_path)
    assert json.loads(json.dumps(runs.contents.models)) == answer
    values = {each["id"]: each["metrics"] for each in document(name)["models"]}
    for model in runs.models:
        logged = {metric: value for metric, value in values[model.id].items() if value is not None}
        assert model.metrics == logged
    keys = ",".join(model.key for model in runs.models)
    response = served.client.get("/data/plugin/cnc/differences", query_string={"models": keys})
    compared = runs.compare(runs.models[0])
    assert json.loads(json.dumps(compared.differences)) == response.get_json()


def test_check_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the page's budgets: a model keeps "99 % of base" just where its value does."""
    assert main(["import", str(TABLES / "t5_squad.json"), "--logdir", str(tmp_path)]) == 0
    runs = tensorboard_cnc.read(tmp_path)
    codes = {}
    for model in runs.models:
        base = runs.models.base_of(model)
        if base is None or "F1" not in model.metrics or "F1" not in base.metrics:
            continue
        kept = model.metrics["F1"] >= 0.99 * base.metrics["F1"]
        code = main(
            ["check", str(tmp_path), "--model", model.id, "--require", "F1 >= 99 % of base"]
        )
        assert code == (0 if kept else 1), capsys.readouterr().out
        codes[model.id] = code
    assert {*codes.values()} == {0, 1}
