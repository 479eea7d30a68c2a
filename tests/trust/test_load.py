"""Equal requests are computed once, abandoned ones stop, and `models` waits for none of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin import backend
from tensorboard_cnc.plugin.routes import BEHAVIORS
from tensorboard_cnc.records.identity import model_key
from tests.conftest import Serve
from tests.tensorboard_host import DEADLINE_SECONDS, InProcessTensorBoard, wait_until

ROUTES = "/data/plugin/cnc"
NAMES = ("dense", "pruned")
DENSE, PRUNED = (model_key(name, name) for name in NAMES)


@pytest.fixture
def served(tmp_path: Path, serve: Serve) -> InProcessTensorBoard:
    for name in NAMES:
        with cnc_summary.model(tmp_path / name, name) as model:
            model.predictions("digits", [1, 2, 3], predicted=["a", "b", "a"])
    tensorboard = serve(tmp_path)
    tensorboard.models_when(
        lambda answer: sum(bool(m["logged"]["predictions"]) for m in answer["models"]) == 2
    )
    return tensorboard


class Held:
    """The level "summary", which begins when it is let, and counts how often it did."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.may_go_on = threading.Event()
        self.calls = 0
        self._summary = BEHAVIORS.levels["summary"]

    def __call__(self, question: Any, compared: Any) -> object:
        self.calls += 1
        self.begun.release()
        assert self.may_go_on.wait(DEADLINE_SECONDS)
        return self._summary(question, compared)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    found = Held()
    monkeypatch.setitem(BEHAVIORS.levels, "summary", found)
    return found


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def ask(
    served: InProcessTensorBoard, connection: socket.socket | None = None, **more: str
) -> TestResponse:
    query = {"base": DENSE, "models": PRUNED, **more}
    environ = {} if connection is None else {"werkzeug.socket": connection}
    return served.client.get(f"{ROUTES}/behaviors", query_string=query, environ_overrides=environ)


def flights(served: InProcessTensorBoard) -> list[int]:
    """How many wait for each thing that is computed now."""
    return [len(flight.waiting) for flight in list(served.plugin._work._flights.values())]


def test_ten_equal_requests_are_one(
    served: InProcessTensorBoard, held: Held, threads: ThreadPoolExecutor
) -> None:
    requests = [threads.submit(ask, served) for _ in range(10)]
    wait_until(lambda: flights(served) == [10], "ten requests that wait")
    held.may_go_on.set()
    answers = {request.result(DEADLINE_SECONDS).data for request in requests}
    assert (len(answers), held.calls) == (1, 1)
    ask(served)
    assert held.calls == 2


def test_models_waits_for_no_comparison(
    served: InProcessTensorBoard, held: Held, threads: ThreadPoolExecutor
) -> None:
    levels = [str(number) for number in range(backend._AT_ONCE + 3)]
    requests = [threads.submit(ask, served, offset=offset) for offset in levels]
    for _ in range(backend._AT_ONCE):
        assert held.begun.acquire(timeout=DEADLINE_SECONDS)
    wait_until(lambda: flights(served) == [1] * len(levels), "all requests")
    assert held.calls == backend._AT_ONCE, "the others wait for a place"
    assert served.client.get(f"{ROUTES}/models").status_code == 200
    assert served.client.get(f"{ROUTES}/static/index.js").status_code == 200
    held.may_go_on.set()
    assert {request.result(DEADLINE_SECONDS).status_code for request in requests} == {200}


def test_an_abandoned_request_stops(
    served: InProcessTensorBoard, held: Held, threads: ThreadPoolExecutor
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        request = threads.submit(ask, served, ours)
        assert held.begun.acquire(timeout=DEADLINE_SECONDS)
        theirs.close()
        held.may_go_on.set()
        response = request.result(DEADLINE_SECONDS)
    assert response.status_code == 503
    assert "connection was closed" in response.get_json()["error"]
    assert flights(served) == []
    assert ask(served).status_code == 200


def test_a_request_goes_on_for_those_who_stay(
    served: InProcessTensorBoard, held: Held, threads: ThreadPoolExecutor
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        first = threads.submit(ask, served, ours)
        assert held.begun.acquire(timeout=DEADLINE_SECONDS)
        second = threads.submit(ask, served)
        wait_until(lambda: flights(served) == [2], "the second request")
        theirs.close()
        held.may_go_on.set()
        assert second.result(DEADLINE_SECONDS).status_code == 200
        assert first.result(DEADLINE_SECONDS).data == second.result().data
    assert held.calls == 1
