"""Weights hold what their format can hold, as independent arithmetic finds it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from tensorboard_cnc.candidates.compressing import bytes_of, compressed
from tensorboard_cnc.candidates.names import DEFAULT, BuiltIn, built_in

E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
ALL = [*DEFAULT, "int4-g64", "int4-g128", "fp8", "mxfp4", "prune-30", "prune-90", "rank-25"]


def by(name: str) -> BuiltIn:
    found = built_in(name)
    assert found is not None, name
    return found


def weight(*shape: int, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("bits", "name"), [(8, "int8"), (4, "int4"), (3, "int3"), (2, "int2")])
@pytest.mark.parametrize("group", [0, 32])
def test_integers_are_the_nearest_multiples_of_their_scale(
    bits: int, name: str, group: int
) -> None:
    own = weight(6, 80)
    found = compressed(own, by(f"{name}-g{group}" if group else name), "Linear").numpy()
    for row, values in zip(found, own.numpy(), strict=True):
        for at in range(0, 80, group or 80):
            piece = values[at : at + (group or 80)]
            scale = np.float32(np.abs(piece).max()) / np.float32((2**bits - 1) / 2)
            codes = np.clip(np.rint(piece * (1 / scale)), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            np.testing.assert_array_equal(row[at : at + (group or 80)], codes * scale)


def test_fp4_takes_the_nearest_value_of_each_block() -> None:
    own = weight(4, 64)
    for name, block in (("mxfp4", 32), ("nvfp4", 16)):
        found = compressed(own, by(name), "Linear").numpy().reshape(-1, block)
        for values, before in zip(found, own.numpy().reshape(-1, block), strict=True):
            scales = {float(np.abs(values).max() / level) for level in E2M1[1:]}
            fits = [s for s in scales if np.isclose(np.abs(values) / s, E2M1[:, None]).any(0).all()]
            errors = [np.abs(np.abs(before)[:, None] - s * E2M1).min(1) for s in fits]
            # No other value of the same scale is nearer, but for what is cut off at 6.
            inside = np.abs(before) <= np.abs(values).max()
            assert any(
                np.allclose(np.abs(values - before)[inside], each[inside], atol=1e-6)
                for each in errors
            )


def test_scales_of_mxfp4_are_powers_of_two() -> None:
    own = torch.tensor([[6.0, 5.0, 2.5, 3.5, 0.25, 0.75, -1.25, 7.9] + [0.0] * 24])
    found = compressed(own, by("mxfp4"), "Linear")[0, :8]
    # Ties go to even codes; beyond 6 is 6.
    assert found.tolist() == [6.0, 4.0, 2.0, 4.0, 0.0, 1.0, -1.0, 6.0]


def test_zeros_are_the_smallest() -> None:
    own = weight(8, 12)
    pruned = compressed(own, by("prune-50"), "Linear")
    kept = pruned != 0
    assert int(kept.sum()) == 48
    assert own[kept].abs().min() >= own[~kept].abs().max()
    sparse = compressed(own, by("2:4"), "Linear").reshape(8, 3, 4)
    assert ((sparse != 0).sum(-1) == 2).all()
    best = own.reshape(8, 3, 4).abs().topk(2, -1).values.sum()
    assert torch.isclose(sparse.abs().sum(), best)


def test_low_rank_is_the_nearest() -> None:
    own = weight(10, 20)
    found = compressed(own, by("rank-30"), "Linear")
    assert torch.linalg.matrix_rank(found, tol=1e-4) == 3
    rest = torch.linalg.svdvals(own)[3:].square().sum()
    assert torch.isclose((found - own).square().sum(), rest, rtol=1e-4)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("kind", "shape"),
    [("Linear", (5, 7)), ("Conv2d", (4, 3, 3, 3)), ("ConvTranspose2d", (3, 4, 2, 2)),
     ("Conv1D", (7, 5)), ("Experts", (2, 5, 7)), ("Linear", (1, 1))],
)  # fmt: skip
def test_any_shape_keeps_shape_type_and_its_own_values(
    name: str, kind: str, shape: tuple[int, ...]
) -> None:
    own = weight(*shape)
    before = own.clone()
    found = compressed(own, by(name), kind)
    assert (found.shape, found.dtype) == (own.shape, own.dtype)
    assert torch.isfinite(found).all()
    assert torch.equal(own, before)
    zeros = compressed(torch.zeros(shape), by(name), kind)
    assert torch.equal(zeros, torch.zeros(shape))
    assert bytes_of(shape, by(name), kind, 4) >= 0


def test_outputs_of_turned_layouts_have_their_own_scales() -> None:
    own = weight(6, 8) * torch.logspace(-3, 0, 6)[:, None]
    plain = compressed(own, by("int4"), "Linear")
    turned = compressed(own.T.contiguous(), by("int4"), "Conv1D")
    assert torch.equal(turned.T, plain)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("int8", 64 * 96 + 64 * 4),
        ("int4", 64 * 48 + 64 * 4),
        ("int4-g32", 64 * 48 + 64 * 3 * 4),
        ("int3", 64 * 36 + 64 * 4),
        ("fp8", 64 * 96 + 64 * 4),
        ("mxfp4", 64 * 48 + 64 * 3),
        ("nvfp4", 64 * 48 + 64 * 6 + 4),
        ("2:4", 64 * 48 * 4 + 64 * 48 // 4),
        # A bitmap and the values that are left.
        ("prune-50", 64 * 96 // 8 + 64 * 48 * 4),
        ("rank-25", 16 * (64 + 96) * 4),
    ],
)
def test_bytes_count_scales_and_places(name: str, expected: int) -> None:
    assert bytes_of((64, 96), by(name), "Linear", 4) == expected


@pytest.mark.parametrize("name", ["int5", "int4-g48", "prune-0", "prune-100", "fp4", "", "int8-a4"])
def test_other_names_are_none(name: str) -> None:
    assert built_in(name) is None


def test_inputs_may_be_rounded_too() -> None:
    assert by("int8-a8").activations
    assert not by("int8").activations
