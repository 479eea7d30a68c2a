"""The cards of one model merge by time, field by field, in whatever order they are read."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.catalog import members_of
from tensorboard_cnc.analysis.model_cards import merged_card
from tensorboard_cnc.records.models import ALL_CARD_FIELDS, ModelCard, Operation, Stored
from tests.format.any_record import model_cards

PRUNE = Operation("prune", {"amount": 0.5})
IDENTITY = tuple(sorted(ALL_CARD_FIELDS - {"status"}))


@st.composite
def dated_cards(draw: st.DrawFn) -> list[tuple[int, ModelCard]]:
    """Cards of one model with the steps of their events; many were opened at the same time."""
    said = model_cards(ids=st.just("m"), times_us=st.integers(0, 4))
    opened = model_cards(ids=st.just("m"), times_us=st.integers(0, 4), edits=st.just(False))
    cards = [draw(opened), *draw(st.lists(said))]
    steps = draw(st.permutations(range(len(cards))))
    return list(zip(steps, cards, strict=True))


def card(at: int, *says: Any, **fields: Any) -> ModelCard:
    return ModelCard("m", **fields, created_us=at, says=frozenset([*fields, *says]) - {"closed_us"})


@given(dated_cards())
def test_each_field_is_as_it_was_said_last(dated: list[tuple[int, ModelCard]]) -> None:
    merged = merged_card(dated)
    for field in IDENTITY:
        saying = [(c.created_us, step, c) for step, c in dated if field in c.says]
        last = max(saying, key=lambda each: each[:2])[2] if saying else ModelCard("m")
        assert repr(getattr(merged, field)) == repr(getattr(last, field))
        assert (field in merged.says) == bool(saying)
    ends = [(step, c) for step, c in dated if "status" in c.says]
    last = max(ends, key=lambda each: each[0])[1] if ends else ModelCard("m")
    assert (merged.status, merged.reason) == (last.status, last.reason)
    if not last.edits or last.status == "running":
        assert merged.closed_us == last.closed_us
    opened = [c.created_us for _, c in dated if c.created_us and not c.edits]
    assert merged.created_us == min(opened, default=0)


@given(dated_cards(), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(
    dated: list[tuple[int, ModelCard]], order: random.Random
) -> None:
    entries = [Stored("r", f"cnc/model/m/{step}", step, each) for step, each in dated]
    (member,) = members_of(entries)
    order.shuffle(entries)
    assert repr(members_of(entries)) == repr((member,))


def test_what_a_later_card_leaves_out_stays() -> None:
    first = card(1, "status", parents=("a", "b"), operation=PRUNE, checkpoint="x.pt")
    merged = merged_card([(1, first), (2, card(2, "status", description="Better."))])
    assert (merged.parents, merged.operation) == (("a", "b"), PRUNE)
    assert (merged.description, merged.checkpoint, merged.created_us) == ("Better.", "x.pt", 1)


def test_what_a_later_card_says_is_empty_is_cleared() -> None:
    first = card(1, parents=("a",), operation=PRUNE, description="x", checkpoint="x.pt")
    later = card(2, parents=(), operation=None, description="", checkpoint="")
    merged = merged_card([(1, first), (2, later)])
    assert (merged.parents, merged.operation, merged.description, merged.checkpoint) == (
        (),
        None,
        "",
        "",
    )


def test_a_handle_that_ends_last_does_not_undo_what_was_said_meanwhile() -> None:
    """It writes its card again, with all that it said when it was opened."""
    first = card(1, description="first", status="finished", closed_us=30)
    second = card(10, description="second", status="finished", closed_us=20)
    for dated in ([(30, first), (20, second)], [(20, second), (30, first)]):
        merged = merged_card(dated)
        assert (merged.description, merged.closed_us) == ("second", 30)


def test_status_reason_and_end_are_of_one_card() -> None:
    failed = card(1, status="failed", reason="diverged", closed_us=5)
    merged = merged_card([(5, failed), (6, card(6, status="running"))])
    assert (merged.status, merged.reason, merged.closed_us) == ("running", "", None)
    merged = merged_card([(5, failed), (6, card(6, description="Again."))])
    assert (merged.status, merged.reason, merged.closed_us) == ("failed", "diverged", 5)


def test_whatever_is_said_of_the_end_afterwards_the_model_ended_when_it_did() -> None:
    ended = card(1, status="finished", closed_us=5)
    later = replace(card(8, status="failed", reason="wrong data", closed_us=8), edits=True)
    merged = merged_card([(5, ended), (8, later)])
    assert (merged.status, merged.reason, merged.closed_us) == ("failed", "wrong data", 5)
    killed = card(1, status="running")
    assert merged_card([(1, killed), (8, later)]).closed_us == 8


def test_a_change_from_another_run_finds_the_model_as_metrics_do() -> None:
    entries = [
        Stored("v0", "t", 1, card(10)),
        Stored("v1", "t", 2, card(20)),
        Stored("phone", "t", 3, replace(card(15, description="slow there"), edits=True)),
        Stored("v1", "t", 4, replace(card(5, note="mine"), edits=True)),
    ]
    said = {
        m.run: (m.card.description, m.card.note, m.card.created_us) for m in members_of(entries)
    }
    assert said == {"v0": ("slow there", "", 10), "v1": ("", "mine", 20)}


def test_a_change_alone_makes_no_model() -> None:
    assert members_of([Stored("r", "t", 1, replace(card(1, note="x"), edits=True))]) == ()


def test_cards_of_other_runs_are_of_other_models() -> None:
    entries = [
        Stored("a", "t", 1, card(1, parents=("x",))),
        Stored("b", "t", 2, card(2, description="y")),
    ]
    assert {(m.run, m.card.parents, m.card.description) for m in members_of(entries)} == {
        ("a", ("x",), ""),
        ("b", (), "y"),
    }


def test_a_model_has_a_card() -> None:
    with pytest.raises(ValueError, match="at least one card"):
        merged_card([])
