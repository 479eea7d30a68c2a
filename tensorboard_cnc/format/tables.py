"""Tables of optional whole numbers, reals, texts and arrays of differing lengths, as columns.

For arrays that differ in length, one column holds the lengths, −1 for None, and another their
values one after the other. Among whole numbers, None is stored as the smallest int64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns
from tensorboard_cnc.format.refusals import damaged

NONE = np.iinfo(np.int64).min
_LENGTHS = "/lengths"
# A row becomes a list of Python's numbers, or an array.
_MADE_OF_ROW = 400
_S = TypeVar("_S", bound=Sized)
Pack = Callable[[str, NDArray[Any]], pb.Column]


def whole(name: str, rows: Sequence[Sequence[int | None]], width: int) -> pb.Column:
    """Whole numbers or None, `width` in each row."""
    plain = [[NONE if value is None else value for value in row] for row in rows]
    return columns.whole_numbers(name, np.array(plain, np.int64).reshape(-1, width))


def real(name: str, rows: Sequence[Sequence[float | None]], width: int) -> pb.Column:
    """Reals, NaN for None, `width` in each row."""
    return columns.numbers(name, np.array(rows, np.float64).reshape(-1, width))


def ragged(name: str, pack: Pack, arrays: Sequence[NDArray[Any] | None]) -> list[pb.Column]:
    """One-dimensional arrays, or None, of any lengths; `pack` stores what they hold."""
    known = [array for array in arrays if array is not None]
    lengths = np.array([-1 if array is None else len(array) for array in arrays], np.int64)
    whole = np.concatenate(known) if known else np.zeros(0, np.float32)
    if not known and pack is columns.whole_numbers:
        whole = whole.astype(np.int64)
    return [columns.whole_numbers(f"{name}{_LENGTHS}", lengths), pack(name, whole)]


class Table:
    """The columns of a message by name; what is read and missing, or does not fit, is damage."""

    def __init__(self, packed: Sequence[pb.Column]) -> None:
        self._by_name = {column.name: column for column in packed}
        if len(self._by_name) < len(packed):
            raise damaged("it has a column twice")

    def has(self, name: str) -> bool:
        """Whether there is such a column, which versions before had not."""
        return name in self._by_name

    def texts(self, name: str, n: int) -> tuple[str, ...]:
        """`n` texts."""
        return _of_length(name, columns.texts_of(self._column(name)), n)

    def rows(self, name: str, n: int, width: int, dtype: DTypeLike = np.int64) -> NDArray[Any]:
        """Numbers (n, width) that `whole` or `real` stored."""
        found = columns.array_of(self._column(name), dtype)
        if found.shape != (n, width):
            raise damaged(f"its column {name} has the shape {found.shape} instead of {n, width}")
        return found

    def numbers(self, name: str, n: int, dtype: DTypeLike) -> NDArray[Any]:
        """`n` numbers or booleans."""
        found = columns.array_of(self._column(name), dtype)
        if found.shape != (n,):
            raise damaged(f"its column {name} has the shape {found.shape} instead of {(n,)}")
        return found

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape that a column declares."""
        return tuple(self._column(name).shape)

    def optional(self, name: str, n: int, width: int) -> list[list[int | None]]:
        """Whole numbers or None, as `whole` stored them."""
        rows: list[list[int]] = self.rows(name, n, width).tolist()
        return [[None if value == NONE else value for value in row] for row in rows]

    def ragged(self, name: str, n: int, dtype: DTypeLike) -> list[NDArray[Any] | None]:
        """`n` arrays or None."""
        lengths = _of_length(name, columns.array_of(self._column(f"{name}{_LENGTHS}"), np.int64), n)
        whole = columns.array_of(self._column(name), dtype)
        if whole.ndim != 1 or lengths.ndim != 1:
            raise damaged(f"its column {name} has rows of several numbers")
        # In Python, where no sum is too large.
        total = sum(length for length in lengths.tolist() if length > 0)
        ends = np.cumsum(np.maximum(lengths, 0))
        if len(whole) != total or (lengths < -1).any():
            raise damaged(f"the lengths of its column {name} do not add up")
        starts = ends - np.maximum(lengths, 0)
        spans = zip(lengths.tolist(), starts.tolist(), ends.tolist(), strict=True)
        return [None if length < 0 else whole[start:end] for length, start, end in spans]

    def present(self, name: str, n: int, dtype: DTypeLike) -> list[NDArray[Any]]:
        """`n` arrays, none of them None."""
        known = [array for array in self.ragged(name, n, dtype) if array is not None]
        return _of_length(name, known, n)

    def made_bytes(self) -> int:
        """About the memory that all columns take, and what is made of each of their rows."""
        rows = sum(column.shape[0] for column in self._by_name.values() if len(column.shape) == 2)
        lengths = [column for name, column in self._by_name.items() if name.endswith(_LENGTHS)]
        rows += sum(column.shape[0] for column in lengths if len(column.shape) == 1)
        return columns.made_bytes(self._by_name.values()) + _MADE_OF_ROW * rows

    def count(self, name: str) -> int:
        """How many texts the column holds."""
        return len(columns.texts_of(self._column(name)))

    def _column(self, name: str) -> pb.Column:
        if name not in self._by_name:
            raise damaged(f"its column {name} is missing")
        return self._by_name[name]


def _of_length(name: str, values: _S, n: int) -> _S:
    if len(values) != n:
        raise damaged(f"its column {name} has {len(values):,} of {n:,} rows")
    return values
