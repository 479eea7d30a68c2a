"""Whatever two tensors hold, what is said of them does not contradict itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import EXACT, Estimates
from tensorboard_cnc.analysis.layers.measures import MEASURES
from tensorboard_cnc.analysis.layers.own_statistics import own_statistics
from tensorboard_cnc.analysis.layers.pair_statistics import pair_statistics
from tensorboard_cnc.sketches.change_classes import ZERO_AFTER, ZERO_BEFORE, ZERO_BOTH
from tests.sketches.tensors import SMALL, sketch

SHAPE = (24, 16)
ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)
FEW = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 3e38, -3e38, 1e-45, np.nan, np.inf])
PLAIN = st.floats(-1, 1, width=32)


def tensors() -> st.SearchStrategy[NDArray[Any]]:
    """Full of numbers, of few different ones, or of one but for some."""
    full = [arrays(np.float32, SHAPE, elements=elements) for elements in (ANY, FEW, PLAIN)]
    sparse = arrays(np.float32, SHAPE, elements=ANY, fill=FEW)
    return st.one_of(*full, sparse)


def assert_sound(found: Estimates) -> None:
    known = ~np.isnan(found.value)
    low, value, high = found.low[known], found.value[known], found.high[known]
    slack = 1e-9 * np.where(np.isfinite(value), np.abs(value), 0)
    assert (low <= value + slack).all()
    assert (value <= high + slack).all()
    exact = found.certainty[known] == EXACT
    assert (low[exact] == high[exact]).all()


@settings(max_examples=150)
@given(before=tensors(), after=tensors(), same=st.booleans())
def test_estimates_of_any_pair_are_sound(
    before: NDArray[Any], after: NDArray[Any], same: bool
) -> None:
    if same:
        # Most values stay.
        after = np.where(np.arange(before.size).reshape(SHAPE) % 50 == 7, after, before)
    one, other = sketch(before, sizes=SMALL), sketch(after, sizes=SMALL)
    found = pair_statistics([one], [other])
    for column in (found.squares, found.absolute, found.dot, found.largest, found.classes):
        assert np.isfinite(column.value).all()
        assert_sound(column)
    for measure in MEASURES:
        if measure.of_pairs is not None:
            assert_sound(measure.of_pairs(found))
        elif measure.of_own is not None:
            assert_sound(measure.of_own(own_statistics([other])))


@settings(max_examples=60)
@given(before=tensors(), after=tensors())
def test_zeros_add_up_to_what_is_known_exactly(before: NDArray[Any], after: NDArray[Any]) -> None:
    before, after = np.nan_to_num(before), np.nan_to_num(after)
    classes = pair_statistics([sketch(before, sizes=SMALL)], [sketch(after, sizes=SMALL)]).classes
    both = classes.value[0, ZERO_BOTH]
    assert np.isclose(both + classes.value[0, ZERO_BEFORE], (before == 0).sum())
    assert np.isclose(both + classes.value[0, ZERO_AFTER], (after == 0).sum())
    # Nothing that is not zero in the sample leaves the other classes empty.
    assert classes.value.sum() <= before.size * (1 + 1e-12)


@settings(max_examples=40)
@given(values=tensors())
def test_a_tensor_equals_itself(values: NDArray[Any]) -> None:
    found = pair_statistics([sketch(values, sizes=SMALL)], [sketch(values.copy(), sizes=SMALL)])
    assert found.squares.value == found.absolute.value == found.largest.value == 0
    assert found.squares.certainty == EXACT
