"""Routes as HTTP clients see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin import backend
from tests.conftest import Serve


def test_an_unchanged_answer_is_not_sent_again(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "r", "m"):
        pass
    tensorboard = serve(tmp_path)
    tensorboard.models_when(lambda a: a["models"] and a["models"][0]["status"] == "finished")
    first = tensorboard.client.get("/data/plugin/cnc/models")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert tensorboard.client.get("/data/plugin/cnc/models", headers=tag).status_code == 304
    with cnc_summary.attach(tmp_path / "s", "m") as attached:
        attached.metrics({"accuracy": 1.0})
    tensorboard.models_when(lambda a: a["models"][0]["metrics"])
    changed = tensorboard.client.get("/data/plugin/cnc/models", headers=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    "path", ["static/absent.js", "static/a%00.js", "static/%2e%2e/loader.py", "static/", "nothing"]
)
def test_what_is_not_there_is_404(path: str, tmp_path: Path, serve: Serve) -> None:
    response = serve(tmp_path).client.get(f"/data/plugin/cnc/{path}")
    assert response.status_code == 404
    assert response.get_json()["error"].startswith(("There is no route", "The panel has no file"))


@pytest.mark.parametrize("path", ["models", "layers?base=", "static/index.js", "nothing"])
def test_other_methods_are_refused_before_all_else(path: str, tmp_path: Path, serve: Serve) -> None:
    response = serve(tmp_path).client.post(f"/data/plugin/cnc/{path}")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_head_of_a_route(tmp_path: Path, serve: Serve) -> None:
    client = serve(tmp_path).client
    got = client.get("/data/plugin/cnc/models")
    head = client.head("/data/plugin/cnc/models")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]


def test_a_fault_is_told_as_json(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensorboard = serve(tmp_path)

    def fails(_: object) -> None:
        raise KeyError("low")

    monkeypatch.setattr(tensorboard.plugin, "snapshot", fails)
    response = tensorboard.client.get("/data/plugin/cnc/models")
    assert response.status_code == 500
    assert "KeyError: 'low'" in response.get_json()["error"]


def test_few_experiments_are_kept(tmp_path: Path, serve: Serve) -> None:
    plugin = serve(tmp_path).plugin
    kept = [plugin.snapshot(str(number)) for number in range(backend._KEPT_EXPERIMENTS)]
    assert plugin.snapshot("0") is kept[0]
    plugin.snapshot("one more")
    assert plugin.snapshot("0") is kept[0], "what was asked for last stays"
    assert plugin.snapshot("1") is not kept[1]
