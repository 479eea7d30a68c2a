"""Tags: readable where possible, distinct for distinct ids, never longer than 200 bytes a part."""

from __future__ import annotations

import string
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.format import tags
from tensorboard_cnc.records.models import Metrics, MetricSpecs, ModelCard, Problems, Record

ids = st.text(min_size=1) | st.text(min_size=60, max_size=1000)


@pytest.mark.parametrize(
    ("model_id", "part"),
    [
        ("resnet-50_v1.5~a", "resnet-50_v1.5~a"),
        ("prune/50 %", "prune%2F50%20%25"),
        ("é", "%C3%A9"),
        ("a=b", "a%3Db"),
        ("<script>'\"", "%3Cscript%3E%27%22"),
        (".", "."),
        ("%2F", "%252F"),
        ("a" * 200, "a" * 200),
        ("é" * 33, "%C3%A9" * 33),
    ],
)
def test_parts_are_percent_encoded(model_id: str, part: str) -> None:
    assert tags.encode_part(model_id) == part


@pytest.mark.parametrize("model_id", ["a" * 201, "é" * 34, "x" * 1000])
def test_long_parts_are_hashed(model_id: str) -> None:
    part = tags.encode_part(model_id)
    assert len(part) == 41
    assert part[0] == "="
    assert set(part[1:]) <= set(string.hexdigits.lower())


@given(ids)
def test_a_part_is_short_ascii_without_separator(model_id: str) -> None:
    part = tags.encode_part(model_id)
    assert part.isascii()
    assert part.isprintable()
    assert 0 < len(part) <= 200
    assert "/" not in part
    assert part.startswith("=") or unquote(part) == model_id


@given(ids, ids)
def test_distinct_ids_have_distinct_parts(one: str, other: str) -> None:
    assert (tags.encode_part(one) == tags.encode_part(other)) == (one == other)


@given(ids)
def test_a_part_never_equals_the_part_of_another_id(model_id: str) -> None:
    part = tags.encode_part(model_id)
    assert tags.encode_part(part) != part or quote(model_id, safe="") == model_id


def test_tags_of_one_model() -> None:
    assert tags.model_tag("a/b", "0f") == "cnc/model/a%2Fb/0f"
    assert tags.model_tag_of_0_1_0("a/b") == "cnc/model/a%2Fb"
    assert tags.metrics_tag("a/b", "0f") == "cnc/metrics/a%2Fb/0f"
    assert tags.problems_tag("a/b", "0f") == "cnc/problems/a%2Fb/0f"
    assert tags.metric_specs_tag("0f") == "cnc/metric_specs/0f"


@given(ids, ids)
def test_a_tag_holds_only_its_own_record(one: str, other: str) -> None:
    stored: list[tuple[str, Record]] = []
    for model_id in {one, other}:
        stored += [
            (tags.model_tag(model_id, "0f"), ModelCard(model_id)),
            (tags.metrics_tag(model_id, "0f"), Metrics(model_id, ())),
            (tags.problems_tag(model_id, "0f"), Problems(model_id, ())),
        ]
    stored.append((tags.metric_specs_tag("0f"), MetricSpecs(())))
    for tag, record in stored:
        assert [tags.holds(other_tag, record) for other_tag, _ in stored] == [
            other_tag == tag for other_tag, _ in stored
        ]


@given(ids, ids)
def test_the_tag_of_0_1_0_holds_cards_of_its_model(one: str, other: str) -> None:
    tag = tags.model_tag_of_0_1_0(one)
    assert tags.holds(tag, ModelCard(one))
    assert tags.holds(tag, ModelCard(other)) == (one == other)
    assert not tags.holds(tag, Metrics(one, ()))
