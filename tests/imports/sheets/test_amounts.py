"""Columns of numbers as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.sheets.amounts import amounts, are_amounts


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (["0.71", " 7e-3 ", "-2", "−2", "+.5"], (0.71, 0.007, -2, -2, 0.5), ""),
        (["71.3 %", "70%"], (71.3, 70), "%"),
        (["1,204", "12,345,678.5"], (1204, 12345678.5), ""),
        (["1,204", "25,557,032"], (1204, 25557032), ""),
        (["0,71", "12,5", "3"], (0.71, 12.5, 3), ""),
        (["12 kB", "3 MB", "5B"], (12_000, 3_000_000, 5), "B"),
        (["1 KiB", "1 MB"], (1024, 1_000_000), "B"),
        (["8.1 ms", "8.1 ms"], (8.1, 8.1), "ms"),
        (["2 s", "8 ms"], (2, 0.008), "s"),
        (["1", "N/A", "", "—", "null"], (1, None, None, None, None), ""),
        (["inf", "-Inf", "1"], (math.inf, -math.inf, 1), ""),
        ([1, 2.5, None], (1, 2.5, None), ""),
        ([10**400, 1], (math.inf, 1), ""),
    ],
)
def test_numbers(cells: list[object], values: tuple[float | None, ...], unit: str) -> None:
    found = amounts("a", cells)  # type: ignore[arg-type]
    assert found is not None
    assert found.values == pytest.approx(values)
    assert found.unit == unit


def test_what_says_no_unit_has_that_of_the_head() -> None:
    found = amounts("size", ["12", "3 MB"], "kB")
    assert found is not None
    assert (found.values, found.unit) == ((12_000, 3_000_000), "B")


@pytest.mark.parametrize("cells", [["fast"], ["1", "fast"], [True], ["", None], ["1 2"], ["1.2.3"]])
def test_what_is_no_number(cells: list[object]) -> None:
    assert not are_amounts(cells)  # type: ignore[arg-type]


def test_a_spread_of_nobody_knows_what_is_left_out_and_said() -> None:
    found = amounts("accuracy", ["0.71 ± 0.02", "0.70 +/- 0.01"])
    assert found is not None
    assert found.values == (0.71, 0.70)
    assert "±" in found.changes[0]


def test_commas_that_may_be_either_are_said() -> None:
    found = amounts("accuracy", ["12,345", "9,500"])
    assert found is not None
    assert (found.values, found.changes) == ((12345, 9500), ("Commas, read as between thousands",))


@pytest.mark.parametrize("cells", [["3 ms", "12 kB"], ["3", "3 %"], ["3 it/s", "3 ms"]])
def test_units_of_different_things_are_refused(cells: list[str]) -> None:
    with pytest.raises(TableError, match=r'The column "a" has .* in row 1 and .* in row 2'):
        amounts("a", cells)


@given(st.lists(st.text(max_size=12) | st.none() | st.integers() | st.floats()))
def test_any_cells_are_numbers_or_none(cells: list[object]) -> None:
    try:
        found = amounts("a", cells)  # type: ignore[arg-type]
    except TableError:
        return
    assert found is None or len(found.values) == len(cells)
