"""What was read at one moment stays together, whenever the logs are renewed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tensorboard.context import RequestContext

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.plugin.questions import DifferencesQuestion
from tensorboard_cnc.plugin.snapshot import Generation, Snapshot
from tensorboard_cnc.records.identity import model_key
from tests.tensorboard_host import serve_in_process

KEYS = [model_key(name, name) for name in ("light", "heavy")]


def log(logdir: Path, amount: float) -> None:
    for name, share in (("light", 0.1), ("heavy", amount)):
        step = cnc_summary.operation("prune", amount=share)
        with cnc_summary.model(logdir / name, name, parents="dense", operation=step):
            pass


def test_a_response_never_outlives_its_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The logs are renewed between reading what is logged and responding from it."""
    with serve_in_process(tmp_path, "python") as tensorboard:
        log(tmp_path, 0.5)
        tensorboard.models()
        current = Snapshot.current

        def renewed_meanwhile(snapshot: Snapshot, ctx: RequestContext) -> Generation:
            found = current(snapshot, ctx)
            log(tmp_path, 0.9)
            tensorboard.bulk()
            snapshot.renew(ctx)
            return found

        def differences() -> str:
            query = {"models": ",".join(KEYS)}
            return tensorboard.client.get("/data/plugin/cnc/differences", query_string=query).text

        with monkeypatch.context() as patched:
            patched.setattr(Snapshot, "current", renewed_meanwhile)
            before = differences()
        assert "0.5" in before
        assert "0.9" in differences(), "the response of the old generation was kept for the new one"


def test_an_unchanged_log_stays_the_same_generation(tmp_path: Path) -> None:
    log(tmp_path, 0.5)
    with serve_in_process(tmp_path, "python") as tensorboard:
        tensorboard.models()
        snapshot = tensorboard.plugin.snapshot("")
        generation = snapshot.current(RequestContext())
        tensorboard.models()
        assert snapshot.current(RequestContext()) is generation
        response = generation.differences(DifferencesQuestion(models=tuple(KEYS)))
        assert generation.differences(DifferencesQuestion(models=tuple(KEYS))) is response


def test_what_lacks_nothing_is_called_complete_without_being_made_anew(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as model:
        model.metrics({"accuracy": 0.9})
    with serve_in_process(tmp_path, "python") as tensorboard:
        tensorboard.models()
        snapshot = Snapshot(tensorboard.provider, "")
        found = []
        for _ in range(3):
            snapshot.renew(RequestContext())
            found.append(snapshot.current(RequestContext()))
    first, second, third = found
    assert not first.catalog.complete
    assert second.catalog.complete
    assert second is third
    assert second.catalog.measured is first.catalog.measured
    told = [json.loads(generation.body.content) for generation in (first, second)]
    assert told[0].pop("incomplete")
    assert told[0] == told[1]
    assert first.body.etag != second.body.etag


def test_the_body_is_the_response(tmp_path: Path) -> None:
    log(tmp_path, 0.5)
    with serve_in_process(tmp_path, "python") as tensorboard:
        answer = tensorboard.models()
        catalog = tensorboard.plugin.snapshot("").current(RequestContext()).catalog
    assert answer == json.loads(json.dumps(models_response(catalog, [])))
