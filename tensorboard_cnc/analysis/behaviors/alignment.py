"""Instances are compared by id: where the ids of one list stand in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Ints

Ids = NDArray[Any]


def rows_of(ids: Ids, index: Ids) -> Ints:
    """Position of each of `ids` (n,) in `index` (N,), NONE where it is not; int64 (n,).

    Ids are whole numbers or texts, each list without duplicates; 7 and "7" are different ids.
    """
    if ids is index or (
        len(ids) == len(index) and _comparable(ids, index) and (ids == index).all()
    ):
        return np.arange(len(ids))
    if not _comparable(ids, index) or not len(index):
        return np.full(len(ids), NONE)
    order = np.argsort(index, kind="stable")
    at = np.searchsorted(index, ids, sorter=order)
    found = order[np.minimum(at, len(index) - 1)]
    return np.where(index[found] == ids, found, NONE)


def all_ids(lists: Sequence[Ids]) -> Ids:
    """The union of lists of ids of one kind, in order of first appearance."""
    if not lists:
        return np.empty(0, np.int64)
    first = lists[0]
    for ids in lists[1:]:
        if _comparable(first, ids):
            first = np.concatenate([first, ids[rows_of(ids, first) == NONE]])
    return first


# Of a whole number of 64 bits.
_MOST_DIGITS = 19


def row_of_text(id: str, ids: Ids) -> int | None:
    """Position in `ids` (N,) of the id that is written so; None where there is none."""
    sought: Ids = np.array([id])
    if ids.dtype.kind in "iu":
        digits = id.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
            return None
        if not -(2**63) <= int(id) < 2**63:
            return None
        sought = np.array([int(id)])
    row = int(rows_of(sought, ids)[0])
    return None if row == NONE else row


def _comparable(one: Ids, other: Ids) -> bool:
    return (one.dtype.kind in "iu") == (other.dtype.kind in "iu")
