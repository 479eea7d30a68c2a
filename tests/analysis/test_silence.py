"""Models that are said to be running, and have not said a word for long."""

from __future__ import annotations

from collections.abc import Iterable

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.silence import SILENT_AFTER_US, next_silence_us
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.records.models import Measurement, Metrics, ModelCard, Stored

START = 1_790_000_000_000_000
MINUTE = 60_000_000


def catalog(*entries: Stored) -> Catalog:
    return build_catalog(entries, members_of(entries), {})


def running(model_id: str, at: int) -> Stored:
    card = ModelCard(model_id, status="running", created_us=START + at * MINUTE)
    return Stored("run", f"cnc/model/{model_id}/1", at, card)


def metric(model_id: str, at: int) -> Stored:
    measured = Metrics(model_id, (Measurement("loss", (0.5,), 1, START + at * MINUTE),))
    return Stored("run", f"cnc/metrics/{model_id}/1", at, measured)


def silent(found: Catalog, at_us: int) -> Iterable[str]:
    models = models_response(found, [], at_us)["models"]
    return [model["id"] for model in models if model.get("silent")]


def test_a_model_is_silent_three_hours_after_its_last_word() -> None:
    found = catalog(running("dense", 0), metric("dense", 30))
    last = START + 30 * MINUTE
    assert silent(found, last + SILENT_AFTER_US - 1) == []
    assert silent(found, last + SILENT_AFTER_US) == ["dense"]


def test_only_what_is_running_falls_silent() -> None:
    done = ModelCard("done", status="finished", created_us=START)
    found = catalog(Stored("run", "cnc/model/done/1", 1, done))
    assert silent(found, START + 100 * SILENT_AFTER_US) == []
    assert next_silence_us(found, START) == float("inf")


def test_the_next_silence_is_known_before_it_comes() -> None:
    found = catalog(running("early", 0), running("late", 7))
    first, second = START + SILENT_AFTER_US, START + 7 * MINUTE + SILENT_AFTER_US
    assert next_silence_us(found, START) == first
    assert next_silence_us(found, first) == second
    assert silent(found, first) == ["early"]
    assert next_silence_us(found, second) == float("inf")
