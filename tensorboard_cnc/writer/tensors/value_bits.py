"""How many bits one value of a tensor takes."""

from __future__ import annotations

import re

from tensorboard_cnc.writer.tensors.tensor_source import TensorSource

_DIGITS = re.compile(r"\d+")


def value_bits(source: TensorSource) -> float:
    """Bits of one stored value, without scales and indices."""
    if source.scheme is not None:
        return source.scheme.bits
    found = _DIGITS.search(source.dtype)
    return float(found[0]) if found else 8.0
