"""A function from a request to its response as a WSGI application that always answers in JSON."""

from __future__ import annotations

import logging
import selectors
import socket
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from tensorboard import errors
from werkzeug import Request, Response

from tensorboard_cnc.plugin.responses import BadRequestError, refuse
from tensorboard_cnc.plugin.shared_work import AbandonedError

WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

logger = logging.getLogger(__name__)


def application(respond: Callable[[Request], Response]) -> WsgiApp:
    """`respond` for GET and HEAD; whatever it raises becomes a refusal or a failure."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.method in ("GET", "HEAD"):
            response = _guarded(respond, request)
        else:
            response = refuse(
                405, f"{request.method} is not allowed: only GET is", {"Allow": "GET, HEAD"}
            )
        return response(environ, start_response)

    return app


def still_waits(request: Request) -> bool:
    """Whether the client has not closed its connection; true of servers that do not tell."""
    connection = request.environ.get("werkzeug.socket")
    if connection is None:
        return True
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            # What is readable and gives nothing has ended.
            return not selector.select(0) or bool(connection.recv(1, socket.MSG_PEEK))
    except (OSError, ValueError):
        # It was reset, or is closed on this side too.
        return False


def _guarded(respond: Callable[[Request], Response], request: Request) -> Response:
    try:
        return respond(request)
    except BadRequestError as bad:
        return refuse(bad.status, bad.error)
    except errors.PublicError as error:
        return refuse(error.http_code, str(error), dict(getattr(error, "headers", ())))
    except AbandonedError:
        return refuse(503, "The connection was closed before the answer was ready: ask again")
    except Exception as error:
        logger.exception("Compress & Compare could not answer %s", request.full_path)
        return refuse(
            500,
            f"This is a fault of Compress & Compare ({type(error).__name__}: {error}). Please "
            "report it, with TensorBoard's own log",
        )
