"""Answers are compressed once, carry an ETag, and are 304 when the client has them."""

from __future__ import annotations

import gzip

from werkzeug import Request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tensorboard_cnc.plugin.responses import Body, prepare, respond

LARGE = prepare(b'{"a": 1}' * 200, "application/json")
SMALL = prepare(b"{}", "application/json")


def ask(body: Body, method: str = "GET", **headers: str) -> tuple[bytes, str, dict[str, str]]:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    environ = EnvironBuilder(method=method, headers=named).get_environ()
    content, status, sent = run_wsgi_app(respond(Request(environ), body), environ)
    return b"".join(content), status, dict(sent)


def test_gzip_only_where_it_is_accepted_and_worth_it() -> None:
    content, _, headers = ask(LARGE, Accept_Encoding="gzip, br")
    assert gzip.decompress(content) == LARGE.content
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert ask(LARGE)[0] == ask(LARGE, Accept_Encoding="gzip;q=0")[0] == LARGE.content
    content, _, headers = ask(SMALL, Accept_Encoding="gzip")
    assert content == b"{}"
    assert "Content-Encoding" not in headers


def test_unchanged_content_is_answered_with_304_and_no_body() -> None:
    etag = ask(LARGE)[2]["ETag"]
    content, status, headers = ask(LARGE, If_None_Match=etag, Accept_Encoding="gzip")
    assert (content, status) == (b"", "304 NOT MODIFIED")
    assert headers["ETag"] == etag
    assert headers["Content-Type"] == "application/json", "TensorBoard warns about its absence"
    assert ask(SMALL, If_None_Match=etag)[1] == "200 OK"


def test_the_same_content_has_the_same_etag_and_bytes() -> None:
    assert prepare(LARGE.content, "application/json") == LARGE


def test_head_has_no_body() -> None:
    content, status, _ = ask(LARGE, "HEAD")
    assert (content, status) == (b"", "200 OK")
