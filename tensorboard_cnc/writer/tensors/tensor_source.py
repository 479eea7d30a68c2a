"""One tensor of a model before it is sketched: its description, and a way to read its values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Role, Scheme

# The values at the row-major positions from the first (inclusive) to the second (exclusive):
# floats, one-dimensional, possibly a view of the model's own memory.
Read: TypeAlias = Callable[[int, int], NDArray[Any]]
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, eq=False)
class TensorSource:
    """A tensor that can be read in pieces.

    `open` makes it ready (a quantized tensor is dequantized then) and returns its reader; what
    is made ready is held only as long as the reader. `axis` is the dimension of its output
    channels, None for less than two dimensions. `distinct` codes are known of quantized tensors.
    `held`: the positions, from and up to, that this process holds, None for all of them.
    The other fields are those of `TensorSketch`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    open: Callable[[], Read]
    module: str = ""
    kind: str = ""
    role: Role = "parameter"
    storage: str = ""
    stored_bytes: int = 0
    scheme: Scheme | None = None
    tied: str = ""
    distinct: int | None = None
    axis: int | None = None
    held: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """How many values the whole tensor has."""
        return prod(self.shape)

    @property
    def weights(self) -> int:
        """How many of its values count as weights of the network: none of buffers, or twice."""
        return 0 if self.tied or (self.role == "buffer" and self.scheme is None) else self.size


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that stays out of the log, with the reason and what would help.

    `weights`: how many it would have counted, 0 for what is none, None where nobody can tell.
    """

    name: str
    reason: str
    weights: int | None = None


def channel_axis(shape: tuple[int, ...], kind: str = "") -> int | None:
    """The dimension of the output channels of a weight: the first, but for transposed ones."""
    if len(shape) < 2:
        return None
    # Conv1D is the linear layer of GPT-2, with its inputs first.
    return 1 if "ConvTranspose" in kind or kind == "Conv1D" else 0


def value_bits(source: TensorSource) -> float:
    """Bits of one stored value, without scales and indices."""
    if source.scheme is not None:
        return source.scheme.bits
    found = _DIGITS.search(source.dtype)
    return float(found[0]) if found else 8.0
