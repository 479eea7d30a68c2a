"""Sorting keeps unknown values last and ties in their order."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.plugin.behaviors.rows import ordered

ALL = np.ones(5, bool)
NAN = np.nan


def test_without_a_column_rows_are_in_their_order() -> None:
    chosen = np.array([True, False, True, True, False])
    assert ordered(chosen, None, descending=False).tolist() == [0, 2, 3]
    assert ordered(chosen, None, descending=True).tolist() == [3, 2, 0]


@pytest.mark.parametrize(
    ("by", "up", "down"),
    [
        ([2.0, NAN, 1.0, 2.0, -1.0], [4, 2, 0, 3, 1], [0, 3, 2, 4, 1]),
        ([True, False, True, False, True], [1, 3, 0, 2, 4], [0, 2, 4, 1, 3]),
        (["b", "a", "c", "a", "b"], [1, 3, 0, 4, 2], [2, 0, 4, 1, 3]),
    ],
)
def test_by_a_column(by: list[object], up: list[int], down: list[int]) -> None:
    column = np.array(by)
    assert ordered(ALL, column, descending=False).tolist() == up
    assert ordered(ALL, column, descending=True).tolist() == down


def test_by_long_texts() -> None:
    column = np.array(["b" * 999, "a", "c", "a", "b"], object)
    assert ordered(ALL, column, descending=True).tolist() == [2, 0, 4, 1, 3]
