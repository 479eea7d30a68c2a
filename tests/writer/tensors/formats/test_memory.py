"""Decoding in pieces takes memory that does not grow with the tensor."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from tensorboard_cnc.writer.tensors.formats import pieces
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tests.writer.tensors.formats.packed import Array, Packed, as_file, found

OUTPUTS, INPUTS, GROUP = 2048, 4096, 128
# As m.weights reads them, but shorter.
PIECE = 2**17


GROUPS = INPUTS // GROUP
WORDS = {"GPTQ": (INPUTS // 8, OUTPUTS), "AWQ": (INPUTS, OUTPUTS // 8)}


def zeros(**tensors: tuple[tuple[int, ...], str]) -> dict[str, Array]:
    return {f"fc.{name}": np.zeros(shape, dtype) for name, (shape, dtype) in tensors.items()}


CASES = {
    **{
        layout: zeros(
            qweight=(words, "i4"),
            qzeros=((GROUPS, OUTPUTS // 8), "i4"),
            scales=((GROUPS, OUTPUTS), "f2"),
        )
        for layout, words in WORDS.items()
    },
    "compressed-tensors": zeros(
        weight_packed=((OUTPUTS, INPUTS // 8), "i4"), weight_scale=((OUTPUTS, GROUPS), "f4")
    ),
    "MXFP4": zeros(
        weight_packed=((OUTPUTS, INPUTS // 2), "u1"), weight_scale=((OUTPUTS, INPUTS // 32), "u1")
    ),
    "gpt-oss": zeros(
        weight_blocks=((4, OUTPUTS // 4, INPUTS // 32, 16), "u1"),
        weight_scales=((4, OUTPUTS // 4, INPUTS // 32), "u1"),
    ),
    "int8": zeros(weight=((OUTPUTS, INPUTS), "i1"), SCB=((OUTPUTS,), "f4")),
}
CASES["GPTQ"]["fc.qzeros"][:] = 0x77777777
CASES["compressed-tensors"]["fc.weight_shape"] = np.array([OUTPUTS, INPUTS])


@pytest.mark.parametrize("tensors", CASES.values(), ids=CASES)
def test_memory(tensors: dict[str, Array], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_SLAB", 2**20)
    path = as_file(Packed(tensors, np.empty(0), 4, GROUP), tmp_path)
    tracemalloc.start()
    try:
        source = found(path)["fc.weight"]
        assert isinstance(source, TensorSource)
        assert source.size == OUTPUTS * INPUTS
        read = source.open()
        for start in range(0, source.size, PIECE):
            read(start, start + PIECE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # All values together would take 32 MB.
    assert peak < 8e6
