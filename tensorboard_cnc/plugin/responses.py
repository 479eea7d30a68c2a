"""Responses: JSON of rounded numbers, prepared once, compressed, and 304 when unchanged."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from werkzeug import Request, Response
from werkzeug.datastructures import Headers

from tensorboard_cnc import wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_COMPRESS_FROM_BYTES = 512
# From here on less effort saves more time than it costs bytes.
_COMPRESS_QUICKLY_FROM_BYTES = 1 << 20
_LARGEST_EXACT = 2**53 - 1
to_json = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
# How deep answers are encoded part by part; items of longer lists so many at once.
_DEPTH, _FEW, _AT_ONCE = 4, 64, 256
_SAFE = {"X-Content-Type-Options": "nosniff"}


class BadRequestError(Exception):
    """The request cannot be answered; `error` says what was seen and the rule."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class Body:
    """A response body: as it is and gzipped (None where that is not worth it)."""

    content: bytes
    compressed: bytes | None
    content_type: str
    etag: str


class File(NamedTuple):
    """A file to save, sent piece by piece as it is made, for each who asks for it anew."""

    name: str
    content_type: str
    pieces: Callable[[], Iterator[bytes]]


def json_body(value: object) -> Body:
    """`value` as JSON."""
    return prepare("".join(_encoded(value, _DEPTH)).encode(), "application/json")


def _encoded(value: Any, depth: int) -> Iterator[str]:
    """JSON in parts: while one is encoded Python's lock is held, and other requests wait for it."""
    if depth and value and isinstance(value, dict):
        mark = "{"
        for name, each in value.items():
            yield f"{mark}{to_json(name)}:"
            yield from _encoded(each, depth - 1)
            mark = ","
        yield "}"
    elif depth and value and isinstance(value, list) and isinstance(value[0], dict | list):
        many = len(value) > _FEW
        mark = "["
        for at in range(0, len(value), _AT_ONCE if many else 1):
            yield mark
            if many:
                yield to_json(value[at : at + _AT_ONCE])[1:-1]
            else:
                yield from _encoded(value[at], depth - 1)
            mark = ","
        yield "]"
    else:
        yield to_json(value)


def prepare(content: bytes, content_type: str) -> Body:
    """`content` as a Body."""
    large = len(content) >= _COMPRESS_FROM_BYTES
    level = 3 if len(content) >= _COMPRESS_QUICKLY_FROM_BYTES else 6
    return Body(
        content,
        # mtime=0: the same content gives the same bytes.
        gzip.compress(content, compresslevel=level, mtime=0) if large else None,
        content_type,
        hashlib.sha256(content).hexdigest()[:20],
    )


def respond(request: Request, body: Body | File) -> Response:
    """The response to a GET or HEAD: 304 where the client has `body` already."""
    if isinstance(body, File):
        headers = {
            **_SAFE,
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{body.name}"',
        }
        return Response(body.pieces(), 200, headers, content_type=body.content_type)
    headers = {
        **_SAFE,
        # Weak, because the same ETag names the plain and the compressed bytes.
        "ETag": f'W/"{body.etag}"',
        "Cache-Control": "no-cache, private",
        "Vary": "Accept-Encoding",
    }
    if request.if_none_match.contains_weak(body.etag):
        return _NotModified(None, 304, headers, content_type=body.content_type)
    content = body.content
    if body.compressed is not None and request.accept_encodings["gzip"] > 0:
        content = body.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(content, 200, headers, content_type=body.content_type)


def refuse(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    """A response that says in JSON why there is no other."""
    body: wire.RequestError = {"error": error}
    sent = {**_SAFE, **(headers or {})}
    return Response(json.dumps(body), status, sent, content_type="application/json")


class _NotModified(Response):
    """A 304 that keeps its content type: TensorBoard logs a warning for any response without."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Content-Type"] = self.headers["Content-Type"]
        return headers


def exact(value: Any) -> Any:
    """`value`, as text where it is an integer whose last digits a browser would lose."""
    return str(value) if isinstance(value, int) and abs(value) > _LARGEST_EXACT else value


def significant(value: float) -> float:
    """`value`, which is finite, with six significant digits."""
    return float(f"{value:.6g}")


def number(value: float | None) -> float | None:
    """`value` with six significant digits; None where it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return significant(value)


def numbers(values: NDArray[Any] | Iterable[float]) -> list[float | None]:
    """Each of the values as `number` gives it."""
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    # Written out: large responses hold tens of thousands.
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in plain]
