"""Tensors read in another layout, piece by piece, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.writer.tensors.formats import pieces
from tensorboard_cnc.writer.tensors.plain_arrays import array_source
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tensorboard_cnc.writer.tensors.turned import turned
from tensorboard_cnc.writer.weights import weights_record


@pytest.mark.parametrize("shape", [(7, 5), (6, 5, 4), (2, 3, 5, 4), (5, 4, 2, 3)])
@pytest.mark.parametrize("to_kernel", [False, True])
@pytest.mark.parametrize("slab", [1, 2**24])
def test_any_run_of_positions(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], to_kernel: bool, slab: int
) -> None:
    monkeypatch.setattr(pieces, "_SLAB", slab)
    last = len(shape) - 1
    axes = (*range(2, last + 1), 1, 0) if to_kernel else (last, last - 1, *range(last - 1))
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    source = array_source("x", values)
    assert isinstance(source, TensorSource)
    found = turned(source, axes)
    expected = values.transpose(axes)
    assert found.shape == expected.shape
    for step in (1, 3, 17, found.size):
        read = found.open()
        parts = [read(at, min(at + step, found.size)) for at in range(0, found.size, step)]
        np.testing.assert_array_equal(np.concatenate(parts), expected.reshape(-1))


def sketch(own: Any, reference: Any) -> TensorSketch:
    found = weights_record("m", own, reference={"base": reference})
    assert found is not None
    return next(each for each in found.tensors if len(each.shape) > 1)


class Conv1D(nn.Module):
    """The linear layer of GPT-2, with its inputs first."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)


def test_a_reference_in_the_other_layout_is_compared_exactly() -> None:
    rng = np.random.default_rng(0)
    before = rng.standard_normal((96, 80)).astype(np.float32)
    after = before + 0.1 * rng.standard_normal(before.shape).astype(np.float32)
    linear = nn.Linear(80, 96)
    linear.weight.data = torch.from_numpy(after)
    gpt2 = Conv1D(torch.from_numpy(after.T.copy()))
    for own, base in (
        (nn.Sequential(linear), {"0": {"kernel": before.T.copy()}}),
        ({"0": {"kernel": after.T.copy()}}, nn.Sequential(nn.Linear(80, 96))),
        (nn.Sequential(linear), nn.Sequential(Conv1D(torch.from_numpy(before.T.copy())))),
        (nn.Sequential(gpt2), {"0.kernel": before.T.copy()}),
    ):
        if isinstance(base, nn.Sequential) and isinstance(base[0], nn.Linear):
            base[0].weight.data = torch.from_numpy(before)
        found = sketch(own, base)
        pair = found.reference["base"]
        change = (after.astype(float) - before).reshape(-1)
        assert pair.n == before.size
        assert pair.sum_squares == pytest.approx(np.square(change).sum(), rel=1e-12)
        assert pair.dot == pytest.approx((after.astype(float) * before).sum(), rel=1e-12)
        own_change = change.reshape(before.shape)
        own_change = own_change.T if found.shape != before.shape else own_change
        np.testing.assert_allclose(own_change.reshape(-1)[pair.largest_at], pair.largest)


def test_a_convolution_of_flax_beside_one_of_torch() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.standard_normal((2, 16, 8, 3, 5)).astype(np.float32)
    conv = nn.Conv2d(8, 16, (3, 5))
    conv.weight.data = torch.from_numpy(after)
    flax = {"conv": {"kernel": before.transpose(2, 3, 1, 0).copy()}}
    pair = sketch(nn.ModuleDict({"conv": conv}), flax).reference["base"]
    assert pair.sum_squares == pytest.approx(np.square(after.astype(float) - before).sum())


def test_what_may_be_laid_out_in_two_ways_is_no_reference() -> None:
    square = torch.randn(8, 8)
    assert sketch({"0.weight": square}, {"0.kernel": square.numpy()}).reference == {}
    assert sketch(nn.Sequential(Conv1D(square)), {"0.weight": square}).reference == {}
