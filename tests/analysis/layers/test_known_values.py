"""Single values that two sketches know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tensorboard_cnc.analysis.layers.known_values import changes_known, values_at_both
from tensorboard_cnc.sketches.coordinated_sample import in_24_bits, sample_positions
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tests.sketches.tensors import sketch, weights


def test_large_tensors_share_their_sample() -> None:
    before, after = weights(300, 200), weights(300, 200, seed=1)
    x, y = values_at_both(sketch(before), sketch(after))
    at = sample_positions((300, 200), 2048)
    assert_array_equal(x, in_24_bits(before.reshape(-1)[at]))
    assert_array_equal(y, in_24_bits(after.reshape(-1)[at]))


def test_small_tensors_know_all_but_what_is_not_finite() -> None:
    before, after = weights(30), weights(30, seed=1)
    after[3] = np.nan
    x, y = values_at_both(sketch(before), sketch(after))
    assert_array_equal(x, np.delete(before, 3))
    assert_array_equal(y, np.delete(after, 3))


def test_outliers_are_found_among_the_largest_values() -> None:
    before = weights(512, 256)
    after = before.copy()
    after[100, 7], after[3, 200] = 4.0, -9.0
    found = list(changes_known(sketch(before), sketch(after), "", 2))
    assert [each.at for each in found] == [3 * 256 + 200, 100 * 256 + 7]
    assert [each.after for each in found] == [-9, 4]
    for each in found:
        truth = after.reshape(-1)[each.at] - before.reshape(-1)[each.at]
        assert abs(each.change) <= abs(truth) + 1e-6
        assert each.change == pytest.approx(truth, rel=0.05)


def test_a_lost_outlier_is_found_too() -> None:
    before = weights(512, 256)
    before[9, 9] = 5.0
    after = before.copy()
    after[9, 9] = 0.0
    (found,) = changes_known(sketch(before), sketch(after), "", 1)
    assert (found.at, found.before) == (9 * 256 + 9, 5.0)
    assert 4.8 < -found.change <= 5.0


def test_of_few_values_all_others_are_zero() -> None:
    before, after = np.zeros((512, 256), np.float32), np.zeros((512, 256), np.float32)
    before[0, 0], after[5, 5] = 2.0, 3.0
    found = list(changes_known(sketch(before), sketch(after), "", 9))
    assert [tuple(each) for each in found] == [(1285, 0.0, 3.0, 3.0), (0, 2.0, 0.0, -2.0)]


def test_an_exact_comparison_knows_changes_without_values() -> None:
    before, after = weights(300, 200), weights(300, 200, seed=1)
    pair = PairSketcher()
    pair.update(0, after, before)
    own = replace(sketch(after), reference={"dense": pair.finish()})
    found = list(changes_known(sketch(before), own, "dense", 3))
    exact = (after.astype(float) - before).reshape(-1)
    assert [each.at for each in found] == np.argsort(-np.abs(exact))[:3].tolist()
    assert {(each.before, each.after) for each in found} == {(None, None)}


def test_equal_tensors_and_other_shapes_have_no_changes() -> None:
    values = sketch(weights(300, 200))
    assert list(changes_known(values, values, "", 5)) == []
    assert list(changes_known(values, sketch(weights(200, 300)), "", 5)) == []
    assert len(values_at_both(values, sketch(weights(200, 300)))[0]) == 0
