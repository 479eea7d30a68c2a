"""Generates docs/openapi.yaml from the table of routes, its parameters and the JSON contract.

Run it as ``make types``. Docstrings and the comments above a field become descriptions.
"""

from __future__ import annotations

from typing import Any

import wire_contract as contract
import yaml
from wire_contract import ROOT, Declaration, Interface, Type

from tensorboard_cnc.plugin.parameters import JsonList, Keys, Parameter, parameters_of
from tensorboard_cnc.plugin.responses import File
from tensorboard_cnc.plugin.routes import ROUTES, Route

Json = dict[str, Any]

TARGET = ROOT / "docs" / "openapi.yaml"
HEADER = "# Generated from tensorboard_cnc/plugin/ and wire/ by `make types`; edit them there.\n"
ABOUT = (
    "All routes are GETs without side effects, and take HEAD too. Below a path prefix of "
    "TensorBoard the server's address is longer by it. docs/http_api.md says what answers mean."
)

WIDTH = 120
PLAIN = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "None": "null"}
# What may come instead of an answer, and when.
OTHERS = {
    "304": "What If-None-Match names has not changed.",
    "400": "A parameter is unknown, missing or malformed, or does not go with the others.",
    "404": "Something that a parameter names does not exist or cannot be read.",
    "414": "The query string is too long.",
    "500": "A fault of the plugin; TensorBoard's log says more.",
    "503": "The client closed its side of the connection before the answer was ready.",
}


def main() -> None:
    TARGET.write_text(generated(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")


def generated() -> str:
    """The description of all routes as YAML."""
    written: str = yaml.dump(
        description(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDTH
    )
    return HEADER + written


def description() -> Json:
    """The description of all routes."""
    declared = [each for source in contract.sources() for each in contract.declarations(source)]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Compress & Compare for TensorBoard",
            "version": "1",
            "description": ABOUT,
        },
        "servers": [{"url": "/data/plugin/cnc"}],
        "paths": {path: {"get": _operation(path, route)} for path, route in ROUTES.items()},
        "components": {
            "responses": {status: _other(status, text) for status, text in OTHERS.items()},
            "schemas": {each.name: _declared(each, _requested(declared)) for each in declared},
        },
    }


def schema_of(type: Type) -> Json:
    """The JSON schema of a type of the contract."""
    match type:
        case contract.Plain(name):
            return {"type": PLAIN[name]}
        case contract.Named(name):
            return {"$ref": f"#/components/schemas/{name}"}
        case contract.Constant(value):
            return {"const": value}
        case contract.ListOf(item):
            return {"type": "array", "items": schema_of(item)}
        case contract.MapOf(value):
            return {"type": "object", "additionalProperties": schema_of(value)}
        case contract.TupleOf(items):
            each = [schema_of(item) for item in items]
            return {"type": "array", "prefixItems": each, "minItems": len(each), "items": False}
        case contract.AnyOf(members):
            return _any_of(members)
    raise TypeError(type)


def _any_of(members: tuple[Type, ...]) -> Json:
    constants = [each.value for each in members if isinstance(each, contract.Constant)]
    plain = [PLAIN[each.name] for each in members if isinstance(each, contract.Plain)]
    if len(constants) == len(members):
        return {"enum": constants}
    if len(plain) == len(members):
        return {"type": plain}
    return {"anyOf": [schema_of(each) for each in members]}


def _declared(declaration: Declaration, requested: set[str]) -> Json:
    described: Json = {}
    if declaration.comment:
        described["description"] = _text(declaration.comment)
    if not isinstance(declaration, Interface):
        return {**described, **schema_of(declaration.type)}
    if declaration.bases:
        raise NotImplementedError(f"{declaration.name}: a TypedDict that extends another")
    properties = {}
    for field in declaration.fields:
        properties[field.name] = schema_of(field.type)
        if field.comment:
            properties[field.name]["description"] = _text(field.comment)
    found = {
        **described,
        "type": "object",
        "properties": properties,
        "required": [field.name for field in declaration.fields if field.required],
    }
    # A response may get more fields with time; a request with others is refused.
    return {**found, "additionalProperties": False} if declaration.name in requested else found


def _requested(declared: list[Declaration]) -> set[str]:
    """The names of what parameters hold."""
    by_name = {each.name: each for each in declared}
    found: set[str] = set()
    pending = [
        parameter.kind.name
        for route in ROUTES.values()
        for parameter in parameters_of(route.question).values()
        if isinstance(parameter.kind, JsonList) and parameter.kind.name
    ]
    while pending:
        found.add(name := pending.pop())
        each = by_name[name]
        types = [f.type for f in each.fields] if isinstance(each, Interface) else [each.type]
        inner = (member for type in types for member in contract.members(type))
        pending += [m.name for m in inner if isinstance(m, contract.Named) and m.name not in found]
    return found


def _operation(path: str, route: Route[Any]) -> Json:
    others = [each for each in OTHERS if not (route.light and each in ("404", "503"))]
    return {
        "operationId": path[1:],
        "summary": route.says,
        "parameters": [_parameter(each) for each in parameters_of(route.question).values()],
        "responses": {
            "200": _answer(route.returns),
            **{status: {"$ref": f"#/components/responses/{status}"} for status in others},
        },
    }


def _parameter(parameter: Parameter) -> Json:
    kind = parameter.kind
    found: Json = {
        "name": parameter.name,
        "in": "query",
        "description": f"{kind.says[0].upper()}{kind.says[1:]}.",
    }
    if parameter.required:
        found["required"] = True
    schema = kind.schema()
    if isinstance(kind, JsonList):
        return {**found, "content": {"application/json": {"schema": schema}}}
    if isinstance(kind, Keys):
        found |= {"style": "form", "explode": False}
    if parameter.default not in (None, "", ()):
        schema["default"] = parameter.default
    return {**found, "schema": schema}


def _answer(returns: tuple[Any, ...]) -> Json:
    content: Json = {}
    schemas: list[Json] = [
        {"$ref": f"#/components/schemas/{each.__name__}"}
        for each in returns
        if each not in (File, bytes)
    ]
    if File in returns:
        rows = {"type": "array", "items": {"type": "object"}, "description": "With format=json."}
        schemas.append(rows)
        content["text/csv"] = {"schema": {"type": "string", "description": "With format=csv."}}
    if schemas:
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        content["application/json"] = {"schema": schema}
    if bytes in returns:
        content["image/png"] = {}
    return {"description": "The answer.", "content": content}


def _other(status: str, text: str) -> Json:
    if status == "304":
        return {"description": text}
    schema = {"$ref": "#/components/schemas/RequestError"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _text(lines: list[str]) -> str:
    return " ".join(line for line in lines if line).replace("``", "`")


class _Plain(yaml.SafeDumper):  # type: ignore[misc]
    """Writes what is there twice as two, not as an anchor and an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


if __name__ == "__main__":
    main()
