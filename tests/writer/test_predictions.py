"""All kinds of predictions, from arrays, tensors and lists, as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.instances import Predictions
from tests.writer.logged import bulk_records, the_dataset, the_predictions

N, C = 40, 4
RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 2, (N, C)).astype(np.float32)
PROBABILITIES = scipy_softmax(LOGITS, axis=1)
LABELS = RANDOM.integers(0, C, N)
NAMES = ["a", "b", "<i>c</i>", "d é"]

as_given: list[Any] = [
    pytest.param(lambda a: a, id="numpy"),
    pytest.param(lambda a: torch.from_numpy(np.array(a)), id="torch"),
    pytest.param(lambda a: a.tolist(), id="list"),
    pytest.param(lambda a: np.asfortranarray(a), id="Fortran order"),
]


def predicted(where: Path, ids: Any = None, **given: Any) -> Predictions:
    """What is stored of one call on the data set "test"."""
    with cnc_summary.model(where, "m") as model:
        model.predictions("test", range(N) if ids is None else ids, **given)
    return the_predictions(where)


def close(found: Any, expected: Any, relative: float = 3e-4) -> None:
    """Within the precision of stored probabilities."""
    assert found is not None
    np.testing.assert_allclose(found, expected, rtol=relative, atol=2e-14)


@pytest.mark.parametrize("given", as_given)
@pytest.mark.parametrize("form", ["probabilities", "logits"])
def test_one_class_of_several(form: str, given: Callable[[Any], Any], tmp_path: Path) -> None:
    values = {"probabilities": PROBABILITIES, "logits": LOGITS}[form]
    record = predicted(tmp_path, **{form: given(values)}, labels=given(LABELS), classes=NAMES)
    classes = PROBABILITIES.argmax(axis=1)
    assert (record.kind, record.classes, record.excluded) == ("classes", tuple(NAMES), 0)
    np.testing.assert_array_equal(record.predicted, classes)
    np.testing.assert_array_equal(record.correct, classes == LABELS)
    close(record.confidence, PROBABILITIES.max(axis=1))
    close(record.true_probability, PROBABILITIES[np.arange(N), LABELS])
    close(record.vectors, PROBABILITIES)
    np.testing.assert_array_equal(record.vector_rows, np.arange(N))
    assert record.dropped == ()


def test_torch_of_every_precision_and_with_gradients(tmp_path: Path) -> None:
    logits = torch.from_numpy(LOGITS)
    for name, tensor in {
        "bf16": logits.bfloat16(),
        "fp16": logits.half(),
        "fp64": logits.double().requires_grad_(),
    }.items():
        record = predicted(tmp_path / name, logits=tensor)
        expected = scipy_softmax(tensor.detach().double().numpy(), axis=1)
        close(record.vectors, expected)
    half = torch.from_numpy(PROBABILITIES).half()
    close(predicted(tmp_path / "rounded", probabilities=half).vectors, half.double().numpy(), 1e-3)


def test_bare_labels_as_indices_and_names(tmp_path: Path) -> None:
    classes = LABELS.copy()
    classes[:5] = (classes[:5] + 1) % C
    by_index = predicted(tmp_path / "i", predicted=classes, labels=LABELS)
    assert by_index.classes == ()
    by_name = predicted(
        tmp_path / "n",
        predicted=[NAMES[i] for i in classes],
        labels=[NAMES[i] for i in LABELS],
        classes=NAMES,
    )
    for record in (by_index, by_name):
        np.testing.assert_array_equal(record.predicted, classes)
        np.testing.assert_array_equal(record.correct, classes == LABELS)
        assert record.confidence is record.vectors is None
    unnamed = predicted(tmp_path / "u", [1, 2], predicted=["dog", "cat"], labels=["dog", "owl"])
    assert unnamed.classes == ("cat", "dog", "owl")
    np.testing.assert_array_equal(unnamed.correct, [1, 0])


@pytest.mark.parametrize("column", [False, True])
def test_binary_outputs_are_two_classes(column: bool, tmp_path: Path) -> None:
    logits = LOGITS[:, :1] if column else LOGITS[:, 0]
    probabilities = expit(logits)
    labels = LABELS % 2
    for form, values in {"logits": logits, "probabilities": probabilities}.items():
        record = predicted(tmp_path / form, **{form: values}, labels=labels, classes=["no", "yes"])
        flat = probabilities.reshape(-1)
        np.testing.assert_array_equal(record.predicted, flat > 0.5)
        close(record.vectors, np.stack([1 - flat, flat], axis=1), 1e-3)
        close(record.true_probability, np.where(labels, flat, 1 - flat), 1e-3)


def test_several_classes_of_each_instance(tmp_path: Path) -> None:
    truth = RANDOM.random((N, C)) < 0.3
    probabilities = expit(LOGITS)
    right = (truth == (probabilities >= 0.5)).all(axis=1)
    sets = [[NAMES[i] for i in np.flatnonzero(row)] for row in truth]
    for number, given in enumerate(
        [
            {"logits": LOGITS, "labels": truth},
            {"probabilities": probabilities, "labels": torch.from_numpy(truth)},
            {"probabilities": probabilities, "labels": sets},
            {"predicted": probabilities >= 0.5, "labels": truth.astype(int).tolist()},
        ]
    ):
        record = predicted(tmp_path / str(number), **given, classes=NAMES, multilabel=True)
        assert record.kind == "multi-label"
        np.testing.assert_array_equal(record.memberships, probabilities >= 0.5)
        np.testing.assert_array_equal(record.correct, right)
        if "predicted" not in given:
            close(record.vectors, probabilities)


def test_numbers_of_a_regression(tmp_path: Path) -> None:
    numbers = RANDOM.normal(0, 1e6, N)
    numbers[3] = np.nan
    numbers[4] = np.inf
    record = predicted(tmp_path, predicted=torch.from_numpy(numbers).reshape(-1, 1))
    assert (record.kind, record.excluded) == ("numbers", 2)
    np.testing.assert_array_equal(record.numbers, numbers)


def test_whole_numbers_are_a_regression_where_the_data_set_is(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path, "test", range(3), targets=[1, 2, None])
    record = predicted(tmp_path, range(3), predicted=[1, 2, 4])
    assert record.kind == the_dataset(tmp_path).kind == "numbers"
    np.testing.assert_array_equal(record.numbers, [1, 2, 4])


def test_texts_with_scores(tmp_path: Path) -> None:
    record = predicted(
        tmp_path, ["x", "y"], outputs=["a <b>", None], scores={"F1": [0.5, np.nan], "EM": [1, 0]}
    )
    assert (record.kind, record.outputs) == ("texts", ("a <b>", ""))
    np.testing.assert_array_equal(record.scores["F1"], np.array([0.5, np.nan], np.float32))
    np.testing.assert_array_equal(record.scores["EM"], [1, 0])


def test_scores_alone(tmp_path: Path) -> None:
    record = predicted(tmp_path, scores={"BLEU/4": torch.linspace(0, 1, N)})
    assert (record.kind, record.predicted) == ("scores", None)
    np.testing.assert_allclose(record.scores["BLEU/4"], np.linspace(0, 1, N), atol=1e-7)


def test_rows_that_are_not_finite_are_kept_and_counted(tmp_path: Path) -> None:
    for form, values in {"logits": LOGITS, "probabilities": PROBABILITIES}.items():
        broken = values.copy()
        broken[3] = np.nan
        broken[7, 1] = np.inf
        record = predicted(tmp_path / form, **{form: broken}, labels=LABELS)
        assert (len(record.ids), record.excluded) == (N, 2)
        assert record.predicted is not None
        assert record.confidence is not None
        assert record.predicted[[3, 7]].tolist() == [-1, -1]
        np.testing.assert_array_equal(np.flatnonzero(np.isnan(record.confidence)), [3, 7])
        np.testing.assert_array_equal(
            record.vector_rows, [row for row in range(N) if row not in (3, 7)]
        )
    broken = LOGITS.copy()
    broken[2] = np.nan
    truth = np.ones((N, C), int)
    record = predicted(tmp_path / "multi", logits=broken, labels=truth, multilabel=True)
    assert record.correct is not None
    assert (record.excluded, record.correct[2]) == (1, -1)


def test_a_class_ruled_out_by_minus_infinity(tmp_path: Path) -> None:
    logits = LOGITS.copy()
    logits[:, 2] = -np.inf
    record = predicted(tmp_path, logits=logits)
    assert record.excluded == 0
    close(record.vectors, scipy_softmax(logits, axis=1))


def test_unknown_labels(tmp_path: Path) -> None:
    for number, labels in enumerate(([0, None, -100, 2], [0.0, np.nan, -100.0, 2.0])):
        record = predicted(tmp_path / str(number), range(4), predicted=[0, 1, 2, 1], labels=labels)
        np.testing.assert_array_equal(record.correct, [1, -1, -1, 0])


def test_labels_and_classes_come_from_the_data_set_in_any_order(tmp_path: Path) -> None:
    ids = [f"image-{i}" for i in range(N)]
    cnc_summary.dataset(tmp_path / "data", "test", ids, labels=LABELS, classes=NAMES)
    some = RANDOM.permutation(np.arange(10, 35))
    record = predicted(tmp_path / "m", [ids[i] for i in some], logits=LOGITS[some])
    assert record.classes == tuple(NAMES)
    assert record.dataset_fingerprint == the_dataset(tmp_path / "data").fingerprint != ""
    some.sort()
    assert record.ids.tolist() == [ids[i] for i in some], "stored in the order of ids"
    np.testing.assert_array_equal(record.correct, LOGITS[some].argmax(axis=1) == LABELS[some])
    close(record.true_probability, PROBABILITIES[some, LABELS[some]])
    close(record.vectors, PROBABILITIES[some])


def test_the_model_and_the_random_state_stay_as_they_were(tmp_path: Path) -> None:
    state, torch_state = np.random.get_state()[1].copy(), torch.get_rng_state()  # type: ignore[index]
    logits = torch.from_numpy(LOGITS).requires_grad_()
    record = predicted(tmp_path, logits=logits * 1.0)
    assert record.vectors is not None
    assert logits.grad is None
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # type: ignore[index]


def test_a_later_call_replaces_and_other_data_sets_stay(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as model:
        model.predictions("test", [1], predicted=[0])
        model.predictions("train", [1], predicted=[0])
        model.predictions("test", [1, 2], predicted=[1, 1])
    records = [each for each in bulk_records(tmp_path) if isinstance(each, Predictions)]
    found = {record.dataset: len(record.ids) for record in records}
    assert found == {"train": 1, "test": 2}
