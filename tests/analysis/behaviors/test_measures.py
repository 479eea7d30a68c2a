"""Measures of single instances against scikit-learn, scipy and by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from tensorboard_cnc.analysis.behaviors import measures
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation, Vectors
from tensorboard_cnc.analysis.behaviors.instances import Floats, Truth, membership_codes
from tensorboard_cnc.analysis.behaviors.measures import FORMS, Measure, column, in_form, measures_of
from tests.analysis.behaviors.evaluations import NAN, evaluation, truth

RNG = np.random.default_rng(11)
N, C = 200, 4
LABELS = RNG.integers(0, C, N)
P, Q = RNG.dirichlet(np.ones(C), N), RNG.dirichlet(np.ones(C), N)
KNOWN = truth(LABELS.tolist(), "abcd")


def probable(p: np.ndarray) -> Evaluation:
    return evaluation(
        p.argmax(axis=1).tolist(),
        LABELS.tolist(),
        confidence=p.max(axis=1),
        true_probability=p[np.arange(N), LABELS],
        vectors=Vectors(np.arange(N), p),
    )


BASE, MODEL = probable(P), probable(Q)


def values(
    id: str, known: Truth = KNOWN, model: Evaluation = MODEL, base: Evaluation = BASE
) -> Any:
    measure = next(each for each in measures_of(known, [model]) if each.id == id)
    return column(measure, known, model, base)


def test_means_as_scikit_learn() -> None:
    assert values("nll").mean() == pytest.approx(metrics.log_loss(LABELS, Q))
    brier = metrics.brier_score_loss(LABELS, Q, labels=range(C), scale_by_half=False)
    assert values("brier").mean() == pytest.approx(brier, rel=1e-6)
    assert values("correct").mean() == metrics.accuracy_score(LABELS, Q.argmax(axis=1))
    agreement = metrics.accuracy_score(P.argmax(axis=1), Q.argmax(axis=1))
    assert values("agrees").mean() == pytest.approx(agreement)


TOP = P.argmax(axis=1)
AT_TOP = P[np.arange(N), TOP], Q[np.arange(N), TOP]


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("vector/kl", stats.entropy(P, Q, axis=1)),
        ("vector/mse", ((P - Q) ** 2).mean(axis=1)),
        ("vector/abs_difference", np.abs(P - Q).mean(axis=1)),
        ("vector/difference_argmax", AT_TOP[1] - AT_TOP[0]),
        ("vector/abs_difference_argmax", np.abs(AT_TOP[1] - AT_TOP[0])),
        ("vector/ratio_argmax", AT_TOP[1] / AT_TOP[0]),
    ],
)
def test_measures_between_vectors(id: str, expected: np.ndarray) -> None:
    assert values(id) == pytest.approx(expected)


def test_rows_without_both_vectors_are_not_known() -> None:
    few = evaluation(TOP.tolist(), vectors=Vectors(np.array([3, 8]), Q[[3, 8]]))
    assert np.flatnonzero(np.isfinite(values("vector/kl", model=few))).tolist() == [3, 8]
    assert np.flatnonzero(np.isfinite(values("brier", model=few))).tolist() == [3, 8]


def test_a_label_that_is_not_known_has_no_brier_score() -> None:
    known = truth([-1] * N, "abcd")
    assert np.isnan(values("brier", known)).all()


def test_multi_label_as_scikit_learn() -> None:
    true, said = RNG.random((N, C)) < 0.4, RNG.random((N, C)) < 0.4
    known = Truth("multi-label", N, tuple("abcd"), membership_codes(true), true)
    model = Evaluation(np.arange(N), np.ones(N, bool), membership_codes(said), memberships=said)
    assert values("hamming", known, model).mean() == pytest.approx(metrics.hamming_loss(true, said))
    jaccard = metrics.jaccard_score(true, said, average="samples", zero_division=1.0)
    assert values("jaccard", known, model).mean() == pytest.approx(jaccard)


def test_multi_label_brier_score_is_the_mean_over_classes() -> None:
    true, p = RNG.random((N, C)) < 0.4, RNG.random((N, C))
    known = Truth("multi-label", N, tuple("abcd"), membership_codes(true), true)
    model = Evaluation(np.arange(N), np.ones(N, bool), vectors=Vectors(np.arange(N), p))
    assert values("brier", known, model).mean() == pytest.approx(
        metrics.mean_squared_error(true, p)
    )


def test_regression_as_scikit_learn() -> None:
    true, said = RNG.normal(size=N), RNG.normal(size=N)
    known = Truth("numbers", N, numbers=true)
    model = Evaluation(np.arange(N), np.ones(N, bool), numbers=said)
    assert [m.id for m in measures_of(known, [model])] == ["abs_error", "squared_error", "answer"]
    assert values("abs_error", known, model).mean() == pytest.approx(
        metrics.mean_absolute_error(true, said)
    )
    assert values("squared_error", known, model).mean() == pytest.approx(
        metrics.mean_squared_error(true, said)
    )


def test_named_scores_come_first_where_there_are_no_classes() -> None:
    known = Truth("texts", 2)
    model = Evaluation(np.arange(2), np.ones(2, bool), scores={"F1": np.array([0.5, NAN])})
    (measure,) = measures_of(known, [model])
    assert (measure.id, measure.label, measure.goal) == ("score/F1", "F1", "max")
    assert values("score/F1", known, model)[0] == 0.5


def test_forms_by_hand() -> None:
    model, base = np.array([3.0, 1.0, NAN, 0.0]), np.array([2.0, 0.0, 1.0, 0.0])
    expected = {
        "value": [3, 1, NAN, 0],
        "difference": [1, 1, NAN, 0],
        "abs_difference": [1, 1, NAN, 0],
        "ratio": [1.5, NAN, NAN, NAN],
        "squared_difference": [1, 1, NAN, 0],
    }
    for form in FORMS:
        assert in_form(form, model, base).tolist() == pytest.approx(expected[form], nan_ok=True)


def _gain(case: measures.Case) -> Floats:
    before, after = case.base.true_probability, case.model.true_probability
    assert before is not None
    assert after is not None
    return after - before


def test_a_measure_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    gain = Measure(
        "gain",
        "gain of probability of the true label",
        "max",
        pairwise=True,
        of=_gain,
        known=lambda case: case.model.true_probability is not None,
    )
    monkeypatch.setattr(measures, "_MEASURES", (*measures._MEASURES, gain))
    before, after = (rows[np.arange(N), LABELS] for rows in (P, Q))
    np.testing.assert_allclose(values("gain"), after - before)
    assert [each.id for each in measures_of(KNOWN, [MODEL])][-1] == "gain"
    unknown = evaluation(LABELS.tolist())
    assert "gain" not in [each.id for each in measures_of(KNOWN, [unknown])]
    assert np.isnan(column(gain, KNOWN, unknown, BASE)).all()
