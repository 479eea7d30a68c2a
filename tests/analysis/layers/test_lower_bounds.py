"""A lower bound never exceeds the truth, however small the changes are beside what is stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import AT_LEAST, EXACT
from tensorboard_cnc.analysis.layers.known_values import changes_known
from tensorboard_cnc.analysis.layers.pair_statistics import pair_statistics
from tensorboard_cnc.sketches.coordinated_sample import in_24_bits
from tests.sketches.tensors import SMALL, sketch

SHAPE = (70, 60)
NOISES = [10.0**-power for power in range(12)]
KINDS = ("normal", "shift", "one", "few", "scaled", "rounded", "pruned", "heavy")


def changed(
    before: NDArray[Any], kind: str, noise: float, rng: np.random.Generator
) -> NDArray[Any]:
    """The values after a change of about `noise` standard deviations."""
    size = noise * before.std()
    match kind:
        case "normal":
            change = rng.normal(0, size, before.shape)
        case "shift":
            change = np.full(before.shape, size)
        case "one" | "few":
            change = np.zeros(before.size)
            change[rng.integers(0, before.size, 1 if kind == "one" else 6)] = size * before.size
            change = change.reshape(before.shape)
        case "scaled":
            change = before * noise
        case "rounded":
            return np.rint(before / size) * size if size else before
        case "pruned":
            return np.where(np.abs(before) < noise * before.std(), 0, before)
        case _:
            change = rng.standard_cauchy(before.shape) * size
    return before + change


def assert_bounded(before: NDArray[Any], after: NDArray[Any], **options: Any) -> None:
    one, other = sketch(before, **options), sketch(after, **options)
    found = pair_statistics([one], [other])
    if found.largest.certainty[0] == EXACT:
        # What is kept whole is compared as float32.
        before, after = before.astype(np.float32), after.astype(np.float32)
    finite = np.isfinite(before) & np.isfinite(after)
    truth = np.abs(np.where(finite, after, 0).astype(float) - np.where(finite, before, 0))
    largest = float(truth.max())
    assert found.largest.value[0] <= largest * (1 + 1e-12)
    assert found.largest.high[0] >= largest * (1 - 1e-6)
    if found.largest.certainty[0] == AT_LEAST:
        assert found.largest.low[0] == found.largest.value[0]
    for each in changes_known(one, other, "", 20):
        at_both = truth.reshape(-1)[each.at]
        assert abs(each.change) <= at_both * 1.001


@settings(max_examples=80)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(KINDS),
    noise=st.sampled_from(NOISES),
    shift=st.sampled_from([0.0, 1.0, 1000.0]),
    dtype=st.sampled_from([np.float32, np.float64]),
    small=st.booleans(),
)
def test_no_lower_bound_exceeds_the_truth(
    seed: int, kind: str, noise: float, shift: float, dtype: Any, small: bool
) -> None:
    rng = np.random.default_rng(seed)
    before = (rng.normal(0, 10.0 ** rng.integers(-6, 3), SHAPE) + shift).astype(dtype)
    after = changed(before.astype(float), kind, noise, rng).astype(dtype)
    assert_bounded(before, after, **({"sizes": SMALL} if small else {}))


@pytest.mark.parametrize("noise", [1e-4, 1e-5, 1e-6, 1e-7])
def test_noise_below_what_is_stored(noise: float) -> None:
    rng = np.random.default_rng(3)
    for shape in ((512, 300), (64, 64), (3, 3, 64, 64), (2000,)):
        before = rng.normal(0, 0.02, shape).astype(np.float32)
        after = (before + rng.normal(0, noise * 0.02, shape)).astype(np.float32)
        assert_bounded(before, after)


def test_what_is_not_finite_on_one_side_bounds_nothing() -> None:
    before = np.random.default_rng(1).normal(size=(300, 200)).astype(np.float32)
    before[0, 0] = 50.0
    after = before.copy()
    after[0, 0] = np.nan
    assert_bounded(before, after)


@given(st.integers(0, 2**31 - 1))
def test_the_error_of_a_stored_value(bits: int) -> None:
    value = np.array([bits], np.uint32).view(np.float32)
    if not np.isfinite(value[0]):
        return
    stored = in_24_bits(value).astype(float)
    assert abs(stored[0] - value[0]) <= 2.0**-16 * abs(float(value[0])) + 2.0**-141


def test_a_large_change_is_still_bounded_closely() -> None:
    rng = np.random.default_rng(3)
    before = rng.normal(0, 0.02, (512, 300)).astype(np.float32)
    after = before + rng.normal(0, 0.01, before.shape).astype(np.float32)
    found = pair_statistics([sketch(before)], [sketch(after)])
    assert found.largest.value[0] >= 0.6 * np.abs(after - before).max()
