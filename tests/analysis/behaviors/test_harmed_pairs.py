"""Pairs of slices against Fisher's exact test within each of their parts, cell by cell."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tensorboard_cnc.analysis.behaviors.counts import with_flip
from tensorboard_cnc.analysis.behaviors.dimensions import dimensions_of
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.harmed import HarmedPair, harmed_pairs
from tensorboard_cnc.analysis.behaviors.statistics import over_represented, over_represented_each
from tests.analysis.behaviors.evaluations import evaluation, truth

RNG = np.random.default_rng(11)
N = 4000
LABELS = RNG.integers(0, 10, N)
SCANS = RNG.integers(0, 4, N)
SIZES = RNG.integers(0, 3, N)
TEXTS = ("clean", "faint", "noisy", "turned")
KNOWN = truth(
    LABELS.tolist(),
    "0123456789",
    attributes={"scan": (SCANS, TEXTS), "size": (SIZES, ("16", "32", "48"))},
)
DIMENSIONS = dimensions_of(KNOWN, None)
CODES = {"label": LABELS, "attribute/scan": SCANS, "attribute/size": SIZES}
BASE = evaluation(
    np.where(RNG.random(N) < 0.05, (LABELS + 1) % 10, LABELS).tolist(), LABELS.tolist()
)


def damaged(share: NDArray[np.float64], labels: NDArray[np.int64] = LABELS) -> Evaluation:
    answers = np.where(RNG.random(len(share)) < share, (labels + 2) % 10, labels)
    return evaluation(answers.tolist(), labels.tolist())


def named(pair: HarmedPair) -> list[str]:
    return [d.texts[level] for d, level in zip(pair.dimensions, pair.levels, strict=True)]


def test_a_combination_that_broke_on_purpose_is_found_and_its_parts_are_not() -> None:
    share = np.where((SCANS == 1) & (LABELS == 7), 0.6, np.where(SCANS == 1, 0.2, 0.03))
    found, tests = harmed_pairs(DIMENSIONS, BASE, {"m": damaged(share)})
    first = found[0]
    assert [each.id for each in first.dimensions] == ["label", "attribute/scan"]
    assert named(first) == ["7", "faint"]
    assert first.lift > first.part_lift > 1
    # Everything faint broke: other digits in faint scans are no more than their part.
    assert not [pair for pair in found if "faint" in named(pair) and "7" not in named(pair)]
    assert tests == 10 * 4 + 10 * 3 + 4 * 3


def test_each_pair_agrees_with_scipy() -> None:
    share = np.where((SCANS == 1) & (LABELS == 7), 0.5, np.where(SIZES == 2, 0.15, 0.05))
    models = {"one": damaged(share), "two": damaged(share[::-1].copy())}
    found, tests = harmed_pairs(DIMENSIONS, BASE, models)
    expected = []
    for one, other in combinations(DIMENSIONS, 2):
        for key, model in models.items():
            lost = with_flip(BASE, model, "negative")
            for a in range(len(one.texts)):
                for b in range(len(other.texts)):
                    parts = CODES[one.id] == a, CODES[other.id] == b
                    pair = parts[0] & parts[1]
                    if pair.sum() < 30:
                        continue
                    p = max(
                        stats.hypergeom.sf(
                            (lost & pair).sum() - 1, part.sum(), (lost & part).sum(), pair.sum()
                        )
                        for part in parts
                    )
                    expected.append((key, (one.id, other.id), (a, b), p, pair, parts, lost))
    assert tests == len(expected)
    q = stats.false_discovery_control([each[3] for each in expected])
    by_place = {each[:3]: (each, q[at]) for at, each in enumerate(expected)}
    # What cannot be sure is not computed, and changes no q that is.
    assert len(found) == np.count_nonzero(q <= 0.05) > 0
    for each in found:
        place = (each.model, (each.dimensions[0].id, each.dimensions[1].id), each.levels)
        (_, _, _, p, pair, parts, lost), corrected = by_place[place]
        assert each.p == pytest.approx(p, rel=1e-6)
        assert each.q == pytest.approx(corrected, rel=1e-6)
        assert (each.n, each.flips) == (pair.sum(), (lost & pair).sum())
        assert each.lift == pytest.approx(lost[pair].mean() / lost.mean())
        assert each.part_lift == pytest.approx(
            max(lost[part].mean() for part in parts) / lost.mean()
        )


def test_slices_that_broke_alone_make_no_pairs() -> None:
    real = 0
    for _ in range(40):
        share = 0.05 + 0.2 * (SCANS == 1)
        found, _ = harmed_pairs(DIMENSIONS, BASE, {"m": damaged(share)})
        real += bool(found)
    assert real <= 40 * 0.15


def test_several_labels_for_an_instance_and_unknown_answers() -> None:
    assert harmed_pairs(DIMENSIONS, BASE, {"m": BASE})[0] == []
    assert harmed_pairs(DIMENSIONS[:1], BASE, {"m": BASE}) == ([], 0)
    assert harmed_pairs(DIMENSIONS, evaluation([0] * N), {"m": BASE}) == ([], 0)
    assert harmed_pairs(DIMENSIONS, BASE, {"m": evaluation([0] * N)}) == ([], 0)


@settings(max_examples=80)
@given(st.integers(1, 3000), st.data())
def test_many_tails_at_once_are_those_of_one(size: int, data: st.DataObject) -> None:
    rows = []
    for _ in range(data.draw(st.integers(1, 6))):
        drawn = data.draw(st.integers(0, size))
        marked = data.draw(st.integers(0, size))
        low, high = max(0, drawn + marked - size), min(drawn, marked)
        rows.append((data.draw(st.integers(low, high)), drawn, marked, size))
    found = over_represented_each(*np.array(rows).T)
    for p, row in zip(found.tolist(), rows, strict=True):
        k, n, m, total = row
        if k * total > n * m:
            assert p == pytest.approx(over_represented(*row), rel=1e-8, abs=1e-300)
            assert p == pytest.approx(stats.hypergeom.sf(k - 1, total, m, n), rel=1e-6, abs=1e-280)
        else:
            assert p == 1


def test_no_draw_at_all() -> None:
    nothing = np.empty(0, int)
    assert over_represented_each(nothing, nothing, nothing, nothing).shape == (0,)
