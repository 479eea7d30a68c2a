"""What instances were sampled in: any form is read alike, and it is not in the fingerprint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tests.writer.logged import bulk_records, the_dataset

NAN = float("nan")


class Column:
    """What a pandas Series of objects is to the writer."""

    ndim = 1

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self._values, object)


class Unknown:
    """What pandas puts where nothing is known; like that one, it is not even equal to itself."""

    def __repr__(self) -> str:
        return "<NA>"

    def __eq__(self, other: object) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None  # type: ignore[assignment]


def codes(where: Path, groups: Any, n: int = 5) -> list[int]:
    cnc_summary.dataset(where, "test", range(n), groups=groups)
    found = the_dataset(where).groups
    assert found is not None
    first: dict[int, int] = {}
    assert sorted(set(found.tolist())) == list(range(len(set(found.tolist()))))
    return [first.setdefault(code, len(first)) for code in found.tolist()]


@pytest.mark.parametrize(
    "groups",
    [
        pytest.param(["b", "a", "b", None, None], id="texts"),
        pytest.param([7, 2**60, 7, None, None], id="whole numbers"),
        pytest.param(["7", 7, "7", None, NAN], id="texts beside numbers"),
        pytest.param((2.0, 1, 2, NAN, None), id="a tuple of floats"),
        pytest.param(np.array([2.0, 1, 2, NAN, NAN]), id="a float array"),
        pytest.param(np.array(["b", "a", "b", None, None], object), id="objects"),
        pytest.param(np.ma.array([4, 5, 4, 4, 4], mask=[False] * 3 + [True] * 2), id="masked"),
        pytest.param(torch.tensor([3, -1, 3, 8, 9]), id="a tensor"),
        pytest.param(torch.tensor([[3], [-1], [3], [8], [9]]), id="a column"),
        pytest.param(np.array([3, 2**64 - 1, 3, 8, 9], np.uint64), id="64 bits"),
        pytest.param(Column(["b", "a", "b", None, None]), id="a column of texts"),
        pytest.param(Column([1, 2, 1, None, Unknown()]), id="a nullable column"),
    ],
)
def test_any_form(groups: Any, tmp_path: Path) -> None:
    assert codes(tmp_path, groups) == [0, 1, 0, 2, 3]


def test_one_group_is_true_and_stays(tmp_path: Path) -> None:
    assert codes(tmp_path / "one", ["doc"] * 5) == [0] * 5
    assert codes(tmp_path / "none", [None] * 5) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("groups", "seen"),
    [
        (["a", "b"], "2 groups for 3 ids"),
        ("abc", "The groups are 'abc'"),
        ({1, 2, 3}, "in the order of the ids"),
        ([1, 0.5, 2], r"row 1 is 0\.5 of type float.*whole numbers.*str"),
        ([1, "a", 0.5], r"row 2 is 0\.5"),
        ([1, float("inf"), 2], "row 1 is inf"),
        ([True, False, True], "row 0 is True of type bool"),
        (np.array([True, False, True]), "row 0 is True"),
        ([("a", 1), ("a", 1), ("b", 1)], r"shape \(3, 2\)"),
        (["a", b"b", "c"], "row 1 is b'b'"),
        (np.zeros((3, 2)), "one text for each instance"),
    ],
)
def test_what_names_no_group_is_refused(groups: Any, seen: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=seen):
        cnc_summary.dataset(tmp_path, "test", range(3), groups=groups)
    assert bulk_records(tmp_path) == []


def test_predictions_still_join_and_bytes_are_kept(tmp_path: Path) -> None:
    cnc_summary.dataset(tmp_path / "without", "test", range(4), labels=[0, 1, 1, 0])
    n = 4
    cnc_summary.dataset(
        tmp_path / "with", "test", range(n), labels=[0, 1, 1, 0], groups=[0, 0, 1, 1], max_bytes=1
    )
    with_groups = the_dataset(tmp_path / "with")
    assert with_groups.fingerprint == the_dataset(tmp_path / "without").fingerprint
    assert with_groups.groups is not None


def test_scans_in_order_take_a_byte_or_less_each(tmp_path: Path) -> None:
    n = 100_000
    sizes = []
    for name, groups in (("without", None), ("with", np.arange(n) // 4)):
        cnc_summary.dataset(tmp_path / name, "test", range(n), groups=groups)
        sizes.append(sum(f.stat().st_size for f in (tmp_path / name).rglob("*tfevents*")))
    assert sizes[1] - sizes[0] < 5_000
