"""Comparisons of sketches against direct computation in float64 and in torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from torch.ao.ns.fx import utils as torch_ns

from tensorboard_cnc.analysis.layers.alignment import with_tied_values
from tensorboard_cnc.analysis.layers.estimates import AT_LEAST, ESTIMATE, EXACT, Estimates
from tensorboard_cnc.analysis.layers.measures import MEASURES
from tensorboard_cnc.analysis.layers.own_statistics import own_statistics
from tensorboard_cnc.analysis.layers.pair_statistics import PairStatistics, pair_statistics
from tensorboard_cnc.records.sketches import Scheme, TensorSketch
from tensorboard_cnc.sketches.change_classes import CHANGE_CLASSES, ZERO_BOTH, change_class
from tensorboard_cnc.sketches.pair_totals import PairSketcher
from tensorboard_cnc.sketches.sizes import Sizes
from tests.sketches.tensors import pruned, sketch, weights

_OF = {measure.id: measure for measure in MEASURES}


def measured(statistics: PairStatistics, measure: str) -> Estimates:
    of = _OF[measure].of_pairs
    assert of is not None
    return of(statistics)


def with_reference(after: NDArray[Any], before: NDArray[Any], base: str = "dense") -> TensorSketch:
    pair = PairSketcher()
    pair.update(0, after, before)
    return replace(sketch(after), reference={base: pair.finish()})


def assert_direct(found: PairStatistics, before: NDArray[Any], after: NDArray[Any]) -> None:
    """One pair, compared exactly."""
    one, other = before.astype(float).ravel(), after.astype(float).ravel()
    delta = np.abs(other - one)
    for column, expected in (
        (found.squares, np.square(delta).sum()),
        (found.absolute, delta.sum()),
        (found.dot, one @ other),
        (found.largest, delta.max()),
    ):
        assert_allclose([column.value, column.low, column.high], np.full((3, 1), expected), 1e-9)
        assert column.certainty == EXACT
    counts = np.bincount(change_class(one, other), minlength=len(CHANGE_CLASSES))
    assert_array_equal(found.classes.value[0], counts)
    assert not found.outliers.any()


def test_whole_values_are_compared_exactly() -> None:
    before = pruned(weights(50, 60), 0.2)
    after = pruned(before + weights(50, 60, seed=1, scale=0.005), 0.4)
    assert_direct(pair_statistics([sketch(before)], [sketch(after)]), before, after)


def test_a_reference_makes_large_tensors_exact() -> None:
    before = pruned(weights(300, 200), 0.2)
    after = pruned(before + weights(300, 200, seed=1, scale=0.005), 0.4)
    own = with_reference(after, before)
    assert_direct(pair_statistics([sketch(before)], [own], "dense"), before, after)
    other = pair_statistics([sketch(before)], [own], "another")
    assert other.squares.certainty == ESTIMATE


def test_equal_tensors_are_equal_exactly() -> None:
    values = pruned(weights(300, 200), 0.2)
    assert_direct(pair_statistics([sketch(values)], [sketch(values.copy())]), values, values)


def test_sqnr_and_cosine_are_those_of_torch() -> None:
    before = weights(50, 60)
    after = before + weights(50, 60, seed=1, scale=0.002)
    found = pair_statistics([sketch(before)], [sketch(after)])
    one, other = torch.from_numpy(before), torch.from_numpy(after)
    sqnr = float(torch_ns.compute_sqnr(one, other))
    cosine = float(torch_ns.compute_cosine_similarity(one, other))
    normalized = float(torch_ns.compute_normalized_l2_error(one, other))
    assert measured(found, "sqnr").value[0] == pytest.approx(sqnr, rel=1e-5)
    assert measured(found, "cosine").value[0] == pytest.approx(cosine, rel=1e-6)
    assert measured(found, "relative_l2").value[0] == pytest.approx(normalized, rel=1e-5)
    assert measured(found, "mse").value[0] == pytest.approx(float(((one - other) ** 2).mean()))


def test_the_sum_of_changes_of_a_large_float16_pair() -> None:
    """The published system sums these in float16 and shows 0."""
    rng = np.random.default_rng(0)
    before = rng.standard_normal((4096, 1024)).astype(np.float16)
    after = before + (rng.standard_normal(before.shape) * 0.0597).astype(np.float16)
    truth = np.abs(after.astype(float) - before.astype(float)).sum()
    assert truth == pytest.approx(199_823, rel=1e-2)
    found = pair_statistics([sketch(before)], [sketch(after)])
    absolute = measured(found, "sum_abs")
    assert absolute.certainty == ESTIMATE
    assert absolute.low[0] <= truth <= absolute.high[0]
    assert absolute.high[0] - absolute.low[0] < 0.15 * truth
    exact = pair_statistics([sketch(before)], [with_reference(after, before)], "dense")
    assert measured(exact, "sum_abs").value[0] == pytest.approx(truth, rel=1e-6)


def test_outliers_that_the_sample_misses_are_flagged() -> None:
    before = weights(1024, 512)
    after = before.copy()
    after.reshape(-1)[np.random.default_rng(3).choice(after.size, 20, replace=False)] += 5
    found = pair_statistics([sketch(before)], [sketch(after)])
    absolute = measured(found, "sum_abs")
    assert found.outliers.all()
    assert absolute.certainty == AT_LEAST
    assert absolute.value[0] <= 100.1 <= absolute.high[0]
    assert absolute.value[0] == absolute.low[0] > 90
    assert measured(found, "max_abs").value[0] > 4.8


def test_an_unseen_change_has_no_interval_of_zero_width() -> None:
    before = weights(1024, 512)
    after = before.copy()
    after[3, 5] *= np.float32(1.001)
    found = pair_statistics([sketch(before)], [sketch(after)])
    change = float(abs(after[3, 5].astype(float) - before[3, 5]))
    for name, truth in (("mse", change**2 / before.size), ("sum_abs", change), ("max_abs", change)):
        column = measured(found, name)
        assert column.low[0] <= truth <= column.high[0]
        assert column.low[0] < column.high[0], name
    assert measured(found, "sqnr").low[0] > 100


def test_pruning_is_known_almost_exactly() -> None:
    before = weights(1000, 300)
    after = pruned(before, 0.5)
    found = pair_statistics([sketch(before)], [sketch(after)])
    truth = np.abs(before.astype(float) - after).sum()
    absolute = measured(found, "sum_abs")
    assert absolute.value[0] == pytest.approx(truth, rel=1e-3)
    assert measured(found, "zero_after").value[0] == 50.0
    assert measured(found, "zero_both").certainty == EXACT


def test_zeros_in_both_keep_to_the_exact_margins() -> None:
    before = pruned(weights(1000, 300), 0.3)
    after = pruned(weights(1000, 300, seed=1), 0.4)
    found = pair_statistics([sketch(before)], [sketch(after)])
    both = measured(found, "zero_both")
    truth = 100 * float(((before == 0) & (after == 0)).mean())
    assert both.low[0] <= truth <= both.high[0]
    total = both.value[0] + measured(found, "zero_after").value[0]
    assert total == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [((10, 20), (20, 10)), ((0, 5), (0, 5)), ((100, 100), (50, 100))],
)
def test_other_shapes_and_empty_tensors_are_not_compared(
    before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    found = pair_statistics([sketch(weights(*before))], [sketch(weights(*after))])
    assert found.n == 0
    for measure in MEASURES:
        if measure.of_pairs is not None:
            assert np.isnan(measure.of_pairs(found).value).all(), measure.id


def test_missing_tensors_leave_the_others_in_their_places() -> None:
    one, other = sketch(weights(30, 30)), sketch(weights(30, 30, seed=1))
    tied = replace(one, values=None, tied="elsewhere", digest=None)
    found = pair_statistics([None, one, tied, one], [other, other, other, None])
    assert_array_equal(found.n > 0, [False, True, False, False])
    assert found.squares.value[1] > 0


def test_a_tied_tensor_is_compared_with_one_of_its_own() -> None:
    embedding, head = weights(200, 300), weights(200, 300, seed=2)
    tied = [
        sketch(embedding, "embed"),
        replace(sketch(embedding, "head"), tied="embed", buckets=None, sample=None, digest=None),
    ]
    untied = [sketch(embedding, "embed"), sketch(head, "head")]
    filled = with_tied_values(tied)
    found = pair_statistics(filled, untied)
    truth = np.square(head.astype(float) - embedding).sum()
    assert found.squares.value[0] == 0
    assert found.squares.low[1] <= truth <= found.squares.high[1]
    both = pair_statistics(filled, with_tied_values(tied))
    assert_array_equal(both.n > 0, [True, False])
    assert_array_equal(own_statistics(filled).n, [60_000, 0])


def test_what_is_not_finite_widens_the_interval() -> None:
    before = weights(400, 300)
    after = before + weights(400, 300, seed=1, scale=0.001)
    after[7, :50] = np.nan
    after[9, 3] = np.inf
    before[11, 4] = -np.inf
    found = pair_statistics([sketch(before)], [sketch(after)])
    finite = np.isfinite(before) & np.isfinite(after)
    delta = np.where(finite, after, 0).astype(float) - np.where(finite, before, 0)
    assert found.squares.low[0] <= np.square(delta).sum() <= found.squares.high[0]
    assert found.absolute.low[0] <= np.abs(delta).sum() <= found.absolute.high[0]
    assert np.isfinite(found.classes.value).all()


def test_tensors_of_nothing_but_nan_and_of_nothing_but_zeros() -> None:
    shape = (300, 300)
    nothing, bad = np.zeros(shape, np.float32), np.full(shape, np.nan, np.float32)
    some = weights(*shape)
    found = pair_statistics(
        [sketch(each) for each in (nothing, bad, some, nothing)],
        [sketch(each) for each in (some, some, bad, bad)],
    )
    exact = np.square(some.astype(float)).sum()
    assert found.squares.value[0] == pytest.approx(exact)
    assert found.squares.certainty[0] == EXACT
    assert_array_equal(found.n[1:], 0)
    assert np.isnan(measured(found, "sqnr").value).all()


def test_sketches_of_different_sizes_are_compared_by_the_smaller() -> None:
    before = weights(300, 200)
    after = before + weights(300, 200, seed=1, scale=0.002)
    truth = float(np.square(after.astype(float) - before).sum())
    large = Sizes(whole=100_000)
    small = Sizes(sample=1024, buckets=256)
    for one, other in ((large, small), (small, Sizes()), (large, Sizes())):
        found = pair_statistics([sketch(before, sizes=one)], [sketch(after, sizes=other)])
        assert found.squares.certainty == ESTIMATE
        assert found.squares.low[0] <= truth <= found.squares.high[0]


def test_modules_add_up() -> None:
    shapes = [(30, 30), (300, 200), (40,), (200, 300)]
    before = [weights(*shape, seed=i) for i, shape in enumerate(shapes)]
    after = [pruned(each, 0.5) for each in before]
    found = pair_statistics([sketch(each) for each in before], [sketch(each) for each in after])
    whole = found.combined(np.array([[0, 4], [0, 1], [1, 1]]))
    pairs = list(zip(before, after, strict=True))
    signal = sum(np.square(one.astype(float)).sum() for one in before)
    noise = sum(np.square(one.astype(float) - other).sum() for one, other in pairs)
    truth = 10 * np.log10(signal / noise)
    sqnr = measured(whole, "sqnr")
    assert sqnr.low[0] <= truth <= sqnr.high[0]
    assert_array_equal(sqnr.certainty, [ESTIMATE, EXACT, EXACT])
    assert np.isnan(sqnr.value[2])
    assert sqnr.high[0] - sqnr.low[0] < 1.1


def test_what_one_model_says_of_itself() -> None:
    quantized = Scheme(bits=4, saturated=30)
    first = replace(
        sketch(pruned(weights(100, 200), 0.25)),
        stored_bytes=10_000,
        effective_bytes=7_500.0,
        scheme=quantized,
    )
    second = replace(sketch(weights(50)), stored_bytes=200, effective_bytes=200.0)
    own = own_statistics([first, None, second]).combined(np.array([[0, 3], [1, 2], [0, 1]]))
    values = {
        each.id: each.of_own(own).value.tolist() for each in MEASURES if each.of_own is not None
    }
    assert values["sparsity"] == pytest.approx([100 * 5000 / 20_050, np.nan, 25], nan_ok=True)
    assert values["bits"] == pytest.approx([8 * 10_200 / 20_050, np.nan, 4], nan_ok=True)
    assert values["effective_bits"][2] == 3
    assert values["saturated"] == pytest.approx([0.15, np.nan, 0.15], nan_ok=True)
    assert values["distinct"] == pytest.approx([50, np.nan, np.nan], nan_ok=True)


def test_every_measure_has_one_source_and_a_unique_name() -> None:
    assert len(_OF) == len(MEASURES)
    for measure in MEASURES:
        sources = (measure.of_pairs, measure.of_own, measure.of_local)
        assert sum(of is not None for of in sources) == 1
        assert measure.pairwise == (measure.of_own is None)


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_of_equal_tensors_only_finite_values_are_counted(strange: float) -> None:
    values = weights(20, 30)
    values[0, :7], values[1, :5] = strange, 0
    found = pair_statistics([sketch(values)], [sketch(values.copy())], "dense")
    counts = dict(zip(CHANGE_CLASSES, found.classes.value[0], strict=True))
    assert counts.pop(CHANGE_CLASSES[0]) == values.size - 7 - 5
    assert counts.pop(CHANGE_CLASSES[ZERO_BOTH]) == 5
    assert not any(counts.values())
