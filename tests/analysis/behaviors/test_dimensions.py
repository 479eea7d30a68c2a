"""What instances are sliced by: levels, quintiles, and pairs of levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.behaviors.dimensions import (
    MOST_LEVELS,
    Dimension,
    Grouping,
    crossed,
    dimensions_of,
)
from tensorboard_cnc.analysis.behaviors.instances import Truth
from tests.analysis.behaviors.evaluations import NAN, evaluation, truth

Array = np.ndarray[Any, Any]


def of(name: str, known: Truth, base: Any = None) -> Dimension:
    return next(each for each in dimensions_of(known, base) if each.id == name)


def counts(dimension: Dimension, n: int) -> list[int]:
    grouping = dimension.grouping(np.ones(n, bool))
    found: list[int] = np.bincount(grouping.codes, minlength=grouping.n).tolist()
    assert dimension.counts().tolist() == found
    return found


def test_all_that_single_label_data_have() -> None:
    known = truth(
        [0, 1, -1], attributes={"size": np.arange(3.0), "side": (np.zeros(3, int), ("l",))}
    )
    base = evaluation([0, 1, 1], confidence=np.array([0.2, 0.5, NAN]))
    found = dimensions_of(known, base)
    expected = ["label", "attribute/size", "attribute/side", "predicted", "confidence"]
    assert [each.id for each in found] == expected
    assert counts(found[0], 3) == [1, 1, 0]
    assert counts(found[3], 3) == [1, 2, 0]
    assert counts(found[4], 3) == [1, 1]


def test_numbers_are_cut_at_their_quintiles() -> None:
    values = np.random.default_rng(1).normal(size=1000)
    dimension = of("attribute/x", truth([0] * 1000, attributes={"x": values}))
    assert (dimension.numeric, counts(dimension, 1000)) == (True, [200] * 5)
    edges = np.quantile(values, [0.2, 0.4, 0.6, 0.8])
    assert dimension.codes.tolist() == np.searchsorted(edges, values, side="right").tolist()
    ends = [f"{edge:.4g}".replace("-", "−") for edge in edges]
    assert dimension.texts[1] == f"{ends[0]} to {ends[1]}"


def test_few_numbers_are_levels_themselves_and_the_unknown_in_none() -> None:
    values = np.array([3.0, 1.0, NAN, 1.0])
    dimension = of("attribute/x", truth([0] * 4, attributes={"x": values}))
    assert (list(dimension.texts), counts(dimension, 4)) == (["1", "3"], [2, 1])


def test_many_equal_numbers_leave_fewer_levels() -> None:
    values = np.concatenate([np.zeros(900), np.arange(1, 101)])
    dimension = of("attribute/x", truth([0] * 1000, attributes={"x": values}))
    assert sum(counts(dimension, 1000)) == 1000
    assert all(counts(dimension, 1000))


@given(st.lists(st.floats() | st.integers(0, 20), max_size=80))
def test_every_known_number_is_in_one_level(values: list[float]) -> None:
    column = np.array(values, float)
    known = Truth("scores", len(values), attributes={"x": column})
    for dimension in dimensions_of(known, None):
        assert sum(counts(dimension, len(values))) == np.isfinite(column).sum()


def test_multi_label_instances_are_in_several_levels() -> None:
    members = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)
    known = Truth("multi-label", 3, ("a", "b", "c"), np.arange(3), members)
    (dimension,) = dimensions_of(known, None)
    assert (dimension.overlapping, counts(dimension, 3)) == (True, [1, 2, 0])
    assert dimension.level(1, 3).tolist() == [True, True, False]


def test_names_of_instances_are_no_slices() -> None:
    names = tuple(map(str, range(MOST_LEVELS + 1)))
    codes = np.arange(MOST_LEVELS + 1, dtype=np.int32)
    known = Truth("scores", len(names), attributes={"name": (codes, names)})
    assert dimensions_of(known, None) == []


@pytest.mark.parametrize("seed", range(3))
def test_crossing_finds_every_pair_of_levels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.integers(0, 20, 40))
    one = Grouping(rows, rng.integers(0, 3, 40), 3)
    other = Grouping(rng.permutation(20)[:15], rng.integers(0, 4, 15), 4)
    found = crossed(one, other, 20)
    expected = [
        (row, a * 4 + b)
        for row, a in zip(one.rows.tolist(), one.codes.tolist(), strict=True)
        for row_b, b in zip(other.rows.tolist(), other.codes.tolist(), strict=True)
        if row == row_b
    ]
    pairs = zip(found.rows.tolist(), found.codes.tolist(), strict=True)
    assert (sorted(pairs), found.n) == (sorted(expected), 12)
