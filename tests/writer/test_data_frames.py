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


def test_a_number_that_is_missing_in_a_list_of_texts_is_no_text(tmp_path: Path) -> None:
    given = ["in", float("nan"), 3]
    cnc_summary.dataset(tmp_path, "test", range(3), attributes={"place": given})
    codes, levels = the_dataset(tmp_path).attributes["place"]
    assert (codes.tolist(), levels) == ([1, -1, 0], ("3", "in"))
