"""Tensors dequantized a few rows at a time, against all at once."""

from __future__ import annotations

from typing import Self

import numpy as np
import pytest
import torch
from torch import Tensor

from tensorboard_cnc.writer.tensors import dequantized
from tensorboard_cnc.writer.tensors.dequantized import dequantizing_reader


@pytest.fixture(autouse=True)
def _small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dequantized, "_SLAB", 64)
    monkeypatch.setattr(dequantized, "_ROWS", 4)


class Scaled:
    """Codes with a scale for each row, as a tensor subclass; `seen`: rows dequantized at a time."""

    def __init__(self, codes: Tensor, scales: Tensor, seen: list[int]) -> None:
        self.codes, self.scales, self.seen = codes, scales, seen
        self.shape = codes.shape

    @classmethod
    def random(cls, rows: int) -> Self:
        torch.manual_seed(0)
        return cls(torch.randint(-128, 128, (rows, 3, 5)), torch.rand(rows), [])

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: slice) -> Scaled:
        return Scaled(self.codes[rows], self.scales[rows], self.seen)

    def dequantize(self) -> Tensor:
        self.seen.append(len(self.codes))
        return self.codes * self.scales[:, None, None]


@pytest.mark.parametrize("rows", [1, 8, 9, 23, 40])
@pytest.mark.parametrize("step", [1, 7, 64, 10_000])
def test_any_run_of_positions(rows: int, step: int) -> None:
    tensor = Scaled.random(rows)
    expected = tensor.dequantize().numpy().reshape(-1)
    tensor.seen.clear()
    read = dequantizing_reader(tensor)
    parts = [read(at, min(at + step, len(expected))) for at in range(0, len(expected), step)]
    np.testing.assert_array_equal(np.concatenate(parts), expected)
    assert max(tensor.seen) <= 8


class ScalesUncut(Scaled):
    """Cuts the codes and forgets their scales."""

    def __getitem__(self, rows: slice) -> Scaled:
        codes = self.codes[rows]
        return Scaled(codes, self.scales[: len(codes)], self.seen)


class Uncut(Scaled):
    def __getitem__(self, rows: slice) -> Scaled:
        raise NotImplementedError("aten.slice")


@pytest.mark.parametrize("kind", [ScalesUncut, Uncut])
def test_what_cannot_be_cut_is_dequantized_at_once(kind: type[Scaled]) -> None:
    tensor = kind.random(40)
    read = dequantizing_reader(tensor)
    expected = tensor.codes * tensor.scales[:, None, None]
    np.testing.assert_array_equal(read(0, expected.numel()), expected.numpy().reshape(-1))
    assert tensor.seen[-1] == 40
