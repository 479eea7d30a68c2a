"""Checkpoints in the safetensors format, read in pieces; broken ones are refused clearly."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import model_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused
from tests.writer.tensors.read_sources import all_values, refusals, sources, values
from tests.writer.tensors.safetensors_maker import save, save_raw

RNG = np.random.default_rng(0)
ONE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i1", "u1", "i8", "?", "i4"])
def test_every_type_of_numpy(dtype: str, tmp_path: Path) -> None:
    array = (RNG.normal(size=(5, 7)) * 50).astype(dtype)
    path = save(tmp_path / "a.safetensors", {"block.weight": array})
    (source,) = sources(path).values()
    np.testing.assert_array_equal(values(source), array)
    assert (source.module, source.dtype, source.stored_bytes) == (
        "block",
        array.dtype.name,
        array.nbytes,
    )


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("BF16", torch.bfloat16),
        ("F8_E4M3", torch.float8_e4m3fn),
        ("F8_E5M2", torch.float8_e5m2),
        ("F8_E4M3FNUZ", torch.float8_e4m3fnuz),
        ("F8_E8M0", torch.float8_e8m0fnu),
    ],
)
def test_types_that_numpy_lacks(kind: str, dtype: torch.dtype, tmp_path: Path) -> None:
    tensor = torch.randn(4, 9, generator=torch.Generator().manual_seed(0)).abs().to(dtype)
    whole = torch.uint8 if tensor.element_size() == 1 else torch.int16
    path = save(tmp_path / "a.safetensors", {"x": tensor.view(whole).numpy()}, x=kind)
    (source,) = sources(path).values()
    np.testing.assert_array_equal(values(source), tensor.float().numpy())
    assert source.dtype == str(dtype).removeprefix("torch.")


def test_four_bits_come_in_pairs(tmp_path: Path) -> None:
    codes = np.array([[0x10, 0x32, 0xF7]], np.uint8)
    (source,) = sources(save(tmp_path / "a.safetensors", {"x": codes}, x="F4")).values()
    assert source.shape == (1, 6)
    np.testing.assert_array_equal(values(source), [[0, 0.5, 1, 1.5, 6, -6]])
    assert source.stored_bytes == 3


def test_odd_tensors_are_read_too(tmp_path: Path) -> None:
    tensors: dict[str, Any] = {
        "scalar": np.float32(3).reshape(()),
        "empty": np.zeros((0, 4), np.float32),
        "odd name/ü.0": np.array([np.nan, np.inf, -np.inf], np.float32),
    }
    found = all_values(save(tmp_path / "a.safetensors", tensors))
    for name, array in tensors.items():
        np.testing.assert_array_equal(found[name], array)


def test_types_without_an_order_are_refused(tmp_path: Path) -> None:
    tensors: dict[str, Any] = {
        "z": np.ones(2, np.complex64),
        "s": np.ones(3, np.uint8),
        "n": np.ones(1, np.uint8),
    }
    path = save(tmp_path / "a.safetensors", tensors, s="F6_E2M3", n="NEW")
    # Four values of 6 bits take three bytes.
    text = path.read_bytes().replace(b'"shape": [3]', b'"shape": [4]')
    path.write_bytes(text)
    assert "C64 has no order" in refusals(path)["z"]
    assert set(refusals(path)) == {"z", "s", "n"}


def test_layers_come_in_the_order_of_the_network(tmp_path: Path) -> None:
    names = [
        "lm_head.weight",
        "model.layers.0.q.weight",
        "model.layers.10.q.weight",
        "model.layers.2.q.bias",
        "model.layers.2.q.weight",
        "model.embed_tokens.weight",
    ]
    path = save(tmp_path / "a.safetensors", {name: np.ones(1, np.float32) for name in names})
    assert list(sources(path)) == [
        "model.embed_tokens.weight",
        "model.layers.0.q.weight",
        "model.layers.2.q.weight",
        "model.layers.2.q.bias",
        "model.layers.10.q.weight",
        "lm_head.weight",
    ]


def test_a_checkpoint_of_several_files(tmp_path: Path) -> None:
    parts = {f"model-{n}.safetensors": {f"layers.{n}.weight": RNG.normal(size=3)} for n in (1, 2)}
    for file, tensors in parts.items():
        save(tmp_path / file, tensors)
    by_directory = all_values(tmp_path)
    index = tmp_path / "model.safetensors.index.json"
    named = {name: file for file, tensors in parts.items() for name in tensors}
    index.write_text(json.dumps({"weight_map": named}))
    for path in (index, tmp_path, str(tmp_path)):
        found = all_values(path)
        assert list(found) == list(by_directory) == ["layers.1.weight", "layers.2.weight"]
        for tensors in parts.values():
            for name, array in tensors.items():
                np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_a_truncated_file_says_so(cut: int, tmp_path: Path) -> None:
    path = save(tmp_path / "a.safetensors", {"x": np.ones(16, np.float32)})
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ArgumentError, match=r"is truncated: it has .* bytes of .*Download or save"):
        list(model_sources(path))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"{", "has a header that is n"),
        (b"[" * 100_000, "has a header that is n"),
        (b"[1]", "has the header"),
        ({"x": 1}, 'describes "x" by 1'),
        ({"x": {**ONE, "shape": [-2]}}, 'describes "x"'),
        ({"x": {**ONE, "shape": ["a"]}}, 'describes "x"'),
        ({"x": {**ONE, "data_offsets": [8, 0]}}, 'describes "x"'),
        ({"x": {**ONE, "shape": [3]}}, r'"x" of shape \(3,\) and type F32 takes 8 bytes'),
        ({"x": {**ONE, "data_offsets": [4, 12]}}, "instead of"),
        ({"x": ONE, "y": ONE}, 'puts "y" at byte'),
        ({}, "is too long"),
    ],
)
def test_a_damaged_header_says_what_is_wrong(header: Any, message: str, tmp_path: Path) -> None:
    path = save_raw(tmp_path / "a.safetensors", header, b"\0" * 8)
    with pytest.raises(ArgumentError, match=message):
        list(model_sources(path))


@pytest.mark.parametrize("content", [b"", b"\1\0\0", b"\xff" * 16])
def test_what_is_no_such_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match=r"its header would be .* long"):
        list(model_sources(path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    os.mkfifo(path)
    with pytest.raises(ArgumentError, match="is not a regular file"):
        list(model_sources(path))


def test_what_is_no_file_with_weights(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(b"\x89HDF")
    with pytest.raises(ArgumentError, match=r"is of no format that is read.*mapping of names"):
        list(model_sources(path))
    with pytest.raises(ArgumentError, match=r"holds no file with weights"):
        list(model_sources(tmp_path))
    with pytest.raises(FileNotFoundError):
        list(model_sources(tmp_path / "missing.safetensors"))


@pytest.mark.parametrize("index", ["{", "[]", '{"weight_map": [1]}', '{"weight_map": {"x": 1}}'])
def test_a_broken_index(index: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(index)
    with pytest.raises(ArgumentError, match=r"is not valid JSON|has no weight_map"):
        list(model_sources(path))


@pytest.mark.parametrize(
    "name", ["gone.safetensors", "../../etc/passwd", "/etc/passwd", ".", "a\0"]
)
def test_an_index_of_files_that_are_not_beside_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": {"x": name}}))
    with pytest.raises(ArgumentError, match=r"which is not beside it.*Download the missing file"):
        list(model_sources(path))


def test_a_tensor_that_only_the_index_knows_is_told(tmp_path: Path) -> None:
    save(tmp_path / "a.safetensors", {"x": np.ones(3, np.float32)})
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": {"x": "a.safetensors", "y": "a.safetensors"}}))
    for given in (path, tmp_path):
        found = list(model_sources(given))
        assert [each.name for each in found] == ["x", "y"]
        assert isinstance(found[1], Refused)
        assert "a.safetensors" in found[1].reason


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "a.safetensors", {"x": np.ones(16, np.float32)})
    (source,) = sources(path).values()
    read = source.open()
    path.write_bytes(path.read_bytes()[:-8])
    assert len(read(0, 14)) == 14
    with pytest.raises(ArgumentError, match='ended within "x"'):
        read(10, 16)


def test_a_directory_that_lacks_a_file_of_several_is_refused(tmp_path: Path) -> None:
    for part in (1, 3):
        save(
            tmp_path / f"model-0000{part}-of-00003.safetensors", {f"layers.{part}.w": RNG.random(2)}
        )
    with pytest.raises(ArgumentError, match="holds 2 of the 3 files of 'model'"):
        all_values(tmp_path)
    save(tmp_path / "model-00002-of-00003.safetensors", {"layers.2.w": RNG.random(2)})
    assert list(all_values(tmp_path)) == ["layers.1.w", "layers.2.w", "layers.3.w"]


def test_a_directory_with_two_indices_is_refused(tmp_path: Path) -> None:
    for stem in ("model", "consolidated"):
        save(tmp_path / f"{stem}.safetensors", {f"{stem}.w": RNG.random(2)})
        index = {"weight_map": {f"{stem}.w": f"{stem}.safetensors"}}
        (tmp_path / f"{stem}.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ArgumentError, match="holds 2 indices"):
        all_values(tmp_path)
    assert list(all_values(tmp_path / "model.safetensors.index.json")) == ["model.w"]
