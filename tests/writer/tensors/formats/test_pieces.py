"""Reading codes in pieces, against what is done code by code or by torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tensorboard_cnc.writer.tensors.formats import pieces
from tests.writer.tensors.formats.packed import rows_of_bits


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("count", [1, 7, 32, 45, 64])
def test_a_bitstream(bits: int, count: int) -> None:
    codes = np.random.default_rng(0).integers(0, 2**bits, (3, count))
    words = rows_of_bits(codes, bits)
    np.testing.assert_array_equal(pieces.bitstream(words, bits, count), codes)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_rounding(dtype: torch.dtype) -> None:
    draw = np.random.default_rng(0)
    bits = draw.integers(0, 2**32, 100_000, dtype=np.uint32)
    bits[:3] = 0x7FFFFFFF, 0xFFFFFFFF, 0x7F7FFFFF
    values = bits.view(np.float32)
    expected = torch.from_numpy(values.copy()).to(dtype).float().numpy()
    found = pieces.rounded(values, str(dtype).removeprefix("torch."))
    np.testing.assert_array_equal(found, expected)


def test_columns_in_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.arange(6 * 50, dtype=np.uint32).reshape(6, 50)
    walks: list[int] = []

    def rows(first: int, last: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
        walks.append(first)
        return matrix[first:last]

    monkeypatch.setattr(pieces, "_SLAB", 4 * 6 * 20)
    columns = pieces.columns_of(rows, matrix.shape)
    for first, last in ((0, 8), (8, 16), (16, 24), (24, 50), (3, 5)):
        np.testing.assert_array_equal(columns(first, last), matrix[:, first:last])
    assert len(walks) == 4


def test_groups_in_any_order() -> None:
    values = np.arange(12, dtype=np.float32).reshape(2, 6)
    by_group = np.array([[1, 10], [2, 20]], np.float32)
    for of_column in ([0, 0, 0, 1, 1, 1], [1, 0, 1, 0, 1, 0], [0, 0, 0, 0, 1, 1]):
        groups = pieces.Groups.named(np.array(of_column))
        found = groups.apply(np.multiply, values.copy(), by_group)
        np.testing.assert_array_equal(found, values * by_group[:, of_column])
