"""Questions about a log directory that the real writer filled, through TensorBoard's own loader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.writer.instances import task
from tests.tensorboard_host import serve_in_process


def another_process() -> None:
    """From here on no data set is known that was logged before, as in a process of its own."""
    task._known.clear()


def asked(logdir: Path, base: str, *models: str, **arguments: str) -> Any:
    """The behaviors of models, each in the run of its name."""
    with serve_in_process(logdir, "python") as host:
        host.models()
        given = {"base": model_key(base, base), **arguments}
        if models:
            given["models"] = ",".join(model_key(name, name) for name in models)
        response = host.client.get("/data/plugin/cnc/behaviors", query_string=given)
        assert response.status_code == 200, response.text
        return response.get_json()


def accuracy(logdir: Path, *models: str) -> list[float | None]:
    """The share of right answers of each model."""
    found = asked(logdir, models[0], *models[1:], measure="correct")
    return [each["value"] and each["value"]["value"] for each in found["models"]]


def notes(logdir: Path, *models: str) -> str:
    """All notes beside the behaviors of models."""
    found = asked(logdir, models[0], *models[1:])
    return "\n".join(f"{note['message']} {note['remedy']}" for note in found["notes"])
