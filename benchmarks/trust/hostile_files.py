"""Hostile files for `guided`: checkpoints, their configs and indices, and experiment tables.

Each is read, or refused with our error, which names it. An input is the number of a kind and the
bytes of its file; what lies beside that file is good.
"""

from __future__ import annotations

import io
import json
import random
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tensorboard_cnc.errors import ArgumentError, CncError, TableError
from tensorboard_cnc.imports.json_document import read_json
from tensorboard_cnc.imports.published.experiment_table import parse_table
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource

_FOLDER = Path(tempfile.mkdtemp(prefix="hostile-"))
_SMALL = 1 << 16
_NUMBERS = (0, 1, 2, 7, 8, 63, 255, 2**16, 2**31, 2**32 - 1, 2**62, 2**63, 2**64 - 1, 2**70, -1)
# Pieces that a file of JSON is changed with.
_WORDS = (
    "{",
    "}",
    "[",
    "]",
    ",",
    '"',
    "1e999",
    "NaN",
    "null",
    '"a":1,',
    "-1",
    "[0,1180591620717411303424]",
)


def _safetensors(**shapes: tuple[int, ...]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in shapes.items():
        end = at + 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + np.linspace(-1, 1, at // 4).astype("<f4").tobytes()


def _gguf() -> bytes:
    def text(given: str) -> bytes:
        return struct.pack("<Q", len(given)) + given.encode()

    values = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("general.alignment") + struct.pack("<II", 4, 32),
        text("words") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"),
        text("numbers") + struct.pack("<IIQ3i", 9, 5, 3, 1, 2, 3),
    ]
    tensor = text("blk.0.attn_q.weight") + struct.pack("<IQQIQ", 2, 4, 2, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + b"".join(values) + tensor
    return head + bytes(-len(head) % 32) + np.arange(8, dtype="<f4").tobytes()


def _onnx() -> bytes:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.ones((2, 3), np.float32), "fc.weight")
    codes = numpy_helper.from_array(np.ones((2, 3), np.int8), "q.weight_quantized")
    scale = numpy_helper.from_array(np.array(0.5, np.float32), "q.scale")
    nodes = [
        helper.make_node("Gemm", ["x", "fc.weight"], ["y"], "/fc/Gemm", transB=1),
        helper.make_node("DequantizeLinear", ["q.weight_quantized", "q.scale"], ["q"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xy"]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [weight, codes, scale])
    made: bytes = helper.make_model(graph).SerializeToString()
    assert onnx
    return made


def _torch(zipped: bool) -> bytes:
    import torch

    file = io.BytesIO()
    state = {"fc.weight": torch.ones(2, 3), "fc.bias": torch.zeros(2)}
    torch.save({"state_dict": state}, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


_TENSORS = _safetensors(**{"fc.weight": (4, 4), "fc.bias": (4,)})
_ADAPTER = _safetensors(**{"fc.lora_A.weight": (2, 4), "fc.lora_B.weight": (4, 2)})
_CONFIG = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "rank_pattern": {"fc": 2}}
_TABLE = {
    "operations": [{"name": "prune", "parameters": {"amount": {"min": 0, "max": 1}}}],
    "metrics": [{"name": "accuracy", "min": 0, "max": 1, "format": ".2f", "unit": "%"}],
    "models": [
        {"id": "a", "tag": "dense", "base": None, "operation": None, "metrics": {"accuracy": 0.5}},
        {
            "id": "b", "tag": "", "base": "a", "metrics": {"accuracy": None},
            "operation": {"name": "prune", "parameters": {"amount": 0.30000000000000004}},
        },
    ],
}  # fmt: skip
_INDEX = {"weight_map": {"fc.weight": "model.safetensors", "fc.bias": "model.safetensors"}}
_QUANTIZED = {"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128}}


def _alone(path: Path) -> None:
    _read(path)


def _in_index(path: Path) -> None:
    (path.parent / "model.safetensors").write_bytes(_TENSORS)
    _read(path)


def _in_config(path: Path) -> None:
    (path.parent / "model.safetensors").write_bytes(_TENSORS)
    _read(path.parent / "model.safetensors")


def _in_adapter(path: Path) -> None:
    (path.parent / "adapter_model.safetensors").write_bytes(_ADAPTER)
    (path.parent / "base.safetensors").write_bytes(_TENSORS)
    all_sources(path.parent, base=path.parent / "base.safetensors")


def _read(path: Path) -> None:
    """Everything of a checkpoint, the values of small tensors too."""
    for source in all_sources(path):
        if isinstance(source, TensorSource) and source.size < _SMALL:
            source.open()(0, source.size)


def _table(path: Path) -> None:
    parse_table(read_json(path))


_Kind = tuple[str, bytes, Callable[[Path], None]]
KINDS: list[_Kind] = [
    ("model.safetensors", _TENSORS, _alone),
    ("model.gguf", _gguf(), _alone),
    ("model.onnx", _onnx(), _alone),
    ("model.pt", _torch(zipped=True), _alone),
    ("old.pt", _torch(zipped=False), _alone),
    ("model.safetensors.index.json", json.dumps(_INDEX).encode(), _in_index),
    ("config.json", json.dumps(_QUANTIZED).encode(), _in_config),
    ("adapter_config.json", json.dumps(_CONFIG).encode(), _in_adapter),
    ("table.json", json.dumps(_TABLE).encode(), _table),
]
CORPUS = [bytes([at]) + data for at, (_, data, _) in enumerate(KINDS)]


def attempt(data: bytes) -> bool:
    """Whether the file is accepted; raises what is no error of ours, or does not name the file."""
    if not data:
        return False
    name, _, read = KINDS[data[0] % len(KINDS)]
    folder = _FOLDER / f"{data[0] % len(KINDS)}"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data[1:])
    try:
        with np.errstate(all="ignore"):
            read(path)
    except (ArgumentError, TableError) as error:
        _check(error, path)
        return False
    return True


def _check(error: CncError, path: Path) -> None:
    named = (
        isinstance(error, TableError)
        or str(path.parent) in error.message
        or "No tensor" in (error.message)
    )
    if not error.remedy or not named:
        raise AssertionError(f"it says neither which file nor what to do: {error}") from error


def mutate(data: bytes, rng: random.Random) -> bytes:
    """An input like `data`."""
    if not data:
        return bytes([rng.randrange(len(KINDS))])
    name = KINDS[data[0] % len(KINDS)][0]
    changed = bytearray(data[1:])
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = name.endswith(".json") or (name.endswith("safetensors") and rng.random() < 0.7)
        (_change_text if text else _change_bytes)(changed, rng)
    if name.endswith(".safetensors") and rng.random() < 0.8:
        _fit_header(changed)
    return data[:1] + bytes(changed)


def _change_text(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(4):
        case 0:
            data[at:at] = rng.choice(_WORDS).encode()
        case 1:
            data[at:at] = str(rng.choice(_NUMBERS)).encode()
        case 2:
            # A part once more: keys that are repeated.
            data[at:at] = data[at : at + rng.randrange(1, 80)]
        case _:
            digits = [place for place, byte in enumerate(data[:4000]) if 48 <= byte < 58]
            if digits:
                place = rng.choice(digits)
                data[place : place + 1] = str(rng.choice(_NUMBERS)).encode()


def _change_bytes(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(5):
        case 0 if at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        case 1:
            number = rng.choice(_NUMBERS) % 2**64
            data[at : at + 8] = number.to_bytes(8, "little")
        case 2:
            data[at:at] = data[at : at + rng.randrange(1, 60)]
        case 3:
            del data[at : at + rng.randrange(1, 30)]
        case _:
            data[at : at + 4] = (rng.choice(_NUMBERS) % 2**32).to_bytes(4, "little")


def _fit_header(data: bytearray) -> None:
    """The length of the header as it is now, so that more than lengths is tried."""
    end = data.rfind(b"}}")
    if end > 8:
        data[:8] = struct.pack("<Q", end + 2 - 8)
