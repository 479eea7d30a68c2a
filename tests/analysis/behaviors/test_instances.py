"""Ids of one list in another: as a dictionary finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.behaviors.instances import all_ids, row_of_text, rows_of

NUMBERS = st.lists(st.integers(-(2**40), 2**40) | st.integers(0, 9), unique=True, max_size=30)
TEXTS = st.lists(st.text(st.characters(exclude_characters="\0"), max_size=5), unique=True)


def array(ids: list[Any]) -> np.ndarray:
    return np.array(ids, str if ids and isinstance(ids[0], str) else np.int64)


@given(st.tuples(NUMBERS, NUMBERS) | st.tuples(TEXTS, TEXTS))
def test_as_a_dictionary(lists: tuple[list[Any], list[Any]]) -> None:
    ids, index = lists
    place = {id: row for row, id in enumerate(index)}
    assert rows_of(array(ids), array(index)).tolist() == [place.get(id, -1) for id in ids]
    union = all_ids([array(ids), array(index)])
    if ids and index:
        assert union.tolist() == [*ids, *(id for id in index if id not in set(ids))]


def test_a_number_is_no_text() -> None:
    assert rows_of(np.array([7]), np.array(["7"])).tolist() == [-1]
    assert all_ids([np.array([7]), np.array(["7"])]).tolist() == [7]


def test_long_ids_are_objects() -> None:
    ids = np.array(["a" * 900, "b"], object)
    assert rows_of(np.array(["b"]), ids).tolist() == [1]


@pytest.mark.parametrize(
    ("text", "row"),
    [("12", 1), ("-3", 0), ("3", None), ("1e1", None), ("", None), ("9" * 40, None)],
)
def test_a_number_as_it_is_written(text: str, row: int | None) -> None:
    assert row_of_text(text, np.array([-3, 12])) == row


def test_a_text_as_it_is_written() -> None:
    assert row_of_text("<b>", np.array(["a", "<b>"])) == 1
    assert row_of_text("c", np.array(["a", "<b>"])) is None
