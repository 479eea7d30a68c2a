"""Whatever a request is, and whatever happens to it, the answer is JSON and says what to do."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest
from tensorboard.errors import NotFoundError
from werkzeug import Request, Response
from werkzeug.test import Client, EnvironBuilder

from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.plugin.shared_work import AbandonedError
from tensorboard_cnc.plugin.wsgi import application, still_waits


def answered(raised: BaseException, method: str = "GET") -> Response:
    def respond(_: Request) -> Response:
        raise raised

    return Client(application(respond)).open("/layers?a=1", method=method)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_any_other_method_is_refused_before_all_else(method: str) -> None:
    response = answered(AssertionError("looked at"), method)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert response.get_json() == {"error": f"{method} is not allowed: only GET is"}


@pytest.mark.parametrize(
    ("raised", "status", "error"),
    [
        (BadRequestError(404, "There is no model"), 404, "There is no model"),
        (NotFoundError("no experiment"), 404, "Not found: no experiment"),
        (AbandonedError(), 503, "closed before the answer was ready: ask again"),
    ],
)
def test_refusals(raised: BaseException, status: int, error: str) -> None:
    response = answered(raised)
    assert (response.status_code, response.content_type) == (status, "application/json")
    assert error in response.get_json()["error"]


def test_a_fault_of_ours_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = answered(KeyError("low"))
    assert response.status_code == 500
    assert "KeyError: 'low'). Please report it" in response.get_json()["error"]
    (record,) = caplog.records
    assert "/layers?a=1" in record.getMessage()
    assert record.exc_info is not None


def test_head_has_the_headers_of_get_and_no_body() -> None:
    app = application(lambda _: Response("all of it", content_type="text/plain"))
    got, head = (Client(app).open("/", method=method) for method in ("GET", "HEAD"))
    assert (head.status_code, head.data) == (200, b"")
    assert got.headers == head.headers


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our side and the client's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def request_over(connection: socket.socket | None) -> Request:
    environ = EnvironBuilder().get_environ()
    if connection is not None:
        environ["werkzeug.socket"] = connection
    return Request(environ)


def test_who_has_not_closed_the_connection_waits(
    connection: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = connection
    assert still_waits(request_over(ours))
    theirs.send(b"another request")
    assert still_waits(request_over(ours))
    assert ours.recv(100) == b"another request", "nothing of it was taken"
    theirs.close()
    assert not still_waits(request_over(ours))


def test_a_connection_that_is_closed_here_has_nobody(
    connection: tuple[socket.socket, socket.socket],
) -> None:
    ours, _ = connection
    ours.close()
    assert not still_waits(request_over(ours))


def test_a_server_that_does_not_show_its_connections_has_only_patient_clients() -> None:
    assert still_waits(request_over(None))
