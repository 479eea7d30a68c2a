"""GGUF files against the package's own writer, quantization and dequantization."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.tensors.files.makers import (
    HEADS,
    KEY_HEADS,
    gguf_file,
    refused_files,
    stored_bytes,
    with_wrong_bytes,
)
from tests.writer.tensors.read_sources import refusals, sources, values

gguf = pytest.importorskip("gguf")

RNG = np.random.default_rng(0)
PLAIN = ["F32", "F16", "BF16", "F64"]
DECODED = sorted(kind.name for kind in gguf.quants._type_traits if kind.name != "BF16")


@pytest.mark.parametrize("kind", DECODED)
def test_every_type_as_the_package_dequantizes_it(kind: str, tmp_path: Path) -> None:
    number = gguf.GGMLQuantizationType[kind]
    stored = stored_bytes(kind, 6, 3)
    path = gguf_file(tmp_path / "a.gguf", {"blk.0.ffn_down.weight": (stored, kind)})
    (source,) = sources(path).values()
    expected = gguf.quants.dequantize(stored, number)
    assert source.shape == expected.shape
    np.testing.assert_array_equal(values(source), expected)
    scheme = source.scheme
    assert scheme is not None
    assert source.stored_bytes == stored.nbytes
    assert stored.nbytes == round(scheme.bits * source.size / 8) + scheme.overhead_bytes


@pytest.mark.parametrize("kind", PLAIN)
def test_numbers_that_are_not_quantized(kind: str, tmp_path: Path) -> None:
    array = RNG.normal(size=(6, 8)).astype(np.float32)
    held: Any = gguf.quants.quantize(array, gguf.GGMLQuantizationType.BF16)
    if kind != "BF16":
        held = array.astype({"F32": "f4", "F16": "f2", "F64": "f8"}[kind])
    path = gguf_file(tmp_path / "a.gguf", {"blk.0.ffn_up.weight": (held, kind)})
    (source,) = sources(path).values()
    expected = array if kind != "F16" else array.astype("f2").astype("f4")
    found = values(source)
    np.testing.assert_allclose(found, expected, rtol=0.005 if kind == "BF16" else 0)
    assert source.scheme is None


@pytest.mark.parametrize("kind", ["Q8_1", "Q8_K", "Q1_0"])
def test_types_that_the_package_cannot_read_are_refused_by_name(kind: str, tmp_path: Path) -> None:
    path = gguf_file(
        tmp_path / "a.gguf", {"blk.0.ffn_down.weight": (stored_bytes(kind, 4, 1), kind)}
    )
    assert kind in refusals(path)["model.layers.0.mlp.down_proj.weight"]


def as_llama_cpp(weight: NDArray[Any], heads: int) -> NDArray[Any]:
    """The rows as its converter puts them."""
    halves = weight.reshape(heads, 2, len(weight) // heads // 2, *weight.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(weight.shape)


NETWORK = {
    f"model.layers.{n}.self_attn.{kind}_proj.{last}": RNG.normal(size=(rows, 32)[:axes]).astype(
        np.float32
    )
    for n in range(2)
    for kind, rows in (("q", 64), ("k", 32))
    for last, axes in (("weight", 2), ("bias", 1))
}


def converted(architecture: str, *, reordered: bool, path: Path) -> Path:
    tensors = {}
    for name, array in NETWORK.items():
        *_, number, _, projection, last = name.split(".")
        kind = projection[0]
        heads = HEADS if kind == "q" else KEY_HEADS
        stored = as_llama_cpp(array, heads) if reordered else array
        tensors[f"blk.{number}.attn_{kind}.{last}"] = stored, "F32"
    return gguf_file(path, tensors, architecture=architecture)


@pytest.mark.parametrize(
    ("architecture", "reordered"),
    [("llama", True), ("granite", True), ("olmo", True), ("qwen2", False), ("olmo2", False)],
)
def test_queries_and_keys_come_back_into_order(
    architecture: str, reordered: bool, tmp_path: Path
) -> None:
    path = converted(architecture, reordered=reordered, path=tmp_path / "a.gguf")
    found = sources(path)
    assert set(found) == set(NETWORK)
    for name, array in NETWORK.items():
        np.testing.assert_array_equal(values(found[name]), array)


def test_an_architecture_that_is_not_known_keeps_its_names(tmp_path: Path) -> None:
    path = converted("gemma", reordered=False, path=tmp_path / "a.gguf")
    assert all(name.startswith("blk.") for name in sources(path))


def test_heads_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    array = np.zeros((64, 32), np.float32)
    path = gguf_file(tmp_path / "a.gguf", {"blk.0.attn_q.weight": (array, "F32")}, heads=7)
    assert "for 7 heads" in refusals(path)["model.layers.0.self_attn.q_proj.weight"]


def test_names_follow_another_model(tmp_path: Path) -> None:
    array = np.ones((8, 8), np.float32)
    path = gguf_file(
        tmp_path / "a.gguf",
        {"token_embd.weight": (array, "F32"), "blk.0.ffn_up.weight": (array, "F32"),
         "rope_freqs.weight": (array[0], "F32")},
    )  # fmt: skip
    like = {"tok_embeddings.weight", "layers.0.feed_forward.w3.weight"}
    assert {each.name for each in all_sources(path, like=like)} == like | {"rope_freqs.weight"}
    usual = {each.name: each for each in all_sources(path)}
    assert {"model.embed_tokens.weight", "model.layers.0.mlp.up_proj.weight"} < set(usual)
    buffer = usual["rope_freqs.weight"]
    assert isinstance(buffer, TensorSource)
    assert buffer.weights == 0


def test_a_model_of_several_files(tmp_path: Path) -> None:
    array = np.ones((8, 8), np.float32)
    for n in (1, 2):
        path = tmp_path / f"m-0000{n}-of-00002.gguf"
        gguf_file(path, {f"blk.{n - 1}.ffn_up.weight": (array * n, "F32")})
    for given in (path, tmp_path):
        assert len(sources(given)) == 2
    path.unlink()
    with pytest.raises(ArgumentError, match=r"m-00002-of-00002.*not beside it"):
        all_sources(tmp_path / "m-00001-of-00002.gguf")


def test_a_file_without_an_ending_is_known_by_its_beginning(tmp_path: Path) -> None:
    array = np.ones((8, 8), np.float32)
    assert sources(gguf_file(tmp_path / "sha256-abc", {"output.weight": (array, "F32")}))


def test_damaged_files_are_refused_in_little_time(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    content = gguf_file(
        path, {"blk.0.ffn_up.weight": (stored_bytes("Q4_K", 4, 1), "Q4_K")}
    ).read_bytes()
    cut = [4, 8, 20, 30, len(content) - 700, len(content) - 1]
    broken = [*(content[:at] for at in cut), *with_wrong_bytes(content, 4, 400)]
    assert refused_files(path, broken, most=10**6) >= len(cut)


def test_an_endless_array_is_not_walked(tmp_path: Path) -> None:
    entry = b"\1\0\0\0\0\0\0\0k" + (9).to_bytes(4, "little") + bytes(4) + b"\xff" * 8
    path = tmp_path / "a.gguf"
    path.write_bytes(b"GGUF" + (3).to_bytes(4, "little") + bytes(8) + b"\1" + bytes(7) + entry)
    with pytest.raises(ArgumentError, match="more entries follow"):
        all_sources(path)


def test_it_is_compared_with_the_model_that_it_was_made_from(tmp_path: Path) -> None:
    """Its quantized queries against those of the dense network, under this one's names."""
    name = "model.layers.0.self_attn.q_proj.weight"
    dense = {name: NETWORK[name]}
    kind = gguf.GGMLQuantizationType.Q8_0
    stored = gguf.quants.quantize(as_llama_cpp(NETWORK[name], HEADS), kind)
    path = gguf_file(tmp_path / "a.gguf", {"blk.0.attn_q.weight": (stored, "Q8_0")})
    record = weights_record("q8", path, reference={"dense": dense})
    assert record is not None
    (tensor,) = record.tensors
    pair = tensor.reference["dense"]
    assert 30 < 10 * np.log10(np.square(NETWORK[name]).sum() / pair.sum_squares) < 60
    # The other way round the names of the network count as well.
    record = weights_record("dense", dense, reference={"q8": path})
    assert record is not None
    assert record.tensors[0].reference["q8"].sum_squares == pytest.approx(pair.sum_squares)


def test_reading_takes_little_memory(tmp_path: Path) -> None:
    stored = stored_bytes("Q4_K", 4096, 8)
    path = gguf_file(tmp_path / "a.gguf", {"blk.0.attn_q.weight": (stored, "Q4_K")})
    del stored
    (source,) = sources(path).values()
    tracemalloc.start()
    try:
        read = source.open()
        for start in range(0, source.size, 2**18):
            read(start, start + 2**18)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # 32 MiB as floats.
    assert source.size == 2**23
    assert peak < 2**25


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gguf_file(tmp_path / "a.gguf", {"output.weight": (np.ones((8, 8), np.float32), "F32")})
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(ArgumentError, match=r'pip install "tensorboard-cnc\[gguf\]"'):
        all_sources(path)
