"""Weights as integers and small floats would hold them, with scales as the formats define them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_cnc.candidates.layout import groups_of, ungrouped

if TYPE_CHECKING:
    from torch import Tensor

_E2M1_MAX, _E4M3_MAX = 6.0, 448.0
_E2M1_LARGEST_POWER = 2
_NVFP4, _MXFP4 = 16, 32


def integers(rows: Tensor, bits: int, group: int) -> Tensor:
    """Symmetric codes of `bits` with a scale to each group (torchao's ``IntxWeightOnlyConfig``).

    The scale is max │w│ / (2^bits − 1) · 2, in the weight's own type, so that the lowest code is
    used and the highest is not exceeded by rounding.
    """
    import torch

    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    groups = groups_of(rows, group)
    scale = groups.abs().amax(-1, keepdim=True) / ((high - low) / 2)
    scale = scale.clamp(min=torch.finfo(rows.dtype).tiny)
    codes = (groups * (1.0 / scale)).round().clamp(low, high)
    return ungrouped(codes * scale, rows.shape[1])


def fp8(rows: Tensor) -> Tensor:
    """E4M3 with a float32 scale to each output (torchao's ``Float8WeightOnlyConfig``)."""
    import torch

    scale = (rows.abs().amax(1, keepdim=True) / _E4M3_MAX).float()
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    codes = (rows.float() / scale).clamp(-_E4M3_MAX, _E4M3_MAX).to(torch.float8_e4m3fn)
    return (codes.float() * scale).to(rows.dtype)


def mxfp4(rows: Tensor) -> Tensor:
    """E2M1 with a power of two to each 32 values (OCP Microscaling Formats 1.0, 6.3)."""
    import torch

    groups = groups_of(rows, _MXFP4).float()
    largest = groups.abs().amax(-1, keepdim=True)
    # frexp: largest = mantissa · 2^exponent with a mantissa from ½ on.
    exponent = torch.frexp(largest).exponent - 1 - _E2M1_LARGEST_POWER
    scale = torch.ldexp(torch.ones_like(largest), exponent.clamp(-127, 127))
    return ungrouped(_e2m1(groups / scale) * scale, rows.shape[1]).to(rows.dtype)


def nvfp4(rows: Tensor) -> Tensor:
    """E2M1 with an E4M3 scale to each 16 values, and a float32 one for the whole tensor."""
    import torch

    groups = groups_of(rows, _NVFP4).float()
    whole = groups.abs().amax() / (_E4M3_MAX * _E2M1_MAX)
    if not whole > 0:
        return rows.clone()
    block = groups.abs().amax(-1, keepdim=True) / _E2M1_MAX / whole
    least = torch.finfo(torch.float8_e4m3fn).tiny
    scale = block.clamp(least, _E4M3_MAX).to(torch.float8_e4m3fn).float()
    codes = _e2m1(groups * ((1.0 / whole) / scale))
    return ungrouped(codes * (scale * whole), rows.shape[1]).to(rows.dtype)


def int8_inputs(values: Tensor) -> Tensor:
    """Inputs of a layer (…, features) as int8, with a scale to each row, found while it runs."""
    return integers(values.reshape(-1, values.shape[-1]), 8, 0).reshape(values.shape)


def _e2m1(values: Tensor) -> Tensor:
    """The nearest of 0, ½, 1, 1½, 2, 3, 4, 6 and their negatives, ties to even codes."""
    import torch

    size = values.abs()
    step = torch.where(size < 2, 0.5, torch.where(size < 4, 1.0, 2.0))
    return ((size / step).round() * step).clamp(max=_E2M1_MAX).copysign(values)
