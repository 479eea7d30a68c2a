"""Rounding takes away noise and nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.imports.published.table_model import without_noise

intended = st.decimals(-1000, 1000, places=6).map(float) | st.floats(-1000, 1000).map(
    lambda number: float(f"{number:.9g}")
)


@pytest.mark.parametrize(
    ("noisy", "clean"),
    [
        (0.6000000000000001, 0.6),
        (0.1 + 0.2, 0.3),
        (1.1 * 3, 3.3),
        (1 - 0.9, 0.1),
        (-0.7999999999999999, -0.8),
        (1e22 + 4e6, 1e22),
    ],
)
def test_noise_is_rounded_away(noisy: float, clean: float) -> None:
    assert noisy != clean
    assert without_noise(noisy) == clean


@given(intended, st.sampled_from([-math.inf, math.inf]))
def test_the_neighbours_of_a_short_decimal_are_that_decimal(number: float, way: float) -> None:
    assert without_noise(math.nextafter(number, way)) == pytest.approx(number, abs=1e-300)


@given(intended)
def test_short_decimals_stay(number: float) -> None:
    assert without_noise(number) == number


@pytest.mark.parametrize("number", [1 / 3, math.pi, 0.9000000078340828, 0.1234567890123, 1e308])
def test_long_decimals_stay(number: float) -> None:
    assert without_noise(number) == number


@given(st.floats())
def test_it_never_moves_a_number_by_more_than_a_rounding_error(number: float) -> None:
    assert without_noise(number) == pytest.approx(number, rel=1e-14, abs=1e-300, nan_ok=True)
    assert without_noise(without_noise(number)) == pytest.approx(
        without_noise(number), rel=0, nan_ok=True
    )
