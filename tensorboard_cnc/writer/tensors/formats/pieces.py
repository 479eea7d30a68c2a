"""Reads matrices of codes in pieces of bounded memory: by rows, by columns, bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.number_formats import as_floats, unpacked
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource

# The rows from the first (inclusive) to the second (exclusive), (rows, columns); likewise columns.
Rows: TypeAlias = Callable[[int, int], NDArray[Any]]
# Bytes that are held of a matrix of which columns are read, and values that are read for them.
_SLAB = 2**24
_PIECE = 2**18


def by_rows(columns: int, rows: Rows) -> Read:
    """Reads any run of positions of a matrix whose rows are decoded together."""

    def read(start: int, stop: int) -> NDArray[Any]:
        first, last = start // columns, -(-stop // columns)
        skipped = start - first * columns
        # Infinite scales are counted as what they make infinite.
        with np.errstate(over="ignore", invalid="ignore"):
            found = rows(first, last).reshape(-1)
        return as_floats(found[skipped : skipped + stop - start])

    return read


def rows_of(source: TensorSource, columns: int) -> Rows:
    """The numbers of a tensor as a matrix with this many columns."""
    read = source.open()
    return lambda first, last: read(first * columns, last * columns).reshape(-1, columns)


def codes_of(source: TensorSource, columns: int) -> Rows:
    """Likewise the bits of whole numbers of at most 32 bits, uint32.

    Floats hold all these exactly.
    """
    rows = rows_of(source, columns)
    return lambda first, last: rows(first, last).astype(np.int64).astype(np.uint32)


def columns_of(rows: Rows, shape: tuple[int, int]) -> Rows:
    """Columns (shape[0], last - first) of a matrix that is stored by rows, read in order.

    As many columns as fit into bounded memory are gathered in one walk over all rows.
    """
    height, width = shape
    wide = max(1, _SLAB // (4 * height))
    high = max(1, _PIECE // width)
    at, slab = 0, np.empty((height, 0), np.uint32)

    def columns(first: int, last: int) -> NDArray[Any]:
        nonlocal at, slab
        if not at <= first <= last <= at + slab.shape[1]:
            at, end = first, max(last, min(first + wide, width))
            parts = (rows(r, min(r + high, height))[:, at:end] for r in range(0, height, high))
            slab = np.concatenate([part.copy() for part in parts])
        return slab[:, first - at : last - at]

    return columns


def bitstream(words: NDArray[Any], bits: int, count: int) -> NDArray[np.uint8]:
    """The `count` codes in each row of words: code i at bits i·`bits`, from the lowest up.

    `words` uint32 (n, ⌈count · bits / 32⌉); uint8 (n, count), for at most 8 bits.
    """
    if 32 % bits == 0:
        return spread(words, bits, count)
    # 32 codes fill as many words as they have bits.
    short = -words.shape[1] % bits
    runs = np.pad(words, ((0, 0), (0, short))).reshape(len(words), -1, bits)
    fields = np.empty((*runs.shape[:2], 32), np.uint8)
    for place in range(32):
        at, offset = divmod(place * bits, 32)
        code = runs[:, :, at] >> np.uint32(offset)
        if offset + bits > 32:
            code |= runs[:, :, at + 1] << np.uint32(32 - offset)
        fields[:, :, place] = code & np.uint32(2**bits - 1)
    return fields.reshape(len(words), -1)[:, :count]


def spread(words: NDArray[Any], bits: int, count: int) -> NDArray[np.uint8]:
    """The `count` codes in each row of words that hold 32 // bits whole codes each."""
    if 32 % bits == 0:
        flat = np.ascontiguousarray(words, "<u4").reshape(-1).view(np.uint8)
        whole_bytes = flat if bits == 8 else unpacked(flat, bits)
        return whole_bytes.reshape(len(words), -1)[:, :count]
    fields = np.empty((*words.shape, 32 // bits), np.uint8)
    for place in range(32 // bits):
        fields[:, :, place] = words >> np.uint32(place * bits) & np.uint32(2**bits - 1)
    return fields.reshape(len(words), -1)[:, :count]


@dataclass(frozen=True, slots=True)
class Groups:
    """Which columns share a scale: `size` neighbours each, or those of the same `of_column`."""

    size: int
    of_column: NDArray[np.int64] | None = None

    @classmethod
    def named(cls, of_column: NDArray[np.int64]) -> Groups:
        """Those that an index of the group of each column names."""
        count = int(of_column.max()) + 1
        size, rest = divmod(len(of_column), count)
        equal = not rest and np.array_equal(of_column, np.arange(len(of_column)) // size)
        return cls(int(np.bincount(of_column).max()), None if equal else of_column)

    def apply(
        self, operation: np.ufunc, values: NDArray[Any], by_group: NDArray[Any]
    ) -> NDArray[Any]:
        """`values` (n, columns) with what stands for each group (n, groups), in their memory."""
        if self.of_column is not None:
            operation(values, by_group[:, self.of_column], out=values)
            return values
        grouped = values.reshape(len(values), -1, self.size)
        operation(grouped, by_group[:, :, None], out=grouped)
        return grouped.reshape(values.shape)


def sections(read: Read, size: int, bits: int, shifts: Sequence[int]) -> Read:
    """Codes whose k-th section of `size` positions stands at bits `shifts[k]` of the same words."""

    def section(number: int, start: int, stop: int) -> NDArray[np.float32]:
        low, high = max(start - number * size, 0), min(stop - number * size, size)
        fields = read(low, high).astype(np.int32) >> shifts[number] & (2**bits - 1)
        found: NDArray[np.float32] = fields.astype(np.float32)
        return found

    def codes(start: int, stop: int) -> NDArray[Any]:
        numbers = range(start // size, -(-stop // size))
        return np.concatenate([section(number, start, stop) for number in numbers])

    return codes


def signed(codes: NDArray[Any], bits: int) -> NDArray[np.int32]:
    """Codes in two's complement as the numbers that they are."""
    half = 2 ** (bits - 1)
    found: NDArray[np.int32] = (codes.astype(np.int32) ^ half) - half
    return found


def whole(source: TensorSource, shape: Sequence[int] = (-1,)) -> NDArray[Any]:
    """All values of a small tensor, such as scales."""
    return source.open()(0, source.size).reshape(shape)


def rounded(values: NDArray[np.float32], dtype: str) -> NDArray[np.float32]:
    """Values as a float of this type holds them."""
    if dtype == "float16":
        with np.errstate(over="ignore"):
            return values.astype(np.float16).astype(np.float32)
    if dtype == "bfloat16":
        bits = np.ascontiguousarray(values).view(np.uint32)
        even = bits >> np.uint32(16) & np.uint32(1)
        found = (bits + np.uint32(0x7FFF) + even & np.uint32(0xFFFF0000)).view(np.float32)
        return np.where(np.isnan(values), np.float32(np.nan), found)
    return values
