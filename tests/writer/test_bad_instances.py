"""What is wrong with instances and predictions is said with the row, the rule and the remedy."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, CncWarning
from tensorboard_cnc.records.models import Problems
from tests.writer.logged import bulk_records, only, the_dataset, the_predictions

P = [[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]]
BAD_PREDICTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("fewer predictions", {"ids": [1, 2, 3, 4], "probabilities": P}, "3 probabilities for 4 ids"),
    ("fewer labels", {"probabilities": P, "labels": [0, 1]}, "2 labels for 3 ids"),
    ("fewer scores", {"scores": {"F1": [1.0]}}, '1 scores "F1" for 3 ids'),
    ("fewer texts", {"outputs": ["a"]}, "1 outputs for 3 ids"),
    ("an id twice", {"ids": [1, 7, 7], "probabilities": P}, "The id 7 occurs twice"),
    ("a text twice", {"ids": ["a", "b", "a"], "probabilities": P}, "The id 'a' occurs twice"),
    ("no ids", {"ids": [], "predicted": []}, r"The ids have shape \(0,\)"),
    (
        "mixed ids",
        {"ids": [1, "a", 2], "probabilities": P},
        "Ids are whole numbers of at most 63 bits or texts",
    ),
    ("fractions as ids", {"ids": [0.5, 1, 2], "probabilities": P}, "Ids are whole numbers"),
    ("long ids", {"ids": ["x" * 1001, "a", "b"], "probabilities": P}, "has 1,001 characters"),
    (
        "ids of 64 bits",
        {"ids": np.array([1, 2, 2**64 - 1], np.uint64), "outputs": "abc"},
        "63 bits",
    ),
    (
        "huge ids",
        {"ids": [1, 2, 2**70], "outputs": ["a"] * 3},
        "Ids are whole numbers of at most 63 bits or texts",
    ),
    ("a NUL in an id", {"ids": ["a\0", "a", "b"], "probabilities": P}, "printable"),
    ("label outside", {"probabilities": P, "labels": [0, 2, 1]}, "Row 1 of the .* is 2.*0 to 1"),
    ("label below", {"predicted": [0, 1, -2]}, "Row 2 of the .* is -2"),
    ("unknown name", {"predicted": list("aab"), "classes": ["a"]}, "Row 2 of the .* is 'b'"),
    ("unnamed names", {"probabilities": P, "labels": list("aab")}, "No names of classes"),
    ("fractional label", {"probabilities": P, "labels": [0, 0.5, 1]}, "labels are array.*0.5"),
    ("sum", {"probabilities": [[0.5, 0.5], [0.9, 0.3], [1, 0]]}, "row 1 sum to 1.2.*logits="),
    ("outside 0 to 1", {"probabilities": [[2, -1], [1, 0], [1, 0]]}, "row 0 go from -1 to 2"),
    ("no answer", {"predicted": [0, 1, -1]}, "Row 2 of .* is -1.*unknown_label=-1 .*floats"),
    ("other width", {"probabilities": P, "classes": list("abc")}, "2 columns for 3 classes"),
    ("too deep", {"probabilities": np.zeros((3, 2, 2))}, r"have shape \(3, 2, 2\)"),
    ("texts as numbers", {"probabilities": [["a", "b"]] * 3}, "type <U1"),
    ("ragged", {"probabilities": [[1, 0], [1], [1, 0]]}, "rows of equal length"),
    ("twice", {"probabilities": P, "logits": P}, "given as probabilities and logits"),
    ("nothing", {}, "given as nothing"),
    ("numbers as texts", {"outputs": [1, 2, 3]}, "The outputs hold 1 of type int"),
    ("one text", {"outputs": "abc"}, "The outputs hold 'abc'"),
    ("score of a text", {"scores": {"F1": list("abc")}}, 'The scores "F1" have'),
    ("nameless score", {"scores": {"": [1, 2, 3]}}, "The score's name is empty"),
    ("class twice", {"probabilities": P, "classes": ["a", "a"]}, 'The class "a" occurs twice'),
    ("classes as a text", {"probabilities": P, "classes": "ab"}, "Classes are a list"),
    (
        "flags",
        {"predicted": np.full((3, 2), 2), "multilabel": True},
        "They must be 0 or 1 for each",
    ),
    ("no name", {"dataset": "", "predicted": [1, 2, 3]}, "data set's name is empty"),
    ("long name", {"dataset": "é" * 200, "predicted": [1, 2, 3]}, "at most 200 bytes"),
    ("no bytes", {"predicted": [1, 2, 3], "max_bytes": 0}, "max_bytes= is 0"),
    ("odd bytes", {"predicted": [1, 2, 3], "max_bytes": "1 MB"}, "whole number of bytes"),
    ("one number", {"predicted": 5}, "The predicted are 5 of type int.*Pass a list"),
    ("numbers in no order", {"predicted": {1, 2, 3}}, "in the order of the ids"),
    ("ids in no order", {"ids": {1, 2, 3}, "predicted": [1, 2, 3]}, "The ids are {1, 2, 3}"),
    ("by name", {"outputs": {1: "a", 2: "b", 3: "c"}}, "in the order of the ids"),
    ("one label", {"probabilities": P, "labels": 1}, "The labels are 1 of type int"),
    ("scores in no order", {"scores": {"F1": {1, 2, 3}}}, "in the order of the ids"),
    ("no scores", {"scores": {"F1": None}}, 'The scores "F1" are None'),
    ("nameless scores", {"scores": [[1, 2, 3]]}, "Scores are one value for each instance"),
    ("a huge score", {"scores": {"F1": [1, 1e300, 1]}}, "Row 1 .* is 1e\\+300.*its logarithm"),
    ("classes in no order", {"probabilities": P, "classes": {"a", "b"}}, "The classes are {"),
    ("labels of texts", {"outputs": ["a"] * 3, "labels": [0, 1, 0]}, "Labels are given for outp"),
    ("labels of scores", {"scores": {"F1": [1, 2, 3]}, "labels": [0, 1, 0]}, "given for scores"),
    ("class of two lines", {"predicted": ["a", "b\n", "a"]}, r"The class 'b\\n' contains"),
    ("texts as sets", {"predicted": ["ab", "b", "a"], "multilabel": True}, "Row 0 .* is 'ab'"),
    ("no set", {"predicted": [["a"], None, []], "multilabel": True}, "Row 1 .* is None"),
    (
        "unknown in a set",
        {"predicted": [[0], [1, -1], []], "multilabel": True},
        "Row 1 of .* holds an",
    ),
    (
        "a huge class",
        {"predicted": [[2**31 - 2], [], []], "multilabel": True},
        "is 2147483646. The classes are 0 to 1,048,575",
    ),
    ("no columns", {"predicted": np.zeros((3, 0)), "multilabel": True}, r"shape \(3, 0\)"),
    ("on no device", {"predicted": torch.zeros(3, device="meta")}, "could not be read"),
]


@pytest.mark.parametrize(
    ("given", "seen"), [pytest.param(g, s, id=i) for i, g, s in BAD_PREDICTIONS]
)
def test_predictions_are_refused_and_nothing_is_logged(
    given: dict[str, Any], seen: str, tmp_path: Path
) -> None:
    arguments = {"dataset": "test", "ids": [1, 2, 3], **given}
    with (
        cnc_summary.attach(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match=seen) as caught,
    ):
        model.predictions(**arguments)
    assert caught.value.remedy
    assert len(str(caught.value)) < 600
    assert bulk_records(tmp_path) == []


BAD_DATASETS: list[tuple[str, dict[str, Any], str]] = [
    ("labels and targets", {"labels": [0, 1], "targets": [0, 1]}, "labels= and targets="),
    ("fractions", {"labels": [0.5, 1]}, "labels are"),
    ("outside", {"labels": [0, 5], "classes": ["a", "b"]}, "Row 1 of the .* is 5"),
    ("fewer texts", {"texts": ["a"]}, "1 texts for 2 ids"),
    ("numbers as texts", {"texts": [1, 2]}, "The texts hold 1 of type int"),
    ("fewer images", {"images": np.zeros((3, 8, 8))}, "3 images for 2 ids"),
    ("flat images", {"images": np.zeros((2, 64))}, r"image of row \d has shape \(64,\)"),
    ("two channels", {"images": np.zeros((2, 2, 8, 8))}, r"has shape \(2, 8, 8\)"),
    ("no pixels", {"images": np.zeros((2, 0, 8))}, r"has shape \(0, 8\)"),
    ("no image", {"images": ["a.png", "b.png"]}, "An image is 'a.png'"),
    ("attributes as a list", {"attributes": [1, 2]}, "one value for each instance, by name"),
    ("fewer attributes", {"attributes": {"ink": [1]}}, '1 values of "ink" for 2 ids'),
    ("deep attribute", {"attributes": {"ink": [["a"], ["b"]]}}, r"have shape \(2, 1\)"),
    ("one number", {"images": 5}, "The images are"),
    ("nothing", {"attributes": {"ink": None}}, 'values of "ink" are None'),
    ("in no order", {"attributes": {"ink": {1, 2}}}, "in the order of the ids"),
    ("one text", {"texts": 5}, "The texts are 5 of type int"),
    ("one class", {"classes": 5}, "The classes are 5 of type int"),
    ("on no device", {"labels": torch.zeros(2, device="meta")}, "could not be read"),
    ("targets of both kinds", {"targets": ["a", 1]}, "targets hold 1 of type int"),
]


@pytest.mark.parametrize(("given", "seen"), [pytest.param(g, s, id=i) for i, g, s in BAD_DATASETS])
def test_data_sets_are_refused_and_nothing_is_logged(
    given: dict[str, Any], seen: str, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=seen) as caught:
        cnc_summary.dataset(tmp_path, "test", [1, 2], **given)
    assert caught.value.remedy
    assert bulk_records(tmp_path) == []


def test_what_is_masked_is_unknown(tmp_path: Path) -> None:
    hidden = np.ma.array([0, 1, 1], mask=[False, True, False])
    cnc_summary.dataset(
        tmp_path,
        "test",
        range(3),
        labels=hidden,
        attributes={"ink": hidden, "place": np.ma.array(["in", "in", "out"], mask=hidden.mask)},
    )
    record = the_dataset(tmp_path)
    assert record.labels is not None
    assert record.labels.tolist() == [0, -1, 1]
    np.testing.assert_array_equal(record.attributes["ink"], [0, np.nan, 1])
    codes, texts = record.attributes["place"]
    assert (codes.tolist(), texts) == ([0, -1, 1], ("in", "out"))
    with pytest.raises(ArgumentError, match="Ids are whole numbers"):
        cnc_summary.dataset(tmp_path, "other", hidden)


def test_anything_that_gives_rows_in_order_is_a_list(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as model:
        model.predictions(
            "test",
            range(3),
            predicted=(each for each in "aba"),
            labels=deque("abb"),
            max_bytes=np.int64(9000),  # type: ignore[arg-type]
        )
    record = the_predictions(tmp_path)
    assert record.predicted is not None
    assert (record.classes, record.predicted.tolist()) == (("a", "b"), [0, 1, 0])
    assert record.correct is not None
    assert record.correct.tolist() == [1, 1, 0]


@pytest.mark.filterwarnings("error")
def test_the_largest_numbers_give_no_warnings(tmp_path: Path) -> None:
    huge = np.array([[[1e308, -1e308], [0, 0]]] * 2)
    cnc_summary.dataset(tmp_path, "test", [1, 2], images=huge)
    with cnc_summary.attach(tmp_path, "m") as model:
        model.predictions("test", [1, 2], probabilities=np.full((2, 2), 1e308))
    assert the_predictions(tmp_path).excluded == 2


def test_ids_that_the_data_set_lacks(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path, "test", [1, 2], labels=[0, 1])
    with cnc_summary.attach(tmp_path, "m") as model:
        with pytest.raises(ArgumentError, match="1 of 2 ids, such as 9, are not in the data set"):
            model.predictions("test", [1, 9], predicted=[0, 1])
        with pytest.raises(ArgumentError, match=r"2 of 2 ids, such as '1'"):
            model.predictions("test", ["1", "2"], predicted=[0, 1])


def test_other_classes_than_the_data_set(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path, "test", [1, 2], labels=[0, 1], classes=["a", "b"])
    says = r"data set \"test\" has \('a', 'b'\); only here: \['c'\], only there: \['a'\]"
    with cnc_summary.attach(tmp_path, "m") as model, pytest.raises(ArgumentError, match=says):
        model.predictions("test", [1, 2], predicted=[0, 1], classes=["b", "c"])


SETS = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0]])
OTHER_LABELS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "names",
        {"labels": ["cat", None, "owl"], "classes": ["cat", "dog", "owl"]},
        {"predicted": ["cat"] * 3, "labels": ["cat", "dog", "cat"]},
        r"1 of 3 labels are not those of the data set \"test\": "
        "that of the instance 'c' is 'cat' here and 'owl' there",
    ),
    (
        "indices of probabilities",
        {"labels": [0, 1, 1]},
        {"probabilities": P, "labels": torch.tensor([1, 0, 1])},
        "2 of 3 labels .* of the instance 'a' is 1 here and 0 there",
    ),
    (
        "several",
        {"labels": SETS, "classes": ["cat", "dog", "owl"]},
        {"logits": np.ones((3, 3)), "labels": [["cat"], ["owl"], []]},
        r"1 of 3 labels .* of the instance 'b' is \['owl'\] here and \['dog', 'owl'\] there",
    ),
    (
        "several without names",
        {"labels": SETS},
        {"predicted": SETS, "labels": 1 - SETS},
        r"3 of 3 labels .* of the instance 'a' is \[1, 2\] here and \[0\] there",
    ),
]


@pytest.mark.parametrize(
    ("data", "given", "says"),
    [each[1:] for each in OTHER_LABELS],
    ids=[e[0] for e in OTHER_LABELS],
)
def test_other_labels_than_the_data_set(
    data: dict[str, Any], given: dict[str, Any], says: str, tmp_path: Path
) -> None:
    ids = ["a", "b", "c"]
    cnc_summary.dataset(tmp_path / "data", "test", ids, **data)
    with cnc_summary.attach(tmp_path / "m", "m") as model:
        with pytest.raises(ArgumentError, match=says):
            model.predictions("test", ids, **given)
        backwards = {name: values[::-1] for name, values in given.items() if name != "labels"}
        with pytest.raises(ArgumentError, match="labels are not those of the data set"):
            model.predictions("test", ids[::-1], **backwards, labels=list(given["labels"])[::-1])
        assert not list(bulk_records(tmp_path / "m"))
        del given["labels"]
        model.predictions("test", ids, **given)
        model.predictions("test", ids, **given, labels=data["labels"])


def test_a_batch_with_labels_of_other_instances(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "data", "test", range(6), labels=[0, 1, 0, 1, 0, 0])
    with cnc_summary.attach(tmp_path / "m", "m") as model, model.evaluation("test") as evaluation:
        evaluation.add([0, 1, 2], predicted=[0, 0, 0], labels=[0, 1, 0])
        with pytest.raises(ArgumentError, match=r"1 of 3 labels .* instance 3 is 0 here and 1"):
            evaluation.add([3, 4, 5], predicted=[0, 0, 0], labels=[0, 0, 0])


@pytest.mark.parametrize(
    ("labels", "given"),
    [
        ([0, 1, 1], {"predicted": ["cat", "dog", "cat"]}),
        (SETS, {"predicted": [["cat"], [], ["dog"]]}),
    ],
    ids=["one", "several"],
)
def test_names_of_classes_that_the_data_set_has_as_indices(
    labels: Any, given: dict[str, Any], tmp_path: Path
) -> None:
    cnc_summary.dataset(tmp_path, "test", [1, 2, 3], labels=labels)
    with cnc_summary.attach(tmp_path, "m") as model:
        with pytest.raises(ArgumentError, match=r"have names, .'cat', 'dog'., and .* bare indices"):
            model.predictions("test", [1, 2, 3], **given)
        model.predictions("test", [1, 2, 3], **given, classes=["dog", "cat", "owl"])
    assert the_predictions(tmp_path).classes == ("dog", "cat", "owl")


@pytest.mark.usefixtures("lenient")
def test_with_warnings_the_job_goes_on_and_the_model_keeps_the_problem(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        with pytest.warns(CncWarning, match="row 1 sum to 1.2"):
            model.predictions("test", [1, 2], probabilities=[[1, 0], [0.9, 0.3]])
        model.predictions("test", [1, 2], predicted=[0, 1])
    assert the_predictions(tmp_path).kind == "classes"
    (problem,) = only(Problems, tmp_path).problems
    assert "row 1 sum to 1.2" in problem.message
    with pytest.warns(CncWarning, match="3 images for 2 ids"):
        cnc_summary.dataset(tmp_path, "test", [1, 2], images=np.zeros((3, 8, 8)))


def test_a_text_of_ten_megabytes_is_cut_with_a_mark(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path, "test", [1], texts=["é" * 10_000_000])
    texts = the_dataset(tmp_path).texts
    assert texts is not None
    assert texts[0] == "é" * 10_000 + "… [cut: 10,000,000 characters]"
    with cnc_summary.attach(tmp_path / "m", "m") as model:
        model.predictions("other", [1], outputs=["x" * 10_001])
    assert the_predictions(tmp_path / "m").outputs == ("x" * 10_000 + "… [cut: 10,001 characters]",)


def test_html_and_lone_surrogates_are_kept_as_text(tmp_path: Path) -> None:
    texts = ["<script>alert(1)</script>", "\ud800", "\0 \n"]
    cnc_summary.dataset(
        tmp_path, "<b>", texts[:1] * 1, texts=texts[:1], attributes={"<i>": ["<u>\ud800"]}
    )
    record = the_dataset(tmp_path)
    assert (record.name, record.texts, list(record.attributes)) == ("<b>", (texts[0],), ["<i>"])
    cnc_summary.dataset(tmp_path / "s", "s", range(3), texts=texts)
    assert the_dataset(tmp_path / "s").texts == (texts[0], "\\ud800", texts[2])
