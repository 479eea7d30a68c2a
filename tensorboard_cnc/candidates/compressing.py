"""A weight as a built-in candidate leaves it, and the bytes that it then takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tensorboard_cnc.candidates import rounding, zeros
from tensorboard_cnc.candidates.layout import as_rows, from_rows, size_of_rows
from tensorboard_cnc.candidates.names import BuiltIn
from tensorboard_cnc.sketches.sizes import effective_bytes

if TYPE_CHECKING:
    from torch import Tensor

_FLOAT32_BYTES = 4


def compressed(weight: Tensor, by: BuiltIn, kind: str) -> Tensor:
    """A copy of `weight` in its own type, with the values that `by` can hold.

    `kind`: the class of its module, which tells where its outputs are.
    """
    rows = as_rows(weight.detach(), kind)
    match by.kind:
        case "int":
            found = rounding.integers(rows, by.bits, by.group)
        case "fp8":
            found = rounding.fp8(rows)
        case "mxfp4":
            found = rounding.mxfp4(rows)
        case "nvfp4":
            found = rounding.nvfp4(rows)
        case "prune":
            found = zeros.pruned(rows, by.percent)
        case "2:4":
            found = zeros.two_of_four(rows)
        case "rank":
            found = zeros.low_rank(rows, by.percent)
    return from_rows(found, weight, kind)


def bytes_of(shape: tuple[int, ...], by: BuiltIn, kind: str, value_bytes: int) -> int:
    """What a weight takes that was compressed so, scales and positions counted.

    Integers have a scale of the weight's own type, of `value_bytes`, to each group; blocks that
    are not full are stored in full. Zeros take the smallest of three forms (`effective_bytes`);
    2:4 keeps half the values with two bits for the place of each.
    """
    outputs, columns = size_of_rows(shape, kind)
    n = outputs * columns
    blocks = outputs * math.ceil(columns / (by.group or columns or 1))
    match by.kind:
        case "int":
            return math.ceil(n * by.bits / 8) + blocks * value_bytes
        case "fp8":
            return n + outputs * _FLOAT32_BYTES
        case "mxfp4" | "nvfp4":
            whole = _FLOAT32_BYTES if by.kind == "nvfp4" else 0
            return blocks * (by.group // 2 + 1) + whole
        case "prune":
            return math.ceil(effective_bytes(n, n - round(by.percent / 100 * n), 8 * value_bytes))
        case "2:4":
            kept = outputs * math.ceil(columns / 4) * 2
            return kept * value_bytes + math.ceil(kept * 2 / 8)
        case "rank":
            return zeros.rank_of(outputs, columns, by.percent) * (outputs + columns) * value_bytes
