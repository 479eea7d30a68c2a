"""How values of each of ggml's types are stored, and how these are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.files.contents import needed
from tensorboard_cnc.writer.tensors.number_formats import as_floats, decoded

# Values that are dequantized together, as this takes some times their memory.
_PIECE = 2**18
# Numbers that are stored one by one, by the name of their type: as NumPy and as we call them.
_PLAIN = {
    "F32": ("<f4", "float32"),
    "F16": ("<f2", "float16"),
    "BF16": ("<u2", "bfloat16"),
    "F64": ("<f8", "float64"),
    "I8": ("i1", "int8"),
    "I16": ("<i2", "int16"),
    "I32": ("<i4", "int32"),
    "I64": ("<i8", "int64"),
}
# Bits of a code, without scales; how many codes share one scale; whether 0 is a code of all.
_CODES = {
    "Q4_0": (4, 32, True),
    "Q4_1": (4, 32, False),
    "Q5_0": (5, 32, True),
    "Q5_1": (5, 32, False),
    "Q8_0": (8, 32, True),
    "Q2_K": (2, 16, False),
    "Q3_K": (3, 16, True),
    "Q4_K": (4, 32, False),
    "Q5_K": (5, 32, False),
    "Q6_K": (6, 16, True),
    "IQ1_S": (1.5, 32, False),
    "IQ1_M": (1.5, 16, False),
    "IQ2_XXS": (2, 32, True),
    "IQ2_XS": (2, 16, True),
    "IQ2_S": (2.25, 16, True),
    "IQ3_XXS": (3, 32, True),
    "IQ3_S": (3.25, 32, True),
    "IQ4_NL": (4, 32, True),
    "IQ4_XS": (4, 32, True),
    "TQ1_0": (1.625, 256, True),
    "TQ2_0": (2, 256, True),
    "MXFP4": (4, 32, True),
    "NVFP4": (4, 16, True),
}


@dataclass(frozen=True, slots=True)
class GgufType:
    """`block` values take `block_bytes` bytes."""

    name: str
    block: int
    block_bytes: int

    @property
    def is_plain(self) -> bool:
        return self.name in _PLAIN

    @property
    def dtype(self) -> str:
        """The type of the values."""
        return _PLAIN[self.name][1] if self.is_plain else "float32"

    @property
    def storage(self) -> str:
        return self.dtype if self.is_plain else self.name

    def values(self, stored: NDArray[np.uint8]) -> NDArray[Any]:
        """The values of whole blocks."""
        if self.name == "BF16":
            return decoded(stored.view("<u2"), "bfloat16")
        if self.is_plain:
            return as_floats(stored.view(_PLAIN[self.name][0]))
        gguf = needed("gguf", self.name, "gguf")
        kind = gguf.GGMLQuantizationType[self.name]
        blocks = stored.reshape(-1, self.block_bytes)
        found = np.empty((len(blocks), self.block), np.float32)
        step = max(1, _PIECE // self.block)
        # A scale may be infinite or NaN, which is counted as such.
        with np.errstate(all="ignore"):
            for at in range(0, len(blocks), step):
                piece = blocks[at : at + step].reshape(1, -1)
                found[at : at + step] = gguf.quants.dequantize(piece, kind).reshape(-1, self.block)
        return found.reshape(-1)

    def scheme(self, size: int) -> Scheme | None:
        """How `size` values are quantized, None for numbers that are not."""
        if self.is_plain:
            return None
        bits, group, symmetric = _CODES[self.name]
        blocks = size // self.block
        return Scheme(
            bits=bits,
            algorithm=f"GGUF {self.name}",
            symmetric=symmetric,
            group=group,
            scales=size // group,
            overhead_bytes=round(blocks * (self.block_bytes - self.block * bits / 8)),
        )


def gguf_type(number: int) -> GgufType | str:
    """The type of this number, or the name of one that is not read."""
    gguf = needed("gguf", "A GGUF file", "gguf")
    try:
        kind = gguf.GGMLQuantizationType(number)
    except ValueError:
        return f"number {number}"
    if kind.name not in _PLAIN and kind.name not in _CODES:
        return str(kind.name)
    return GgufType(kind.name, *gguf.GGML_QUANT_SIZES[kind])
