"""Quantized tensors of torch.ao: values, codes, scales."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.code_counts import CodeCounts, counted
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import (
    Place,
    Tensor,
    dtype_name,
    flat_reader,
    located,
)

_BITS = {"qint8": 8, "quint8": 8, "qint32": 32, "quint4x2": 4, "quint2x4": 2}


def quantized_source(place: Place, tensor: Tensor) -> TensorSource:
    """A quantized tensor of torch: its values are those that its codes stand for."""
    name = dtype_name(tensor.dtype)
    bits = _BITS[name]
    codes = _codes(tensor, bits)
    scheme = _scheme(tensor, bits, codes)
    stored = -(-tensor.numel() * bits // 8) + scheme.overhead_bytes
    source = located(
        place,
        tuple(tensor.shape),
        "float32",
        lambda: flat_reader(tensor.dequantize()),
        stored,
    )
    return replace(source, storage=name, scheme=scheme, distinct=codes.distinct)


def _codes(tensor: Tensor, bits: int) -> CodeCounts:
    low, high = code_range(dtype_name(tensor.dtype), bits)
    packed = tensor.int_repr().reshape(-1).cpu().numpy()
    # After a ReLU the lowest code stands for 0, and nothing was cut there.
    per_tensor = str(tensor.qscheme()).startswith("torch.per_tensor")
    zero = tensor.q_zero_point() if per_tensor else None
    return counted(packed, bits, low, high, tensor.numel(), zero=zero)


def code_range(name: str, bits: int) -> tuple[int, int]:
    """The lowest and the highest code of an integer type."""
    signed = not name.startswith(("quint", "uint"))
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def _scheme(tensor: Tensor, bits: int, codes: CodeCounts) -> Scheme:
    kind = str(tensor.qscheme()).removeprefix("torch.")
    if kind.startswith("per_tensor"):
        points, scales, axis = np.array([tensor.q_zero_point()]), 1, None
        # A float64 and an int64, as torch keeps them.
        overhead = 16
    else:
        points = tensor.q_per_channel_zero_points().cpu().numpy()
        held = tensor.q_per_channel_scales()
        scales, axis = held.numel(), tensor.q_per_channel_axis()
        overhead = held.nbytes + points.nbytes
    middle = 0 if codes.low < 0 else 2 ** (bits - 1)
    return Scheme(
        bits=bits,
        algorithm=f"torch.ao {kind}",
        symmetric=bool((points == middle).all()),
        group=None if axis is None else prod(tensor.shape) // max(scales, 1),
        axis=axis,
        scales=scales,
        overhead_bytes=overhead,
        low=codes.low,
        high=codes.high,
        saturated=codes.saturated,
    )
