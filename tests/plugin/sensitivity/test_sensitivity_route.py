"""The ``sensitivity`` route as HTTP clients see it, against the record that was logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.format import sensitivity
from tensorboard_cnc.format.tags import sensitivity_tag
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.sensitivity import Sensitivity
from tests.conftest import Serve
from tests.format.any_sensitivity import broken, every_form, record
from tests.tensorboard_host import InProcessTensorBoard

ROUTE = "/data/plugin/cnc/sensitivity"
KEY = model_key("m", "m")


def log(logdir: Path, stored: Sensitivity) -> None:
    with cnc_summary.model(logdir / "m", "m") as m:
        m._journal.write_chunks(sensitivity_tag("m"), sensitivity.encode(stored))
    with cnc_summary.model(logdir / "other", "other"):
        pass


def ready(serve: Serve, logdir: Path, stored: Sensitivity) -> InProcessTensorBoard:
    """A server that has read the record."""
    log(logdir, stored)
    host = serve(logdir)
    host.models_when(
        lambda answer: (
            [model["status"] for model in answer["models"]] == ["finished"] * 2
            and any("sensitivity" in model["logged"] for model in answer["models"])
        )
    )
    return host


def asked(host: InProcessTensorBoard, **query: Any) -> Any:
    response = host.client.get(ROUTE, query_string={"model": KEY, **query})
    assert response.status_code == 200, response.text
    return response.get_json()


def test_it_holds_what_was_logged(tmp_path: Path, serve: Serve) -> None:
    stored = record(6, 3)
    found = asked(ready(serve, tmp_path, stored))
    assert found["unit"] == "nats"
    assert [layer["name"] for layer in found["layers"]] == [each.name for each in stored.layers]
    np.testing.assert_allclose(found["cells"]["damage"], stored.mean, rtol=1e-5)
    assert found["cells"]["bytes"] == stored.bytes.tolist()
    low, high = (np.array(found["cells"][end]) for end in ("low", "high"))
    assert (low < stored.mean).all()
    assert (high > stored.mean).all()
    assert found["cells"]["rank_first"][0] == [1, 1, 1]
    assert found["known"] == 18
    assert (found["dense_bytes"], found["start_bytes"]) == (6 * 512 + 100, 6 * 512 + 100)


def test_steps_lead_from_all_to_the_fewest_bytes(tmp_path: Path, serve: Serve) -> None:
    stored = record(6, 3)
    found = asked(ready(serve, tmp_path, stored))
    chosen = list(found["start"])
    for step in found["steps"]:
        chosen[step["layer"]] = step["candidate"]
        sizes = [512 if at < 0 else int(stored.bytes[row, at]) for row, at in enumerate(chosen)]
        assert step["bytes"] == sum(sizes) + 100
        total = sum(stored.mean[row, at] for row, at in enumerate(chosen) if at >= 0)
        assert step["damage"] == pytest.approx(float(total), rel=1e-4)
        assert step["low"] <= step["damage"] <= step["high"]
    assert found["steps"][-1]["bytes"] == 6 * 32 + 100
    uniform = found["uniform"][0]
    assert (uniform["layers"], uniform["bytes"]) == (6, 6 * 128 + 100)
    assert uniform["measured"] == pytest.approx(1.25 * uniform["predicted"], rel=1e-4)
    assert found["additivity"]["median"] == pytest.approx(1.25, rel=1e-4)


def test_what_has_no_number_is_null_with_its_reason(tmp_path: Path, serve: Serve) -> None:
    found = asked(ready(serve, tmp_path, broken(every_form())))
    assert found["cells"]["damage"][0][1] is None
    assert found["cells"]["bytes"][2][1] is None
    assert {(each["layer"], each["candidate"], each["broken"]) for each in found["reasons"]} == {
        (0, 1, True),
        (1, 0, False),
    }
    assert found["refused"] == [{"name": "a", "reason": "it is quantized"}]
    assert found["candidates"][1] == {"name": "mine", "own": True}


def test_an_allocation_as_text(tmp_path: Path, serve: Serve) -> None:
    host = ready(serve, tmp_path, record(6, 3))
    steps = asked(host)["steps"]
    text = asked(host, level="export", steps=len(steps), format="json")["text"]
    assert json.loads(text) == {f"blocks.{at}.weight": "int2" for at in range(6)}
    assert "FqnToConfig" in asked(host, level="export", steps=1, format="torchao")["text"]
    refused = host.client.get(ROUTE, query_string={"model": KEY, "level": "export", "steps": 99})
    assert refused.status_code == 404


def test_models_without_one(tmp_path: Path, serve: Serve) -> None:
    host = ready(serve, tmp_path, record())
    found = host.client.get(ROUTE, query_string={"model": model_key("other", "other")})
    assert found.status_code == 404
    assert "m.sensitivity(net, inputs)" in found.get_json()["error"]
    assert host.client.get(ROUTE, query_string={"model": "nobody"}).status_code == 404
    models = host.models()["models"]
    logged = {model["id"]: model["logged"] for model in models}
    assert logged["m"]["sensitivity"]
    assert "sensitivity" not in logged["other"]
