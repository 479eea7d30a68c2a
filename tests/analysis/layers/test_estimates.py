"""Columns of estimates, and how they are summed up over modules."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tensorboard_cnc.analysis.layers.estimates import (
    AT_LEAST,
    ESTIMATE,
    EXACT,
    Estimates,
    apart,
    exactly,
    over,
    scattered,
)


def estimates() -> Estimates:
    return Estimates(
        value=np.array([10.0, 20.0, 5.0]),
        low=np.array([7.0, 16.0, 5.0]),
        high=np.array([14.0, 23.0, 9.0]),
        certainty=np.array([ESTIMATE, ESTIMATE, AT_LEAST], np.uint8),
    )


def test_independent_errors_add_up_as_squares() -> None:
    found = estimates().summed(np.array([[0, 2], [0, 1], [0, 0], [0, 3]]))
    assert_allclose(found.value, [30, 10, 0, 35])
    assert_allclose(found.low, [25, 7, 0, 30])
    assert_allclose(found.high, [35, 14, 0, 35 + np.sqrt(16 + 9 + 16)])
    assert_array_equal(found.certainty, [ESTIMATE, ESTIMATE, EXACT, AT_LEAST])


def test_the_largest_of_several() -> None:
    found = estimates().largest(np.array([[0, 2], [2, 3], [1, 1]]))
    assert_array_equal(found.value, [20, 5, 0])
    assert_array_equal(found.low, [16, 5, 0])
    assert_array_equal(found.high, [23, 9, 0])


def test_sums_of_exact_numbers_are_exact() -> None:
    found = exactly([1.5, 2.5]).summed(np.array([[0, 2]]))
    assert found.value == found.low == found.high == 4
    assert found.certainty == EXACT


def test_falling_functions_turn_the_interval() -> None:
    found = estimates().falling(lambda ends: 1 / ends)
    assert_allclose(found.low, [1 / 14, 1 / 23, 1 / 9])
    assert_allclose(found.high, [1 / 7, 1 / 16, 1 / 5])


def test_a_share_of_nothing_is_no_number() -> None:
    found = estimates().divided([2, 0, 5])
    assert_array_equal(np.isnan(found.value), [False, True, False])
    assert found.high[0] == 7


def test_parts_are_put_in_their_places() -> None:
    found = scattered([(np.array([2, 0]), exactly([5, 6]))], exactly(np.zeros(3)))
    assert_array_equal(found.value, [6, 0, 5])


@pytest.mark.parametrize("columns", [(), (3,)])
def test_empty_spans_hold_nothing(columns: tuple[int, ...]) -> None:
    values = np.ones((2, *columns))
    found = over(np.add, np.array([[0, 2], [2, 2], [0, 0]]), values)
    assert_array_equal(
        found, np.array([2.0, 0, 0]).reshape(3, *[1] * len(columns)) * np.ones(columns)
    )
    nothing = over(np.maximum, np.array([[0, 0]]), values[:0])
    assert_array_equal(nothing, np.zeros((1, *columns)))


def test_what_is_set_aside_counts_where_nothing_else_is() -> None:
    aside = np.array([False, True, True, False])
    spans = np.array([[0, 4], [1, 2], [1, 3], [2, 4], [0, 0]])
    doubled, twice = apart(spans, aside)
    values = exactly([1, 20, 300, 4000]).summed(doubled).summed(twice).value
    assert_array_equal(values, [4001, 20, 320, 4000, 0])
    nothing = exactly([]).summed(apart(np.array([[0, 0]]), aside[:0])[0])
    assert len(nothing.value) == 0
