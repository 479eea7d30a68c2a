"""Query strings are read by what is said of each parameter, or refused with it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request
from werkzeug.test import EnvironBuilder

from tensorboard_cnc import wire
from tensorboard_cnc.plugin.parameters import (
    MOST_CHARACTERS,
    JsonList,
    Keys,
    OneOf,
    Text,
    Whole,
    arguments_of,
    parameters_of,
    read,
)
from tensorboard_cnc.plugin.questions import BehaviorsQuestion, DifferencesQuestion, LayersQuestion
from tensorboard_cnc.plugin.responses import BadRequestError


@dataclass(frozen=True, kw_only=True)
class Question:
    name: Annotated[str, Text("what it is called")]
    note: Annotated[str | None, Text("a note", may_be_empty=True)] = None
    from_: Annotated[tuple[str, ...], Keys("keys")] = ()
    size: Annotated[str, OneOf("how large", ("small", "large"))] = "small"
    most: Annotated[int, Whole("how many", 20)] = 3
    filter: Annotated[
        tuple[wire.Condition, ...], JsonList("conditions", 2, wire.Condition, "Condition")
    ] = ()


def refusal(**arguments: str) -> str:
    with pytest.raises(BadRequestError) as refused:
        read(Question, arguments)
    assert refused.value.status == 400
    assert len(refused.value.error) < 400
    return refused.value.error


def test_all_that_was_given() -> None:
    given = {"name": "a\x00b", "from": "b,a,,b", "size": "large", "most": "20", "note": ""}
    condition = '[{"kind": "text", "text": "x"}]'
    assert read(Question, {**given, "filter": condition}) == Question(
        name="a\x00b",
        note="",
        from_=("b", "a"),
        size="large",
        most=20,
        filter=({"kind": "text", "text": "x"},),
    )


def test_what_is_empty_counts_as_left_out() -> None:
    given = dict.fromkeys(("size", "most", "filter"), "")
    assert read(Question, {"name": "a", **given}) == Question(name="a")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "name is missing: give what it is called"),
        ({"name": ""}, "name is missing: give what it is called"),
        ({"name": "a", "size": "huge"}, "size=huge is not one of small, large"),
        ({"name": "a", "most": "21"}, "most=21 is not a whole number from 0 to 20"),
        ({"name": "a", "most": "١"}, "most=١ is not a whole number"),
        ({"name": "a", "most": "9" * 10_000}, "is not a whole number"),
        ({"name": "a", "nmae": "b"}, "There is no parameter nmae here, but name, note, from"),
        ({"name": "a", "x" * 3000: ""}, "There is no parameter xxx"),
        ({"name": "a", "filter": "{}"}, "filter={} is not a JSON list"),
        ({"name": "a", "filter": "[1e999]"}, "Infinity is not an object"),
        ({"name": "a", "filter": "[Infinity]"}, "Infinity is not in it"),
        ({"name": "a", "filter": "9" * 9999}, "is not a JSON list"),
        ({"name": "a", "filter": "[[],[],[]]"}, "holds 3 entries, more than 2"),
        ({"name": "a", "filter": '[{"kind": ["text"]}]'}, "kind is not one of slice, flip"),
    ],
)
def test_what_is_refused(arguments: dict[str, str], error: str) -> None:
    assert error in refusal(**arguments)


@pytest.mark.parametrize("opening", ["[", '{"kind":', '[{"a":'])
def test_deep_json_is_refused(opening: str) -> None:
    assert "nested too deeply" in refusal(name="a", filter=opening * 20_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
)
KINDS = st.sampled_from(["slice", "flip", "change", "range", "text", "x", ""])
NEARLY = st.fixed_dictionaries(
    {"kind": KINDS},
    optional=dict.fromkeys("by level model flip before after measure form text".split(), JSON),
)


@given(st.lists(NEARLY | JSON, max_size=3))
def test_any_json_is_read_or_refused(entries: list[Any]) -> None:
    with suppress(BadRequestError):
        found = read(Question, {"name": "a", "filter": json.dumps(entries)})
        assert found.filter == tuple(entries)


def request(query: str) -> Request:
    return Request(EnvironBuilder(query_string=query).get_environ())


def test_a_parameter_that_is_there_twice_is_refused() -> None:
    with pytest.raises(BadRequestError, match="base is there 3 times; give it once"):
        arguments_of(request("base=a&level=tree&base=a&base=b"))


def test_a_query_string_has_a_limit() -> None:
    longest = "models=" + "k" * (MOST_CHARACTERS - len("models="))
    assert len(arguments_of(request(longest))["models"]) == MOST_CHARACTERS - 7
    with pytest.raises(BadRequestError, match="65,537 characters, more than 65,536") as refused:
        arguments_of(request(longest + "k"))
    assert refused.value.status == 414


def test_questions_check_what_belongs_together() -> None:
    with pytest.raises(BadRequestError, match="Give either models="):
        read(DifferencesQuestion, {"models": "a,b", "except": ""})
    with pytest.raises(BadRequestError, match="row is missing: give the full name"):
        read(LayersQuestion, {"base": "a", "level": "row"})
    assert read(LayersQuestion, {"base": "a", "level": "row", "row": ""}).row == ""
    assert read(BehaviorsQuestion, {"base": "a", "format": "csv"}).level == "instances"


def test_the_base_and_a_model_count_once() -> None:
    assert read(LayersQuestion, {"base": "a", "models": "b,a,b"}).keys == ("a", "b")


def test_keywords_of_python_are_names_too() -> None:
    assert list(parameters_of(DifferencesQuestion)) == ["models", "except"]
