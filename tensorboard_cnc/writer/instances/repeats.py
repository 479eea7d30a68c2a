"""Whether an instance that was predicted twice, as the last batch of a sampler, has one answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.wording import shown

# By how much the same instance may differ between batches, whose sums run in another order.
_RELATIVE, _ABSOLUTE = 1e-2, 1e-2
# Of two classes with half of the probability each, rounding decides.
_TIE = 0.5 + _ABSOLUTE
_NUMBERS = ("numbers", "confidence", "true_probability")
_SHOWN = 3


def check_repeats(record: Predictions, kept: NDArray[np.int64]) -> None:
    """Checks that rows with the id of one of the rows `kept`, which are in order, say the same.

    Raises:
      ArgumentError: one says something else.
    """
    rest = np.ones(len(record.ids), bool)
    rest[kept] = False
    again = np.flatnonzero(rest)
    first = kept[np.searchsorted(record.ids[kept], record.ids[again])]
    different: dict[str, NDArray[np.bool_]] = {}
    for name, column in _columns(record):
        found = _differ(column, first, again)
        if name == "predicted":
            found &= ~_are_ties(record, first, again)
        if name == "true_probability" or found.any():
            different[name] = found
    rows = np.logical_or.reduce([*different.values(), np.zeros(len(again), bool)])
    if rows.any():
        raise _contradiction(record, first[rows], again[rows], different, rows)


def _columns(record: Predictions) -> list[tuple[str, Any]]:
    names = ("predicted", "memberships", "correct", *_NUMBERS, "outputs")
    found = [(name, getattr(record, name)) for name in names]
    found += [(f'score "{name}"', score) for name, score in record.scores.items()]
    # Of a tie only the predicted class, and whether it is right, may differ.
    return [(name, column) for name, column in found if column is not None and name != "correct"]


def _differ(column: Any, first: NDArray[np.int64], again: NDArray[np.int64]) -> NDArray[np.bool_]:
    if isinstance(column, tuple):
        pairs = zip(first.tolist(), again.tolist(), strict=True)
        return np.array([column[one] != column[other] for one, other in pairs], bool)
    one, other = column[first], column[again]
    if column.dtype.kind == "f":
        close = np.isclose(one, other, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True)
        return np.asarray(~close)
    differs: NDArray[Any] = np.asarray(one != other)
    return np.asarray(differs.any(axis=1)) if differs.ndim == 2 else differs


def _are_ties(
    record: Predictions, first: NDArray[np.int64], again: NDArray[np.int64]
) -> NDArray[np.bool_]:
    if record.confidence is None:
        return np.zeros(len(first), bool)
    one, other = record.confidence[first], record.confidence[again]
    near = np.isclose(one, other, rtol=0, atol=_ABSOLUTE)
    return np.asarray(near & (np.maximum(one, other) <= _TIE))


def _contradiction(
    record: Predictions,
    first: NDArray[np.int64],
    again: NDArray[np.int64],
    different: dict[str, NDArray[np.bool_]],
    rows: NDArray[np.bool_],
) -> ArgumentError:
    name = next(name for name, found in different.items() if found[rows][0])
    column = dict(_columns(record))[name]
    one, other = (
        each.tolist() if isinstance(each, np.ndarray | np.generic) else each
        for each in (column[first[0]], column[again[0]])
    )
    ids = list(dict.fromkeys(record.ids[again].tolist()))
    some = ", ".join(map(repr, ids[:_SHOWN]))
    return ArgumentError(
        f"{len(ids):,} ids were added again with other values, such as {some}: {name} is "
        f"{shown(one)} first and {shown(other)} then",
        "An id stands for one instance; only equal predictions of it count once, as where samplers "
        "pad the last batch",
        "Give each instance an id of its own through all batches and ranks, for example its index "
        "in the data set",
    )
