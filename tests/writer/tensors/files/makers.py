"""Writes files with weights, in the formats of other packages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import model_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused
from tests.writer.tensors.safetensors_maker import save

RNG = np.random.default_rng(0)
HEADS, KEY_HEADS = 4, 2
RANK, ALPHA = 4, 10
_FLOAT = 1
Arrays = dict[str, NDArray[Any]]


def with_wrong_bytes(content: bytes, first: int, last: int) -> Iterator[bytes]:
    """300 copies, each with three random bytes between two places."""
    draw = np.random.default_rng(1)
    for _ in range(300):
        copy = bytearray(content)
        for at in draw.integers(first, last, 3):
            copy[at] = draw.integers(0, 256)
        yield bytes(copy)


def refused_files(path: Path, contents: Iterable[bytes], *, most: int) -> int:
    """How many of these files are refused; what is read of the others is below `most` values."""
    found = 0
    for content in contents:
        path.write_bytes(content)
        try:
            tensors = list(model_sources(path))
        except ArgumentError:
            found += 1
        else:
            assert all(isinstance(each, Refused) or each.size < most for each in tensors)
    return found


def lora_parts(module: str, inputs: tuple[int, ...], outputs: int, rank: int = RANK) -> Arrays:
    sides = (1,) * (len(inputs) - 1)
    return {
        f"{module}.lora_A.weight": RNG.normal(size=(rank, *inputs)).astype(np.float32),
        f"{module}.lora_B.weight": RNG.normal(size=(outputs, rank, *sides)).astype(np.float32),
    }


def adapter(folder: Path, tensors: Arrays, **config: Any) -> Path:
    folder.mkdir(exist_ok=True)
    said = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, **config}
    (folder / "adapter_config.json").write_text(json.dumps(said))
    save(folder / "adapter_model.safetensors", tensors)
    return folder


def gguf_file(
    path: Path,
    tensors: dict[str, tuple[NDArray[Any], str]],
    *,
    architecture: str = "llama",
    heads: Any = HEADS,
) -> Path:
    """Bytes of each tensor (rows, bytes of a row) in the type of that name."""
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_uint32(f"{architecture}.attention.head_count", heads)
    writer.add_uint32(f"{architecture}.attention.head_count_kv", KEY_HEADS)
    writer.add_token_list([f"word {n}" for n in range(5000)])
    writer.add_array("scores", list(range(5000)))
    for name, (stored, kind) in tensors.items():
        writer.add_tensor(name, stored, raw_dtype=gguf.GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def stored_bytes(kind: str, rows: int, blocks: int) -> NDArray[np.uint8]:
    """Blocks of codes of this type."""
    gguf = pytest.importorskip("gguf")
    _, width = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
    return RNG.integers(0, 60, (rows, blocks * width), np.uint8)


def onnx_model(nodes: list[Any], initializers: list[Any], opset: int = 21) -> Any:
    helper = pytest.importorskip("onnx").helper
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", _FLOAT, None)],
        [helper.make_tensor_value_info("y", _FLOAT, None)],
        initializers,
    )
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=10)


def onnx_file(path: Path, *parts: Any, **options: Any) -> Path:
    onnx = pytest.importorskip("onnx")
    onnx.save_model(onnx_model(*parts), path, **options)
    return path
