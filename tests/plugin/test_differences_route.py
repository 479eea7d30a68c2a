"""The ``differences`` route as HTTP clients see it, and the golden answer of the panel's tests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.plugin.differences_response import differences_response
from tensorboard_cnc.plugin.responses import json_body
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import Measurement, Metrics, ModelCard, Operation, Stored
from tests.conftest import Serve
from tests.plugin.alike import check_alike
from tests.simpson import log_simpsons_design, log_simpsons_schemes
from tests.tensorboard_host import InProcessTensorBoard

GOLDEN = Path(__file__).parents[1] / "golden" / "differences.json"
ROUTE = "/data/plugin/cnc/differences"


@pytest.fixture
def served(tmp_path: Path, serve: Serve) -> InProcessTensorBoard:
    with cnc_summary.model(tmp_path / "dense", "dense") as dense:
        dense.metrics({"accuracy": 0.95})
    for amount, accuracy in ((0.5, 0.9), (0.9, 0.4)):
        name, operation = f"p{amount}", cnc_summary.operation("prune", amount=amount)
        with cnc_summary.model(tmp_path / name, name, parents="dense", operation=operation) as m:
            m.metrics({"accuracy": accuracy})
    tensorboard = serve(tmp_path)
    tensorboard.models_when(
        lambda answer: [model["status"] for model in answer["models"]] == ["finished"] * 3
    )
    return tensorboard


def keys(*names: str) -> str:
    return ",".join(model_key(name, name) for name in names)


def test_an_answer(served: InProcessTensorBoard) -> None:
    response = served.client.get(ROUTE, query_string={"models": keys("p0.9", "p0.5")})
    assert response.status_code == 200
    answer = response.get_json()
    assert answer["models"] == keys("p0.9", "p0.5").split(",")
    (variable,) = answer["variables"]
    assert variable["levels"] == [
        {"value": 0.5, "text": "0.5", "models": 1},
        {"value": 0.9, "text": "0.9", "models": 1},
    ]
    assert (variable["operation"], variable["repeat"], variable["parameter"]) == (
        "prune",
        1,
        "amount",
    )
    assert variable["of"] == [1, 0]
    assert (answer["x"], answer["colour"]) == (variable["id"], None)
    (pairs,) = answer["pairs"]
    assert pairs["effects"]["accuracy"]["mean"] == pytest.approx(-0.5)
    again = {"If-None-Match": response.headers["ETag"]}
    unchanged = served.client.get(
        ROUTE, query_string={"models": keys("p0.9", "p0.5")}, headers=again
    )
    assert unchanged.status_code == 304


def test_all_models_but_some(served: InProcessTensorBoard) -> None:
    some = served.client.get(ROUTE, query_string={"except": keys("dense")}).get_json()
    assert some["models"] == keys("p0.5", "p0.9").split(",")
    everything = served.client.get(ROUTE, query_string={"except": ""}).get_json()
    assert everything["models"] == keys("dense", "p0.5", "p0.9").split(",")


def test_a_key_given_twice_counts_once(served: InProcessTensorBoard) -> None:
    response = served.client.get(ROUTE, query_string={"models": keys("p0.9", "p0.5", "p0.9")})
    assert len(response.get_json()["models"]) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ({}, 400, "Give either models="),
        ({"models": "a,b", "except": "c"}, 400, "Give either models="),
        ({"models": ""}, 400, "models to compare, not 0"),
        ({"models": keys("dense")}, 400, "models to compare, not 1"),
        ({"except": keys("dense", "p0.5")}, 400, "models to compare, not 1"),
        ({"models": keys("dense") + ",nobody"}, 404, "no model with the key nobody"),
        ({"except": "<b>"}, 404, "no model with the key <b>"),
        ({"models": "x" * 3000}, 404, "no model with the key x"),
    ],
)
def test_what_cannot_be_answered_says_why(
    arguments: dict[str, str], status: int, error: str, served: InProcessTensorBoard
) -> None:
    response = served.client.get(ROUTE, query_string=arguments)
    assert response.status_code == status
    assert error in response.get_json()["error"]
    assert len(response.text) < 400


def test_an_empty_log_directory(tmp_path: Path, serve: Serve) -> None:
    response = serve(tmp_path).client.get(ROUTE, query_string={"except": ""})
    assert response.status_code == 400


def test_what_is_logged_later_is_in_the_next_answer(
    tmp_path: Path, served: InProcessTensorBoard
) -> None:
    before = served.client.get(ROUTE, query_string={"except": ""}).get_json()
    tune = cnc_summary.operation("tune", epochs=3)
    with cnc_summary.model(tmp_path / "ft", "ft", parents="p0.9", operation=tune):
        pass
    served.models_when(lambda answer: len(answer["models"]) == 4)
    after = served.client.get(ROUTE, query_string={"except": ""}).get_json()
    assert (len(before["models"]), len(after["models"])) == (3, 4)


def answer() -> dict[str, Any]:
    """Everything an answer can hold: {0.5, 0.9, int8} × {tuned or not} twice, and a stranger."""
    entries: list[Stored] = []

    def add(name: str, parents: tuple[str, ...], step: Operation | None, f1: float) -> None:
        at = len(entries)
        entries.append(Stored("r", "t", at, ModelCard(name, parents, step, created_us=at)))
        entries.append(Stored("r", "t", at, Metrics(name, (Measurement("f1", (f1,)),))))

    add("dense", (), None, 0.95)
    add("other", (), None, 0.9)
    for seed in (0, 1):
        for amount, loss in ((0.5, 0.02), (0.9, 0.2)):
            name = f"p{amount}-{seed}"
            step = Operation("prune", {"amount": amount, "seed": seed, "scope": "global"})
            add(name, ("dense",), step, 0.95 - loss - seed / 100)
            tune = Operation("tune", {"epochs": 3})
            add(f"{name}-ft", (name,), tune, 0.95 - loss / 2 - seed / 100)
    add("int8", ("dense",), Operation("quantize", {"bits": 8}), 0.94)
    add("student", ("other", "dense"), Operation("distill", {"temperature": 2.0}), 0.93)
    catalog = build_catalog(entries, members_of(entries), {})
    chosen = [member.key for member in catalog.members if member.card.id not in ("dense", "other")]
    found = json.loads(json_body(differences_response(catalog, chosen)).content)
    assert isinstance(found, dict)
    return found


def test_the_golden_answer() -> None:
    found = answer()
    if os.environ.get("UPDATE_GOLDEN"):
        text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        GOLDEN.write_text(text, encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    check_alike(found, golden, "UPDATE_GOLDEN=1 writes it anew: ")


def test_the_golden_answer_is_right() -> None:
    found = answer()
    assert {variable["kind"] for variable in found["variables"]} >= {"alternatives", "step"}
    assert found["replicates"] == [[0, 4], [1, 5], [2, 6], [3, 7]]
    assert found["first_difference"] == 0


def test_simpsons_design_through_the_writer(tmp_path: Path, serve: Serve) -> None:
    """Accuracy falls along the amount, and rises in every matched pair."""
    ids = log_simpsons_design(tmp_path)
    tensorboard = serve(tmp_path)
    tensorboard.models_when(lambda found: len(found["models"]) == len(ids) + 1)
    chosen = {"models": keys(*ids)}
    found = tensorboard.client.get(ROUTE, query_string=chosen).get_json()
    variables = {variable["name"]: variable for variable in found["variables"]}
    moved = found["metrics"]["accuracy"]
    amount = variables["amount"]["id"]
    assert (moved["x"], moved["colour"]) == (amount, variables["schedule"]["id"])
    effects = {effect["variable"]: effect for effect in moved["effects"]}
    assert effects[amount]["plain"] < -0.04
    assert 0.006 < effects[amount]["low"] < 0.009 < effects[amount]["high"] < 0.012
    assert effects[variables["schedule"]["id"]]["share"] > 0.5
    for pairs in found["pairs"]:
        if pairs["variable"] == amount:
            effect = pairs["effects"]["accuracy"]
            assert effect["rose"] == effect["pairs"] >= 1


def test_simpsons_schemes_through_the_writer(tmp_path: Path, serve: Serve) -> None:
    """Loss is higher per channel on average, and lower in every matched pair."""
    ids = log_simpsons_schemes(tmp_path)
    tensorboard = serve(tmp_path)
    tensorboard.models_when(lambda found: len(found["models"]) == len(ids) + 1)
    found = tensorboard.client.get(ROUTE, query_string={"models": keys(*ids)}).get_json()
    variables = {variable["name"]: variable for variable in found["variables"]}
    scheme, images = (variables[name]["id"] for name in ("scheme", "images"))
    moved = found["metrics"]["loss"]
    assert {moved["x"], moved["colour"]} == {scheme, images}
    assert [level["text"] for level in variables["scheme"]["levels"]] == [
        "per channel",
        "per tensor",
    ]
    told = next(effect for effect in moved["effects"] if effect["variable"] == scheme)
    assert (told["before"], told["after"]) == (0, 1)
    assert told["plain"] < -0.5
    assert 0.02 < told["low"] < told["change"] < told["high"] < 0.05
    (pairs,) = (each for each in found["pairs"] if each["variable"] == scheme)
    effect = pairs["effects"]["loss"]
    assert effect["rose"] == effect["pairs"] == 5
    assert 0.018 < effect["least"] < effect["most"] < 0.052
