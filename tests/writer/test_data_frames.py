"""Data frames, their columns and other tables are taken wherever values by name are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tests.writer.logged import the_dataset, the_predictions


class NAType:
    """Compares and judges like pandas' missing value."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __eq__(self, _other: object) -> Any:
        return self

    def __ne__(self, _other: object) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment]


class Series:
    """A column as pandas and polars have it: no list, no truth value, an array of objects."""

    def __init__(self, values: Any, name: str | None = None) -> None:
        self.values, self.name = values, name

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.values, dtype)

    def __len__(self) -> int:
        return len(self.values)

    def __bool__(self) -> bool:
        raise ValueError("The truth value of a Series is ambiguous")


class Frame:
    """A table of such columns, like pandas' and polars' DataFrame."""

    def __init__(self, **columns: Any) -> None:
        self._columns = {name: Series(values, name) for name, values in columns.items()}
        self.columns = list(columns)

    def __getitem__(self, name: str) -> Series:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __bool__(self) -> bool:
        raise ValueError("The truth value of a DataFrame is ambiguous")


class Table:
    """What knows no more than how to become a mapping."""

    def to_dict(self) -> dict[str, list[float]]:
        return {"F1": [0.5, 1.0]}

    def __len__(self) -> int:
        return 2


MISSING = NAType()


def test_attributes_and_labels_of_a_data_frame(tmp_path: Path) -> None:
    place = np.array(["in", float("nan"), "out", MISSING], object)
    frame = Frame(size=[1.5, 2, np.nan, 4], place=place, rank=np.array([1, MISSING, 3, 4], object))
    labels = Series(np.array(["cat", MISSING, "dog", float("nan")], object))
    cnc_summary.dataset(tmp_path, "test", Series(range(4)), labels=labels, attributes=frame)  # type: ignore[arg-type]
    record = the_dataset(tmp_path)
    np.testing.assert_array_equal(record.attributes["size"], [1.5, 2, np.nan, 4])
    np.testing.assert_array_equal(record.attributes["rank"], [1, np.nan, 3, 4])
    codes, levels = record.attributes["place"]
    assert (codes.tolist(), levels) == ([0, -1, 1, -1], ("in", "out"))
    assert record.labels is not None
    assert (record.labels.tolist(), record.classes) == ([0, -1, 1, -1], ("cat", "dog"))


@pytest.mark.parametrize(
    "scores",
    [
        Frame(F1=[0.5, 1.0]),
        Series([0.5, 1.0], "F1"),
        np.array([(0.5,), (1.0,)], [("F1", float)]),
        {"F1": Series([0.5, 1.0])},
        Table(),
    ],
    ids=["frame", "series", "structured", "mapping", "table"],
)
def test_scores_of_any_table(scores: Any, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.predictions("test", range(2), scores=scores)
    assert the_predictions(tmp_path).scores["F1"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("scores", [Series([0.5, 1.0]), np.array([0.5, 1.0])])
def test_a_column_without_a_name_is_refused_with_the_remedy(scores: Any, tmp_path: Path) -> None:
    with (
        cnc_summary.attach(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match=r'by name.*scores=\{"F1": f1\}, or pass a data frame'),
    ):
        model.predictions("test", range(2), scores=scores)


def test_probabilities_of_a_data_frame(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.predictions("test", range(2), probabilities=Series([[0.2, 0.8], [0.9, 0.1]]))
    predicted = the_predictions(tmp_path).predicted
    assert predicted is not None
    assert predicted.tolist() == [1, 0]


class Wide(Frame):
    """A frame as it becomes an array."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array([np.asarray(self[name]) for name in self.columns], dtype).T


SHARES = {"b": [0.1, 0.9, 0.8, 0.6], "a": [0.9, 0.1, 0.2, 0.4]}


def _named_columns(folder: Path, shares: dict[str, list[float]], **more: Any) -> list[str]:
    """The predicted names where the labels are those of SHARES' classes."""
    cnc_summary.dataset(folder / "data", "test", range(4), labels=["a", "b", "b", "a"])
    with cnc_summary.model(folder / "m", "m") as model:
        model.predictions("test", range(4), probabilities=Wide(**shares), **more)
    record = the_predictions(folder)
    assert record.predicted is not None
    return [record.classes[code] for code in record.predicted.tolist()]


@pytest.mark.parametrize("more", [{}, {"classes": ["b", "a"]}])
def test_columns_of_a_data_frame_are_found_by_their_names(
    more: dict[str, Any], tmp_path: Path
) -> None:
    assert _named_columns(tmp_path, SHARES, **more) == ["a", "b", "b", "b"]


def test_columns_of_other_names_are_those_of_the_classes_that_are_passed(tmp_path: Path) -> None:
    shares = {f"p_{name}": each for name, each in SHARES.items()}
    assert _named_columns(tmp_path, shares, classes=["b", "a"]) == ["a", "b", "b", "b"]


def test_numbered_columns_are_in_the_order_of_the_classes(tmp_path: Path) -> None:
    shares = {"column_0": SHARES["a"], "column_1": SHARES["b"]}
    assert _named_columns(tmp_path, shares) == ["a", "b", "b", "b"]


@pytest.mark.parametrize(
    ("shares", "more"),
    [
        (SHARES, {"classes": ["a", "b"]}),
        ({"p_b": SHARES["b"], "p_a": SHARES["a"]}, {}),
    ],
)
def test_columns_that_contradict_the_classes_are_refused(
    shares: dict[str, list[float]], more: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match="The columns of probabilities= are called"):
        _named_columns(tmp_path, shares, **more)


def test_names_that_are_numbers_are_no_indices(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "data", "test", range(4), labels=[1, 0, 0, 1])
    frame = Wide(**SHARES)
    numbered: Any = {0: frame["b"], 1: frame["a"]}
    frame.columns, frame._columns = [1, 0], numbered  # type: ignore[list-item]
    matched = pytest.raises(ArgumentError, match="classes have no names")
    with cnc_summary.model(tmp_path / "m", "m") as model, matched:
        model.predictions("test", range(4), probabilities=frame)


def test_an_array_with_a_mask_that_is_none_of_numpy(tmp_path: Path) -> None:
    class Masked(Series):
        """As pandas' Int64 is."""

        _mask = np.array([False, True, False])

    labels = Masked([0, MISSING, 1])
    cnc_summary.dataset(tmp_path / "data", "test", range(3), labels=labels)
    found = the_dataset(tmp_path).labels
    assert found is not None
    assert found.tolist() == [0, -1, 1]


def test_a_number_that_is_missing_in_a_list_of_texts_is_no_text(tmp_path: Path) -> None:
    given = ["in", float("nan"), 3]
    cnc_summary.dataset(tmp_path, "test", range(3), attributes={"place": given})
    codes, levels = the_dataset(tmp_path).attributes["place"]
    assert (codes.tolist(), levels) == ([1, -1, 0], ("3", "in"))
