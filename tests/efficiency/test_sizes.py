"""Sizes as a file would have, and the least that the state needs."""

from __future__ import annotations

import math
import signal
import zlib
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from tensorboard_cnc.efficiency import compression
from tensorboard_cnc.efficiency.compression import SampledStream
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.efficiency.sizes import bits_per_value
from tests.efficiency.compressed import KINDS, dense, half, quantized, quantized_by_row
from tests.efficiency.resnet18 import resnet18


@pytest.mark.parametrize("kind", ["dense", "masked", "dynamically quantized", "sparse"])
def test_the_size_is_that_of_the_file(kind: str, tmp_path: Path) -> None:
    net = KINDS[kind]()
    # torch.save writes the name of the file into it; a buffer is called "archive".
    file = tmp_path / "archive.pt"
    torch.save(net.state_dict(), file)
    found = measure(net)
    assert found.size_bytes == file.stat().st_size
    assert found.compressed_bytes == len(zlib.compress(file.read_bytes()))


def test_a_resnet18_on_disk(tmp_path: Path) -> None:
    net = resnet18()
    torch.save(net.state_dict(), tmp_path / "archive.pt")
    assert measure(net).size_bytes == (tmp_path / "archive.pt").stat().st_size


@pytest.mark.parametrize("seed", range(5))
def test_a_large_state_is_sampled(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dense, pruned and rounded tensors, in pieces smaller and larger than what is sampled."""
    torch.manual_seed(seed)
    tensors = [torch.randn(int(torch.randint(1_000, 300_000, ()))) for _ in range(16)]
    for place, tensor in enumerate(tensors):
        if place % 3 == 1:
            tensor[torch.rand_like(tensor) < 0.8] = 0
        elif place % 3 == 2:
            tensors[place] = tensor.mul(8).round().to(torch.int8)
    net = nn.Module()
    for place, tensor in enumerate(tensors):
        net.register_buffer(f"tensor{place}", tensor)
    exact = measure(net)
    assert exact.compressed_interval is None
    monkeypatch.setattr(compression, "EXACT_UP_TO", 1_000_000)
    monkeypatch.setattr(compression, "_CHUNKS", 48)
    sampled = measure(net)
    assert sampled.size_bytes == exact.size_bytes
    assert sampled.compressed_interval is not None
    assert exact.compressed_bytes is not None
    low, high = sampled.compressed_interval
    assert low <= exact.compressed_bytes <= high
    assert high - low < 0.3 * exact.compressed_bytes


def test_a_stream_in_any_pieces_is_sampled_alike() -> None:
    data = torch.randint(0, 40, (700_001,), dtype=torch.uint8).numpy().tobytes()
    found = set()
    for piece in (len(data), 100_000, 70_001, 999):
        stream = SampledStream(len(data))
        for start in range(0, len(data), piece):
            stream.feed(data[start : start + piece])
        found.add(stream.size())
    (size,) = found
    assert size.size == pytest.approx(len(zlib.compress(data)), rel=2e-3)


class Interrupting:
    """A compressor that gets SIGINT while torch writes the `at`-th piece of an archive."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.pieces = 0

    def compress(self, data: bytes) -> bytes:
        self.pieces += 1
        if self.pieces == self.at:
            signal.raise_signal(signal.SIGINT)
        return data

    def flush(self) -> bytes:
        return b""


def interrupted(at: int, monkeypatch: pytest.MonkeyPatch) -> Interrupting:
    compressor = Interrupting(at)
    monkeypatch.setattr(zlib, "compressobj", lambda: compressor)
    return compressor


def test_ctrl_c_ends_the_measuring_wherever_it_strikes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = interrupted(0, monkeypatch)
    assert measure(dense()).size_bytes == 3357
    assert whole.pieces > 20
    for at in range(1, whole.pieces + 1):
        interrupted(at, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            measure(dense())


def test_a_model_that_is_measured_after_ctrl_c_is_measured_whole() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        assert measure(dense()).size_bytes == 3357


def test_a_state_that_torch_cannot_store_says_why_also_after_ctrl_c() -> None:
    class Unstorable(nn.Linear):
        def get_extra_state(self) -> Any:
            return lambda: None

    def reason() -> str:
        return measure(Unstorable(2, 2)).unmeasured["size_bytes"]

    alone = reason()
    assert "lambda" in alone
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        assert reason() == alone


def test_a_compiled_model_is_stored_without_its_wrapper() -> None:
    assert measure(KINDS["compiled"]()).size_bytes == measure(dense()).size_bytes


def test_a_scripted_quantized_model_is_stored_whole(tmp_path: Path) -> None:
    net = KINDS["scripted quantized"]()
    net.save(str(tmp_path / "net.pt"))  # type: ignore[operator]
    size = measure(net).size_bytes
    assert size is not None
    # The archive repeats the name of its file in every entry.
    assert size == pytest.approx((tmp_path / "net.pt").stat().st_size, rel=0.05)


# Some types of numbers are missing in torch's own.
untyped: Any = torch


class Holder(nn.Module):
    """A module that is one tensor."""

    def __init__(self, tensor: Tensor) -> None:
        super().__init__()
        self.register_buffer("tensor", tensor)


def effective_bits(tensor: Tensor) -> int:
    found = measure(Holder(tensor)).effective_bytes
    assert found is not None
    return found * 8


def with_nonzero(kept: int, count: int, dtype: torch.dtype = torch.float32) -> Tensor:
    values = torch.zeros(count, dtype=dtype)
    values[torch.randperm(count, generator=torch.Generator().manual_seed(0))[:kept]] = 1
    return values


def coordinates(tensor: Any) -> Tensor:
    return cast(Tensor, tensor.to_sparse_coo())


@pytest.mark.parametrize(
    ("tensor", "bits"),
    [
        (with_nonzero(1024, 1024), 1024 * 32),
        # Half of them: a bitmap.
        (with_nonzero(512, 1024), 1024 + 512 * 32),
        # One percent: indices of ten bits.
        (with_nonzero(8, 1024), 8 * (32 + 10)),
        (with_nonzero(0, 1024), 0),
        (with_nonzero(1024, 1024, torch.bfloat16), 1024 * 16),
        (with_nonzero(512, 1024, torch.int8), 1024 + 512 * 8),
        (with_nonzero(512, 1024, torch.bool), 1024),
        (coordinates(with_nonzero(8, 1024)), 8 * (32 + 10)),
        (coordinates(with_nonzero(512, 1024).reshape(32, 32)), 1024 + 512 * 32),
        # A float scale and a zero point for all.
        (quantized(torch.ones(64), 0.1, 3), 64 * 8 + 64),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_the_shortest_encoding_by_hand(tensor: Tensor, bits: int) -> None:
    assert effective_bits(tensor) == bits


def test_scales_of_channels_count() -> None:
    assert effective_bits(quantized_by_row(torch.ones(16, 64))) == 16 * 64 * 8 + 16 * (64 + 64)


@given(st.integers(1, 300), st.data())
def test_never_more_than_all_values_and_never_less_than_the_others(
    count: int, data: st.DataObject
) -> None:
    kept = data.draw(st.integers(0, count))
    bits = effective_bits(with_nonzero(kept, count))
    assert kept * 32 <= bits <= 8 * math.ceil(min(count * 32, count + kept * 32) / 8)


def test_half_precision_is_half() -> None:
    full, narrow = measure(dense()).effective_bytes, measure(half()).effective_bytes
    assert full is not None
    assert narrow == full / 2


def test_a_mask_needs_no_room_of_its_own() -> None:
    masked, full = measure(KINDS["masked"]()), measure(dense())
    assert masked.size_bytes is not None
    assert masked.effective_bytes is not None
    assert full.size_bytes is not None
    assert full.effective_bytes is not None
    assert masked.size_bytes > full.size_bytes, "torch stores weight and mask"
    assert masked.effective_bytes < full.effective_bytes


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [
        (torch.float64, 64),
        (torch.complex64, 64),
        (torch.float8_e4m3fn, 8),
        (torch.qint8, 8),
        (torch.quint4x2, 4),
        (untyped.uint4, 4),
        (untyped.int2, 2),
        (untyped.uint1, 1),
        (torch.int16, 16),
        (torch.bool, 1),
    ],
    ids=str,
)
def test_bits(dtype: torch.dtype, bits: int) -> None:
    assert bits_per_value(dtype) == bits
