"""Every answer of a report is what the page's route answers over the same logs."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tensorboard_cnc import cnc_summary, read
from tensorboard_cnc.reports.answer_key import answer_key
from tensorboard_cnc.reports.report import MOST_BYTES, Request, write_report
from tensorboard_cnc.results.runs import Runs
from tests.browser.evaluated_digits import log_digits
from tests.reports.opened import Opened
from tests.tensorboard_host import LOADERS, serve_in_process

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "answer_keys.json").read_text())
MODELS = ("prune-50", "int8", "student")


def write(story: Runs, path: Path, *, most_bytes: int = MOST_BYTES, **given: Any) -> Opened:
    written = write_report(story, path, Request(**given), most_bytes)
    assert path.stat().st_size == written.nbytes <= most_bytes
    return Opened(path)


@pytest.fixture(scope="module")
def opened(story: Runs, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return write(story, tmp_path_factory.mktemp("report") / "r.html", models=MODELS, base="dense")


@pytest.mark.parametrize("given", GOLDEN, ids=[each["address"][:40] for each in GOLDEN])
def test_both_sides_make_the_same_key(given: dict[str, str]) -> None:
    route, _, query = given["address"].partition("?")
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    assert answer_key(route, parameters) == given["key"]


def test_every_answer_is_the_routes(opened: Opened, story_folder: Path) -> None:
    asked: Counter[str] = Counter()
    with serve_in_process(story_folder, LOADERS[-1]) as tensorboard:
        tensorboard.models_when(lambda answer: len(answer["models"]) == 8)
        for route, parameters, answer in opened:
            response = tensorboard.client.get(
                f"/data/plugin/cnc/{route}", query_string=as_asked(parameters, answer)
            )
            assert response.status_code == 200, (route, parameters, response.text)
            assert answer == response.get_json(), (route, parameters)
            asked[f"{route} {parameters.get('level', '')}"] += 1
        for key, reason in opened.refused.items():
            route, *told = json.loads(key)
            response = tensorboard.client.get(f"/data/plugin/cnc/{route}", query_string=dict(told))
            assert response.get_json()["error"] == reason
    for level in ("summary", "harmed", "slices", "instances", "instance", "forgotten", "flows"):
        assert asked[f"behaviors {level}"] > 1, level
    assert asked["layers tree"] > 3
    assert asked["layers row"] > 1
    assert (asked["models "], asked["differences "]) == (1, 2)


def as_asked(parameters: Mapping[str, str], answer: Any) -> dict[str, str]:
    """The parameters, with models in the order in which the answer has them: keys sort them."""
    if "models" not in parameters:
        return dict(parameters)
    sides = [side if isinstance(side, str) else _key(side) for side in answer["models"]]
    place = {key: at for at, key in enumerate(sides)}
    keys = sorted(parameters["models"].split(","), key=lambda key: place.get(key, len(place)))
    return {**parameters, "models": ",".join(keys)}


def _key(side: Mapping[str, Any]) -> str:
    return str(side["model"] if "model" in side else side["key"])


def test_it_opens_on_the_models_that_were_named(opened: Opened, story: Runs) -> None:
    report = opened.report
    assert report["base"] == story.models["dense"].key
    assert report["models"] == [story.models[name].key for name in MODELS]
    assert report["cut"] == []


def test_without_names_it_is_about_the_front(story: Runs, tmp_path: Path) -> None:
    opened = write(story, tmp_path / "r.html")
    front = {model.key for model in story.models if model.front}
    assert set(opened.report["models"]) == front - {opened.report["base"]}
    assert opened.report["models"]


def test_no_instance_means_none(story: Runs, tmp_path: Path) -> None:
    opened = write(story, tmp_path / "r.html", models=MODELS, instances=False)
    assert {each.parameters.get("level") for each in opened} >= {"summary", "slices", "tree"}
    for route, parameters, answer in opened:
        assert parameters.get("level") not in ("instances", "instance", "forgotten")
        assert route != "instance_media"
        assert "filter" not in parameters
        assert "picture " not in json.dumps(answer)
    assert "they were left out" in " ".join(opened.report["holds"])


def test_predicted_texts_are_instances_too(tmp_path: Path) -> None:
    ids = list(range(40))
    logs = tmp_path / "logs"
    cnc_summary.dataset(logs / "data", "qa", ids, targets=["secret target"] * 40)
    for name, parents in (("dense", ()), ("int8", ("dense",))):
        with cnc_summary.model(logs / name, name, parents=parents) as m:
            m.metrics({"accuracy": 0.5})
            m.predictions("qa", ids, outputs=[f"secret {name} {n % 2}" for n in ids])
    whole = write(read(logs), tmp_path / "whole.html")
    assert any("secret" in json.dumps(each.answer) for each in whole)
    without = write(read(logs), tmp_path / "without.html", instances=False)
    assert {each.parameters.get("level") for each in without} >= {"summary"}
    assert not any("secret" in json.dumps(each.answer) for each in without)


def test_it_says_what_it_gives_away(opened: Opened) -> None:
    pages = [each.answer for each in opened if each.parameters.get("level") == "instances"]
    ids = {id for page in pages for id in page["ids"]}
    models, instances = opened.report["holds"]
    assert models.startswith("8 models with ids, names of runs")
    assert instances.startswith(f"{len(ids):,} instances of a data set with ids")
    assert f"texts of {len(ids):,}" in instances
    assert "attributes (age, scan)" in instances


def test_what_is_worth_least_is_cut_first_and_counted(story: Runs, tmp_path: Path) -> None:
    whole = write(story, tmp_path / "whole.html", models=MODELS)
    some = write(story, tmp_path / "some.html", models=MODELS, most_bytes=1_100_000)
    assert len(some.at) < len(whole.at)
    assert any("of" in part for part in some.report["cut"])
    left_out = sum(int(part.split(": ")[1].split(" of ")[0]) for part in some.report["cut"])
    assert left_out > 0
    levels = Counter(each.parameters.get("level", each.route) for each in some)
    assert levels["models"] == 1
    assert levels["summary"] > 0
    assert levels["tree"] > 0


def test_images_are_the_files_that_were_logged(tmp_path: Path) -> None:
    log_digits(tmp_path / "logs")
    opened = write(read(tmp_path / "logs"), tmp_path / "r.html")
    images = [each for each in opened if each.route == "instance_media"]
    first = next(each for each in opened if each.parameters.get("level") == "instances")
    assert len(images) >= len(first.answer["ids"]) > 50
    with serve_in_process(tmp_path / "logs", LOADERS[-1]) as tensorboard:
        tensorboard.models_when(lambda answer: len(answer["models"]) == 4)
        for _, parameters, image in images[:20]:
            response = tensorboard.client.get(
                "/data/plugin/cnc/instance_media", query_string=dict(parameters)
            )
            assert base64.b64decode(image.removeprefix("data:image/png;base64,")) == response.data
