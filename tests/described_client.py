"""A client that holds every response of our routes against docs/openapi.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from werkzeug.test import Client, TestResponse

_DESCRIPTION = Path(__file__).parents[1] / "docs" / "openapi.yaml"
_ROUTES = "/data/plugin/cnc"


@cache
def description() -> dict[str, Any]:
    """docs/openapi.yaml."""
    found: dict[str, Any] = yaml.load(
        _DESCRIPTION.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return found


class DescribedClient(Client):
    """Fails where a response is of another status, type or form than described."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        path = response.request.path.removeprefix(_ROUTES)
        if path in description()["paths"] and response.request.method == "GET":
            check(path, response)
        return response


def check(path: str, response: TestResponse) -> None:
    """Holds a response of a route against what is described."""
    status = str(response.status_code)
    content = _content(path, status)
    if not content:
        assert not response.data
        return
    assert response.mimetype in content, f"{path}: {response.mimetype}"
    if response.mimetype == "application/json" and not response.is_streamed:
        _validator(path, status).validate(response.get_json())


def _content(path: str, status: str) -> dict[str, Any]:
    described = description()["paths"][path]["get"]["responses"]
    assert status in described, f"{path} has no response {status}"
    answer = described[status]
    if "$ref" in answer:
        answer = description()["components"]["responses"][status]
    found: dict[str, Any] = answer.get("content", {})
    return found


@cache
def _validator(path: str, status: str) -> Draft202012Validator:
    components = {
        name: {**schema, "additionalProperties": False} if "properties" in schema else schema
        for name, schema in description()["components"]["schemas"].items()
    }
    schema = _content(path, status)["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": {"schemas": components}})
