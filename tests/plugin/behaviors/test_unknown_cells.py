"""A cell of a multi-label row that is unknown leaves the rest of the row in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tests.plugin.behaviors.through_routes import another_process, asked
from tests.writer.logged import bulk_records, the_dataset, the_predictions

NAN = float("nan")
LABELS: list[list[float]] = [[1, 0, NAN], [0, 1, 1], [NAN, NAN, NAN], [1, NAN, 0], [0, 0, 0]]
SAID = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]])
KNOWN = ~np.isnan(LABELS)
AS_INTS = np.nan_to_num(np.array(LABELS), nan=-1).astype(int)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(LABELS),
        LABELS,
        torch.tensor(LABELS),
        AS_INTS,
        torch.tensor(np.where(KNOWN, AS_INTS, -100)),
        [[None if each != each else each for each in row] for row in LABELS],
        np.array([[None if each != each else each for each in row] for row in LABELS], object),
    ],
    ids=["array", "lists", "torch", "-1", "-100", "lists with None", "objects"],
)
def test_the_rest_of_the_row_counts(labels: Any, tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "data", "test", range(5), labels=labels, classes="a b c".split())
    data = the_dataset(tmp_path / "data")
    np.testing.assert_array_equal(data.memberships_known, KNOWN)
    with cnc_summary.model(tmp_path / "near", "near") as model:
        model.predictions("test", range(5), predicted=SAID)
    correct = the_predictions(tmp_path / "near").correct
    assert correct is not None
    assert correct.tolist() == [1, 1, -1, 0, 1]
    another_process()
    with cnc_summary.model(tmp_path / "far", "far") as model:
        model.predictions("test", range(5), probabilities=SAID * 0.8 + 0.1, multilabel=True)
    shares = {"correct": (3 / 4, 4), "hamming": (0.5 / 4, 4), "jaccard": (3 / 4, 4)}
    for measure, (value, n) in shares.items():
        for found in asked(tmp_path, "near", "far", measure=measure)["models"]:
            assert (found["value"]["value"], found["value"]["n"]) == (pytest.approx(value), n)
    brier = asked(tmp_path, "far", measure="brier")["models"][0]["value"]
    assert (brier["value"], brier["n"]) == (
        pytest.approx((3 * 0.01 + (0.01 + 0.81) / 2) / 4, abs=2e-3),
        4,
    )


def test_labels_of_predictions_may_be_unknown_too(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "m", "m") as model:
        model.predictions("test", range(5), predicted=SAID, labels=LABELS, multilabel=True)
    correct = the_predictions(tmp_path / "m").correct
    assert correct is not None
    assert correct.tolist() == [1, 1, -1, 0, 1]
    cnc_summary.dataset(tmp_path / "data", "test", range(5), labels=np.nan_to_num(LABELS))
    with cnc_summary.model(tmp_path / "m", "m") as model:
        model.predictions("test", range(5), predicted=SAID, labels=LABELS)
        with pytest.raises(ArgumentError, match="1 of 5 labels are not those of the data set"):
            model.predictions("test", range(5), predicted=SAID, labels=[[NAN, 1, NAN], *LABELS[1:]])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"labels": [[-1, 1], [1, 1]]}, "hold -1 and no 0.*Pass 0 where"),
        ({"labels": np.array([[2, 1], [1, 0]])}, "They must be 0 or 1"),
    ],
)
def test_what_is_no_flag_is_refused(given: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=says):
        cnc_summary.dataset(tmp_path, "test", range(2), **given)


def test_a_model_knows_all_its_answers(tmp_path: Path) -> None:
    another_process()
    with (
        cnc_summary.attach(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match="Row 0 of the predicted classes holds an unknown"),
    ):
        model.predictions("test", range(5), predicted=np.array(LABELS), multilabel=True)
    assert bulk_records(tmp_path) == []
