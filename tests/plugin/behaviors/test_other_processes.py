"""What one process has logged without knowing what another has: read right, or said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc import cnc_summary
from tests.plugin.behaviors.through_routes import accuracy, another_process, asked, notes
from tests.writer.scripts import run_script

NAMES = ["cat", "dog", "owl"]
Y = np.array([0, 1, 2, 1, 0, 2])
SCORES = np.eye(3)[Y] * 4


def data(where: Path, **given: Any) -> None:
    another_process()
    cnc_summary.dataset(where / "data", "test", range(len(Y)), **given)
    another_process()


def model(where: Path, name: str, **given: Any) -> None:
    with cnc_summary.model(where / name, name) as handle:
        handle.predictions("test", range(len(Y)), **given)


def test_classes_in_another_order_are_joined_by_name(tmp_path: Path) -> None:
    data(tmp_path, labels=Y, classes=NAMES)
    model(tmp_path, "far", logits=SCORES[:, ::-1], classes=NAMES[::-1])
    cnc_summary.dataset(tmp_path / "data", "test", range(len(Y)), labels=Y, classes=NAMES)
    model(tmp_path, "near", logits=SCORES[:, [2, 0, 1]], classes=["owl", "cat", "dog"])
    model(tmp_path, "bare", predicted=[2, 1, 0, 1, 2, 0], classes=NAMES[::-1])
    assert accuracy(tmp_path, "far", "near", "bare") == [1, 1, 1]


def test_one_other_name_is_remarked_on(tmp_path: Path) -> None:
    data(tmp_path, labels=Y, classes=NAMES)
    model(tmp_path, "far", logits=SCORES, classes=["cat", "dogs", "owl"])
    assert (
        'classes "dogs" are not among those of the data set, of which it lacks "dog", so that no '
        "such answer is right. Pass classes=[…]" in notes(tmp_path, "far")
    )


def test_two_orders_of_bare_indices_are_remarked_on(tmp_path: Path) -> None:
    data(tmp_path, labels=Y)
    model(tmp_path, "one", logits=SCORES, classes=NAMES)
    assert notes(tmp_path, "one") == ""
    model(tmp_path, "two", logits=SCORES, classes=NAMES[::-1])
    said = notes(tmp_path, "one", "two")
    assert (
        'Its classes are "owl", "dog", "cat", those of the model "one" "cat", "dog", "owl"' in said
    )


def test_labels_from_1_on_are_remarked_on(tmp_path: Path) -> None:
    data(tmp_path, labels=Y + 1)
    model(tmp_path, "far", logits=SCORES)
    assert (
        "It has 3 columns, for classes 0 to 2, and labels of the data set go up to 3, so that no "
        "answer to those is right. Log the data set with labels from 0 on" in notes(tmp_path, "far")
    )
    data(tmp_path, labels=Y)
    assert notes(tmp_path, "far") == ""


def test_classes_by_other_numbers_than_bare_labels_are_remarked_on(tmp_path: Path) -> None:
    data(tmp_path, labels=Y % 2)
    model(tmp_path, "signs", predicted=2 * (Y % 2) - 1)
    assert accuracy(tmp_path, "signs") == [1]
    assert (
        'Its classes are the numbers "-1", "1", and the labels of the data set are bare indices: '
        'label 0 is read as its class "-1". Log the data set with classes=[…]'
        in notes(tmp_path, "signs")
    )
    model(tmp_path, "indices", logits=SCORES[:, :2], classes=["0", "1"])
    assert notes(tmp_path, "indices") == ""


@pytest.mark.parametrize("targets", [[3.0, 5, 0, 2, 8, 1], [-3.0, 5, 0, -2, 8, 1]])
def test_whole_numbers_are_a_regression_where_the_data_set_is(
    targets: list[float], tmp_path: Path
) -> None:
    data(tmp_path, targets=targets)
    model(tmp_path, "far", predicted=[3, 5, 1, 2, 8, 3])
    found = asked(tmp_path, "far", measure="abs_error")
    assert (found["kind"], found["notes"]) == ("numbers", [])
    expected = np.abs(np.array([3, 5, 1, 2, 8, 3]) - targets).mean()
    assert found["models"][0]["value"]["value"] == pytest.approx(expected, rel=1e-5)


def test_floats_are_classes_where_the_data_set_has_labels(tmp_path: Path) -> None:
    data(tmp_path, labels=Y, classes=NAMES)
    model(tmp_path, "far", predicted=Y.astype(np.float32))
    assert accuracy(tmp_path, "far") == [1]
    assert notes(tmp_path, "far") == ""


def test_numbers_that_are_names_of_classes(tmp_path: Path) -> None:
    values = np.array([10, 20, 35])
    data(tmp_path, labels=values[Y], classes=values)
    model(tmp_path, "far", predicted=values[Y])
    model(tmp_path, "odd", predicted=[10, 20, 35, 20, 10, 99])
    assert accuracy(tmp_path, "far") == [1]
    assert "6 of its 6 answers are no index or name" in notes(tmp_path, "odd")


SHARD = """
    import sys, numpy as np
    from tensorboard_cnc import cnc_summary
    where, rank, case = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    ids = {
        "shards": range(rank, 12, 3),
        "padded": [*range(rank, 11, 3), *([0] if rank == 2 else [])],
        "alike": range(12),
        "local": range(4),
        "partly": range(rank, rank + 6),
    }[case]
    said = [rank] * len(ids) if case in ("local", "partly") else [i % 3 for i in ids]
    vectors = {} if case == "local" else {"f1": [float(i) for i in ids]}
    with cnc_summary.model(f"{where}/m", "m") as m:
        m.predictions("test", ids, logits=np.eye(3)[said] * 5, scores=vectors or None)
"""


def job(where: Path, case: str) -> Any:
    """Three processes without a process group, as torchrun starts them; the model's behaviors."""
    another_process()
    labels = [i % 3 for i in range(12)]
    cnc_summary.dataset(where / "logs/data", "test", range(12), labels=labels)
    for rank in range(3):
        run_script(SHARD, where / "logs", str(rank), case)
    found = asked(where / "logs", "m", measure="correct")
    value = found["models"][0]["value"]
    return value["value"], value["n"], "\n".join(note["message"] for note in found["notes"])


@pytest.mark.parametrize(("case", "n"), [("shards", 12), ("padded", 11)])
def test_shards_of_three_processes_are_shown_together_and_said(
    case: str, n: int, tmp_path: Path
) -> None:
    share, count, said = job(tmp_path, case)
    assert (share, count) == (1, n)
    assert "3 processes logged its predictions, on different instances; they are shown" in said


def test_the_same_again_is_no_news(tmp_path: Path) -> None:
    assert job(tmp_path, "alike") == (1, 12, "")


@pytest.mark.parametrize(("case", "n"), [("local", 4), ("partly", 6)])
def test_other_predictions_of_the_same_ids_are_said(case: str, n: int, tmp_path: Path) -> None:
    _, count, said = job(tmp_path, case)
    assert count == n
    assert "Another process logged other predictions on" in said
