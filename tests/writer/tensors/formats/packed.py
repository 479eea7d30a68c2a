"""Weights as toolkits pack them, made by hand, in the forms in which users have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.safetensors_maker import TYPES, save_raw

Array: TypeAlias = NDArray[Any]
# The types of torch of what a file calls so, and NumPy lacks.
SMALL = {
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E8M0": torch.float8_e8m0fnu,
    "BF16": torch.bfloat16,
}


@dataclass
class Packed:
    """`tensors` that stand for one `weight` of this `name`, with `bits` and `group` of its scheme.

    `types` are those of arrays that hold codes of a small float.
    """

    tensors: dict[str, Array]
    weight: Array
    bits: float
    group: int | None
    name: str = "fc.weight"
    types: dict[str, str] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def stored_bytes(self) -> int:
        return sum(each.nbytes for name, each in self.tensors.items() if "quant_state" not in name)


Container: TypeAlias = Callable[[Packed, Path], Any]


def as_file(packed: Packed, folder: Path) -> Path:
    """A directory with config.json and a safetensors file."""
    header: dict[str, Any] = {"__metadata__": packed.metadata}
    data = b""
    for name, array in packed.tensors.items():
        kind = packed.types.get(name) or TYPES.get(array.dtype.name) or "U32"
        place = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": place}
        data += array.tobytes()
    save_raw(folder / "model.safetensors", header, data)
    (folder / "config.json").write_text(json.dumps({"quantization_config": packed.config}))
    return folder


def as_state_dict(packed: Packed, _: Path) -> dict[str, Any]:
    return {name: _tensor(array, packed.types.get(name)) for name, array in packed.tensors.items()}


def as_mapping(packed: Packed, _: Path) -> dict[str, Any]:
    """Arrays of NumPy, but for what it has no type of."""
    types = packed.types
    return {
        name: _tensor(array, types[name]) if name in types else array
        for name, array in packed.tensors.items()
    }


CONTAINERS: tuple[Container, ...] = (as_file, as_state_dict, as_mapping)


def _tensor(array: Array, kind: str | None) -> torch.Tensor:
    tensor = torch.from_numpy(array.copy())
    return tensor if kind is None else tensor.view(SMALL[kind])


def found(model: Any) -> dict[str, TensorSource | Refused]:
    return {each.name: each for each in all_sources(model)}


def bits_of(codes: Iterable[int], bits: int, word: int = 32) -> list[int]:
    """Codes one after another, from the lowest bit up, cut into words."""
    total = length = 0
    for code in codes:
        total |= int(code) << length
        length += bits
    count = -(-length // word)
    return [total >> word * at & (1 << word) - 1 for at in range(count)]


def rows_of_bits(codes: Array, bits: int, word: int = 32) -> Array:
    return np.array([bits_of(row, bits, word) for row in codes], f"u{word // 8}")


def float8(values: Array) -> tuple[Array, Array]:
    """The codes (uint8) and the values of float8 (e4m3)."""
    rounded = torch.from_numpy(values.astype(np.float32)).to(torch.float8_e4m3fn)
    return rounded.view(torch.uint8).numpy(), rounded.double().numpy()


def drawn(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
