"""Answers whose bytes are prepared once: compressed, with an ETag, and 304 when unchanged."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.datastructures import Headers

from tensorboard_cnc import wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_COMPRESS_FROM_BYTES = 512
# From here on less effort saves more time than it costs bytes.
_COMPRESS_QUICKLY_FROM_BYTES = 1 << 20
_SAFE = {"X-Content-Type-Options": "nosniff"}


class BadRequestError(Exception):
    """What was asked for cannot be given; `error` says what was seen and the rule."""

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


def respond(request: Request, body: Body) -> Response:
    """The answer to a GET or HEAD: 304 where the client has `body` already."""
    headers = {
        **_SAFE,
        # Weak, because the same ETag names the plain and the compressed bytes.
        "ETag": f'W/"{body.etag}"',
        "Cache-Control": "no-cache, private",
        "Vary": "Accept-Encoding",
    }
    if request.method not in ("GET", "HEAD"):
        return refuse(405, "Only GET is allowed here", {"Allow": "GET, HEAD"})
    if request.if_none_match.contains_weak(body.etag):
        return _NotModified(None, 304, headers, content_type=body.content_type)
    content = body.content
    if body.compressed is not None and request.accept_encodings["gzip"] > 0:
        content = body.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(content, 200, headers, content_type=body.content_type)


def respond_with_file(
    request: Request, pieces: Iterator[bytes], content_type: str, name: str
) -> Response:
    """A file to save, sent piece by piece as it is made."""
    if request.method not in ("GET", "HEAD"):
        return refuse(405, "Only GET is allowed here", {"Allow": "GET, HEAD"})
    headers = {
        **_SAFE,
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(pieces, 200, headers, content_type=content_type)


def refuse(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    """A 4xx answer that says in JSON what was wrong with the request."""
    body: wire.RequestError = {"error": error}
    sent = {**_SAFE, **(headers or {})}
    return Response(json.dumps(body), status, sent, content_type="application/json")


class _NotModified(Response):
    """A 304 that keeps its content type: TensorBoard logs a warning for any answer without."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Content-Type"] = self.headers["Content-Type"]
        return headers
