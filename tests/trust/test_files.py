"""Hostile files are read, or refused by name with a remedy, before they take memory."""

from __future__ import annotations

import json
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.trust.hostile_files import CORPUS, KINDS, attempt, mutate
from tensorboard_cnc.errors import ArgumentError, TableError
from tensorboard_cnc.imports.json_document import read_json
from tensorboard_cnc.json_text import JsonTextError, parsed
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_names import network_order
from tests.writer.tensors.safetensors_maker import save, save_raw

ENTRY = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


def peak_bytes(call: Callable[[], Any], refused: type[Exception], match: str) -> int:
    """The most that `call` allocated until it was refused."""
    tracemalloc.start()
    try:
        with pytest.raises(refused, match=match):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "shape", [[0, 2**70], [2**70, 0], [0, 2**63], [2**62, 2**62], [1] * 65, [1.0], [True], [-1, -1]]
)
def test_a_shape_that_no_array_has(shape: list[Any], tmp_path: Path) -> None:
    path = save_raw(tmp_path / "a.safetensors", {"x": ENTRY | {"shape": shape}}, b"")
    with pytest.raises(ArgumentError, match='describes "x"'):
        all_sources(path)


def test_a_tensor_twice_in_one_file(tmp_path: Path) -> None:
    entry = json.dumps(ENTRY)
    text = f'{{"x": {entry}, "x": {entry}}}'.encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    with pytest.raises(ArgumentError, match="has the key 'x' twice"):
        all_sources(path)


def test_a_tensor_in_two_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / f"{name}.safetensors", {"x": np.ones(2, np.float32)})
    with pytest.raises(ArgumentError, match="both hold the tensor 'x'"):
        all_sources(tmp_path)


def test_more_tensors_than_any_model_has(tmp_path: Path) -> None:
    header = ",".join(f'"{number}":{json.dumps(ENTRY)}' for number in range(2**17 + 1))
    text = f"{{{header}}}".encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    peak = peak_bytes(lambda: all_sources(path), ArgumentError, "lists 131,073 tensors")
    assert peak < 3 * len(text)


def test_an_archive_that_would_inflate(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    torch.save({"w": torch.zeros(4)}, path)
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content + bytes(2**26) * name.endswith("data.pkl"))
    assert path.stat().st_size < 100_000
    peak = peak_bytes(lambda: all_sources(path), ArgumentError, "is compressed")
    assert peak < 10_000_000


def test_numbers_in_names_of_any_length() -> None:
    long = "9" * 5000
    assert network_order([f"a.{long}.w", "a.10.w", "a.9.w", "a.09.w"])[-1] == f"a.{long}.w"
    assert network_order(["a.10.w", "a.9.w"]) == ["a.9.w", "a.10.w"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("[" + "[]," * 2**20 + "0]", "entries in"),
        ("[" + "0," * 2**21 + "0]", "entries in"),
        ("9" * 5000, "thousands of digits"),
        ('{"a": 1, "b": 2, "a": 3}', "'a' twice"),
        ("\xff", "not valid JSON"),
        ("{", "line 1, column 2"),
    ],
)
def test_json_that_is_not_read(text: str, seen: str) -> None:
    peak = peak_bytes(lambda: parsed(text.encode()), JsonTextError, seen)
    assert peak < 8 * len(text) + 1_000_000


def test_json_that_is_not_unicode() -> None:
    with pytest.raises(JsonTextError, match="not UTF-8 at byte 1"):
        parsed(b'"\xff"')


def test_a_repeated_key_among_many(tmp_path: Path) -> None:
    """Looking for each among all would take hours."""
    path = tmp_path / "table.json"
    keys = ",".join(f'"{number}":0' for number in range(300_000))
    path.write_text(f'{{{keys},"299999":0}}')
    with pytest.raises(TableError, match="299999"):
        read_json(path)
    path.write_text("[" + "[]," * 2**20 + "0]")
    with pytest.raises(TableError, match="entries in"):
        read_json(path)


def _gguf(values: bytes, count: int = 1, tensors: int = 0) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, count) + values


def _key(name: str, kind: int) -> bytes:
    return struct.pack("<Q", len(name)) + name.encode() + struct.pack("<I", kind)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (_gguf(_key("general.alignment", 5) + struct.pack("<i", -4)), "aligns by -4"),
        (_gguf(2 * (_key("a", 0) + b"\1"), 2), "says one thing twice"),
        (_gguf(_key("a", 9) + struct.pack("<IQ", 8, 2**22 + 1) + bytes(2**25 + 8)), "texts"),
        (_gguf(b"", 0, 2**18) + bytes(24 * 2**18), "262,144 tensors"),
    ],
)
def test_gguf_that_is_not_read(content: bytes, seen: str, tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(content)
    peak = peak_bytes(lambda: all_sources(path), ArgumentError, seen)
    assert peak < 5_000_000


def test_good_files_are_read() -> None:
    assert all(attempt(data) for data in CORPUS)


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=[name for name, _, _ in KINDS])
def test_any_change_is_read_or_refused(kind: int) -> None:
    rng = random.Random(kind)
    refused = 0
    for _ in range(80):
        data = CORPUS[kind]
        for _ in range(rng.choice((1, 1, 2, 4))):
            data = mutate(data, rng)
        refused += not attempt(data)
    # A config that says nothing that is known says nothing.
    assert refused or KINDS[kind][0] == "config.json"
