"""Records aligned with instances, whatever their order, classes and kind; KL against scipy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats
from scipy.special import rel_entr

from tensorboard_cnc.analysis.behaviors.evaluation import (
    Evaluation,
    Vectors,
    binary_kl,
    evaluation_of,
    kl_divergence,
    shared_rows,
)
from tensorboard_cnc.analysis.behaviors.instances import Instances, instances_of
from tensorboard_cnc.records.instances import Dataset, Predictions

IDS = np.array([10, 20, 30, 40])
CLASSES = ("cat", "dog", "eel")
DATA = Dataset("test", IDS, "classes", "f", CLASSES, labels=np.array([0, 1, 2, -1], np.int32))


def model(ids: Any = IDS, kind: Any = "classes", **more: Any) -> Predictions:
    return Predictions("m", "test", np.array(ids), kind, **more)


def codes(*values: int) -> Any:
    return np.array(values, np.int32)


def laid_out(record: Predictions, data: Dataset | None = DATA) -> tuple[Evaluation, Instances]:
    instances = instances_of(data, [record])
    return evaluation_of(record, instances), instances


def test_another_order_and_missing_instances() -> None:
    found, _ = laid_out(
        model([30, 10], predicted=codes(2, 1), confidence=np.array([0.9, 0.5], np.float32))
    )
    assert found.present.tolist() == [True, False, True, False]
    assert found.positions.tolist() == [1, -1, 0, -1]
    assert found.answers is not None
    assert found.answers.tolist() == [1, -1, 2, -1]
    assert found.correct == pytest.approx([0, np.nan, 1, np.nan], nan_ok=True)
    assert found.confidence == pytest.approx([0.5, np.nan, 0.9, np.nan], nan_ok=True)


def test_the_same_order_shares_the_record_s_arrays() -> None:
    record = model(predicted=codes(0, 1, 2, 0))
    found, instances = laid_out(record)
    assert found.answers is record.predicted
    assert found.positions is instances.places


def test_classes_in_another_order_are_matched_by_name() -> None:
    vectors = np.array([[0.7, 0.2, 0.1]], np.float32)
    found, instances = laid_out(
        model(
            predicted=codes(0, 1, 2, -1),
            classes=("eel", "newt", "cat"),
            vectors=vectors,
            vector_rows=np.array([2]),
        )
    )
    assert instances.truth.classes == (*CLASSES, "newt")
    assert found.answers is not None
    assert found.answers.tolist() == [2, 3, 0, -1]
    assert found.vectors is not None
    assert found.vectors.rows.tolist() == [2]
    assert found.vectors.probabilities[0] == pytest.approx([0.1, 0, 0.7, 0.2])


def test_labels_of_the_data_set_say_what_is_right_else_what_was_logged() -> None:
    record = model(predicted=codes(0, 0, 0, 0), correct=np.array([0, 1, -1, 1], np.int8))
    assert laid_out(record)[0].correct == pytest.approx([1, 0, 0, 1])
    alone = laid_out(record, None)[0].correct
    assert alone == pytest.approx([0, 1, np.nan, 1], nan_ok=True)


def test_answers_that_were_logged_by_other_labels_count_and_lose_their_probability() -> None:
    record = model(
        [40, 10, 20, 30],
        predicted=codes(0, 0, 1, 0),
        correct=np.array([1, 1, 0, 1], np.int8),
        true_probability=np.array([0.9, 0.8, 0.3, 0.7], np.float32),
    )
    found, _ = laid_out(record)
    assert found.contradicted == 2
    assert found.correct == pytest.approx([1, 1, 0, 1])
    assert found.true_probability == pytest.approx([0.8, np.nan, np.nan, 0.9], nan_ok=True)
    vectors = np.array([[0.6, 0.3, 0.1], [0.7, 0.1, 0.2]], np.float32)
    found, _ = laid_out(replace(record, vectors=vectors, vector_rows=np.array([1, 3])))
    assert found.true_probability == pytest.approx([0.8, np.nan, 0.2, 0.9], nan_ok=True)
    alone, _ = laid_out(record, None)
    assert alone.contradicted == 0
    assert alone.true_probability == pytest.approx([0.9, 0.8, 0.3, 0.7])


def test_where_the_data_set_was_logged_later_vectors_give_the_true_label_s_probability() -> None:
    record = model(
        predicted=codes(0, 1, 2, 0),
        vectors=np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], np.float32),
        vector_rows=np.array([1, 3]),
        top_classes=np.zeros((4, 1), np.int32),
        top_probabilities=np.full((4, 1), 0.9, np.float32),
    )
    found = laid_out(record)[0].true_probability
    assert found == pytest.approx([np.nan, 0.5, np.nan, np.nan], nan_ok=True)


def test_unnamed_classes_are_called_by_their_indices() -> None:
    data = Dataset("test", IDS, "classes", "f", labels=codes(0, 1, 4, 0))
    _, instances = laid_out(model(predicted=codes(0, 1, 2, 6)), data)
    assert instances.truth.classes == tuple("0123456")


def test_multi_label_answers_are_right_where_the_whole_set_is() -> None:
    members = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1]], bool)
    said = members.copy()
    said[3] = False
    data = Dataset("test", IDS, "multi-label", "f", CLASSES, memberships=members)
    found, _ = laid_out(model([40, 30, 20, 10], "multi-label", memberships=said[::-1]), data)
    assert found.correct == pytest.approx([1, 1, 1, 0])
    assert found.memberships is not None
    assert found.memberships.tolist() == said.tolist()


@given(st.lists(st.text(max_size=3), min_size=4, max_size=4))
def test_texts_have_equal_codes_where_they_are_equal(outputs: list[str]) -> None:
    found, _ = laid_out(model([40, 30, 20, 10], "texts", outputs=tuple(outputs)), None)
    assert found.answers is not None
    for i, one in enumerate(outputs):
        for j, other in enumerate(outputs):
            assert (found.answers[i] == found.answers[j]) == (one == other)


def test_a_score_called_exact_match_says_what_is_right() -> None:
    scores = {"EM": np.array([1, 0, np.nan, 1], np.float32), "F1": np.ones(4, np.float32)}
    found, _ = laid_out(model(kind="texts", outputs=("a",) * 4, scores=scores), None)
    assert found.correct == pytest.approx([1, 0, np.nan, 1], nan_ok=True)
    half = {"EM": np.array([1, 0.5, 0, 1], np.float32)}
    assert laid_out(model(kind="texts", outputs=("a",) * 4, scores=half), None)[0].correct is None


def test_answers_of_another_kind_leave_only_their_scores() -> None:
    scores = {"F1": np.ones(4, np.float32)}
    found, instances = laid_out(model(kind="texts", outputs=("a",) * 4, scores=scores))
    assert instances.truth.kind == "classes"
    assert (found.answers, found.correct, found.outputs) == (None, None, None)
    assert list(found.scores) == ["F1"]


def test_a_data_set_without_labels_leaves_the_kind_to_the_models() -> None:
    data = Dataset("test", IDS, "scores", "f", texts=("a",) * 4)
    assert laid_out(model(kind="texts", outputs=("b",) * 4), data)[1].truth.kind == "texts"


def test_without_a_data_set_all_ids_of_all_models_are_instances() -> None:
    one, two = model([1, 2], predicted=codes(0, 0)), model([3, 2], predicted=codes(0, 0))
    assert instances_of(None, [one, two]).ids.tolist() == [1, 2, 3]


@given(st.permutations(range(4)), st.integers(1, 4))
def test_the_order_of_a_record_does_not_matter(order: list[int], kept: int) -> None:
    order = order[:kept]
    predicted, p = codes(0, 2, 1, 1), np.array([0.4, 0.5, 0.6, 0.7], np.float32)
    record = model(IDS[order], predicted=predicted[order], confidence=p[order])
    found, _ = laid_out(record)
    expected, _ = laid_out(model(predicted=predicted, confidence=p))
    assert found.answers is not None
    assert expected.answers is not None
    assert (found.answers[order] == expected.answers[order]).all()
    assert np.count_nonzero(found.present) == kept


def test_as_scipy() -> None:
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(7), 500), rng.dirichlet(np.ones(7), 500)
    assert kl_divergence(p, q) == pytest.approx(stats.entropy(p, q, axis=1))


def test_long_rows_are_cut_into_pieces_unnoticed() -> None:
    rng = np.random.default_rng(2)
    p, q = rng.dirichlet(np.ones(50_000), 7), rng.dirichlet(np.ones(50_000), 7)
    assert kl_divergence(p, q) == pytest.approx(stats.entropy(p, q, axis=1))


def test_a_certain_answer_that_the_model_excludes_is_finite() -> None:
    found = kl_divergence(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert found == pytest.approx([np.log(1e12)])


def test_yes_and_no_as_scipy() -> None:
    rng = np.random.default_rng(3)
    p, q = rng.random((50, 4)), rng.random((50, 4))
    expected = (rel_entr(p, q) + rel_entr(1 - p, 1 - q)).sum(axis=1)
    assert binary_kl(p, q) == pytest.approx(expected)


ROWS = arrays.arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))


@given(ROWS, ROWS)
def test_never_negative_and_zero_against_itself(p: np.ndarray, q: np.ndarray) -> None:
    p[:, 0], q[:, 0] = 1, 1
    assert (kl_divergence(p, q) >= 0).all()
    assert kl_divergence(p, p) == pytest.approx(np.zeros(4))


def test_rows_that_both_have() -> None:
    one = Vectors(np.array([1, 4, 7]), np.arange(6).reshape(3, 2) / 10)
    other = Vectors(np.array([0, 4, 7, 9]), np.arange(8).reshape(4, 2) / 10)
    rows, of_one, of_other = shared_rows(one, other)
    assert rows.tolist() == [4, 7]
    assert of_one.tolist() == of_other.tolist() == [[0.2, 0.3], [0.4, 0.5]]
    assert shared_rows(one, one)[1] is one.probabilities
