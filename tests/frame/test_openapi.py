"""docs/openapi.yaml is valid, and says what the routes say of themselves."""

from __future__ import annotations

import openapi
import pytest
import wire_contract
from openapi_spec_validator import OpenAPIV31SpecValidator

from tensorboard_cnc import wire
from tensorboard_cnc.plugin.parameters import parameters_of
from tensorboard_cnc.plugin.routes import ROUTES

DESCRIPTION = openapi.description()


def test_it_is_valid() -> None:
    OpenAPIV31SpecValidator(DESCRIPTION).validate()


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_has_its_parameters(path: str) -> None:
    operation = DESCRIPTION["paths"][path]["get"]
    assert [each["name"] for each in operation["parameters"]] == [
        *parameters_of(ROUTES[path].question)
    ]


def test_every_type_of_the_contract_is_in_it() -> None:
    assert set(wire.__all__) <= set(DESCRIPTION["components"]["schemas"])


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("str", {"type": "string"}),
        ("int | None", {"type": ["integer", "null"]}),
        ("Literal['a', 'b']", {"enum": ["a", "b"]}),
        ("Literal['a'] | None", {"anyOf": [{"const": "a"}, {"type": "null"}]}),
        ("list[Metric]", {"type": "array", "items": {"$ref": "#/components/schemas/Metric"}}),
        (
            "dict[str, bool]",
            {"type": "object", "additionalProperties": {"type": "boolean"}},
        ),
        (
            "tuple[str, float]",
            {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": "number"}],
                "minItems": 2,
                "items": False,
            },
        ),
    ],
)
def test_types(annotation: str, schema: object) -> None:
    (alias,) = wire_contract.declarations(f"X = {annotation}")
    assert isinstance(alias, wire_contract.Alias)
    assert openapi.schema_of(alias.type) == schema


def test_conditions_are_closed_and_responses_open() -> None:
    schemas = DESCRIPTION["components"]["schemas"]
    assert schemas["InRange"]["additionalProperties"] is False
    assert schemas["InRange"]["required"] == ["kind", "model", "measure", "form", "low", "high"]
    assert "additionalProperties" not in schemas["Model"]
