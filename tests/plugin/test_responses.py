"""Answers are compressed once, carry an ETag, and are 304 when the client has them."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tensorboard_cnc.plugin.responses import Body, json_body, prepare, respond

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


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    NUMBERS | st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES, st.sampled_from([1, 70, 600]))
def test_json_in_parts_is_that_of_the_whole(value: object, times: int) -> None:
    whole = {"each": value, "many": [[value]] * times, "none": []}
    assert json_body(whole).content.decode() == json.dumps(whole, separators=(",", ":"))


@pytest.mark.parametrize("value", [{"a": [{"b": float("nan")}]}, [[float("inf")]] * 70])
def test_what_json_has_no_word_for_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_body(value)
