"""Reads matrices of codes in pieces of bounded memory: by rows, by columns, bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.number_formats import as_floats
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
        return as_floats(rows(first, last).reshape(-1)[skipped : skipped + stop - start])

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


def bitstream(words: NDArray[Any], bits: int, count: int, *, word: int = 32) -> NDArray[Any]:
    """The `count` codes in each row of words: code i at bits i·`bits`, from the lowest up.

    `words` (n, ⌈count · bits / word⌉) of `word` bits; uint32 (n, count).
    """
    if word % bits == 0:
        return spread(words, bits, count, word=word)
    padded = np.pad(words.astype(np.uint64), ((0, 0), (0, 1)))
    at, offset = np.divmod(np.arange(count) * bits, word)
    pairs = padded[:, at] | padded[:, at + 1] << np.uint64(word)
    return (pairs >> offset.astype(np.uint64) & np.uint64(2**bits - 1)).astype(np.uint32)


def spread(words: NDArray[Any], bits: int, count: int, *, word: int = 32) -> NDArray[Any]:
    """The `count` codes in each row of words that hold word // bits whole codes each."""
    shifts = np.arange(word // bits, dtype=np.uint32) * np.uint32(bits)
    fields = words.astype(np.uint32)[:, :, None] >> shifts & np.uint32(2**bits - 1)
    return fields.reshape(len(words), -1)[:, :count]


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
        return values.astype(np.float16).astype(np.float32)
    if dtype == "bfloat16":
        bits = np.ascontiguousarray(values).view(np.uint32)
        even = bits >> np.uint32(16) & np.uint32(1)
        return (bits + np.uint32(0x7FFF) + even & np.uint32(0xFFFF0000)).view(np.float32)
    return values
