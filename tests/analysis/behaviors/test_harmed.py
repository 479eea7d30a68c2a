"""Harmed slices against Fisher's exact test and the correction of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tensorboard_cnc.analysis.behaviors.counts import with_flip
from tensorboard_cnc.analysis.behaviors.dimensions import dimensions_of
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.harmed import harmed_slices
from tensorboard_cnc.analysis.behaviors.instances import Bools
from tests.analysis.behaviors.evaluations import evaluation, truth

RNG = np.random.default_rng(5)
N = 4000
LABELS = RNG.integers(0, 3, N)
THICK = RNG.integers(0, 2, N)
KNOWN = truth(LABELS.tolist(), attributes={"ink": (THICK, ("thin", "thick"))})
DIMENSIONS = dimensions_of(KNOWN, None)
BASE = evaluation(
    np.where(RNG.random(N) < 0.05, (LABELS + 1) % 3, LABELS).tolist(), LABELS.tolist()
)


def damaged(share: np.ndarray) -> list[int]:
    answers: list[int] = np.where(RNG.random(N) < share, (LABELS + 2) % 3, LABELS).tolist()
    return answers


def negative(model: Evaluation) -> Bools:
    return with_flip(BASE, model, "negative")


def test_what_was_harmed_on_purpose_comes_first() -> None:
    model = evaluation(damaged(np.where(THICK == 1, 0.3, 0.03)), LABELS.tolist())
    found, tests = harmed_slices(DIMENSIONS, BASE, {"m": model})
    first = found[0]
    assert (first.dimension.id, first.dimension.texts[first.level]) == ("attribute/ink", "thick")
    assert tests == 5
    lost = negative(model)
    thick = THICK == 1
    table = [
        [np.sum(lost & thick), np.sum(~lost & thick)],
        [np.sum(lost & ~thick), np.sum(~lost & ~thick)],
    ]
    assert first.p == pytest.approx(
        stats.fisher_exact(table, alternative="greater").pvalue, rel=1e-6
    )
    assert first.lift == pytest.approx(lost[thick].mean() / lost.mean())
    assert (first.n, first.flips) == (thick.sum(), table[0][0])


def test_every_level_and_model_is_corrected_for() -> None:
    models = {
        name: evaluation(damaged(np.full(N, share)), LABELS.tolist())
        for name, share in (("one", 0.1), ("two", 0.2))
    }
    found, tests = harmed_slices(DIMENSIONS, BASE, models)
    assert tests == 10
    p = []
    for model in models.values():
        lost = negative(model)
        for group in (*(c == LABELS for c in range(3)), *(t == THICK for t in range(2))):
            k = np.count_nonzero(lost & group)
            p.append(stats.hypergeom.sf(k - 1, N, np.count_nonzero(lost), np.count_nonzero(group)))
    expected = stats.false_discovery_control(p)
    for each in found:
        place = int(np.argmin(np.abs(np.array(p) - each.p)))
        assert each.q == pytest.approx(expected[place], rel=1e-5)


def test_random_harm_is_seldom_called_real() -> None:
    real = 0
    for _ in range(60):
        model = evaluation(damaged(np.full(N, 0.1)), LABELS.tolist())
        found, _ = harmed_slices(DIMENSIONS, BASE, {"m": model})
        real += any(each.q <= 0.05 for each in found)
    assert real <= 60 * 0.15


def test_nothing_lost_finds_nothing() -> None:
    assert harmed_slices(DIMENSIONS, BASE, {"m": BASE}) == ([], 0)
    assert harmed_slices(DIMENSIONS, BASE, {"m": evaluation([0] * N)}) == ([], 0)
