"""Files elsewhere, read through fsspec in ranges, and no others than the user named."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import all_sources, model_sources
from tests.writer.tensors.read_sources import all_values, sources, values
from tests.writer.tensors.safetensors_maker import save

fsspec = pytest.importorskip("fsspec")

RNG = np.random.default_rng(0)
ARRAYS = {f"layers.{n}.weight": RNG.normal(size=(40, 30)).astype(np.float32) for n in range(3)}


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    save(tmp_path / "model.safetensors", ARRAYS)
    files.pipe("/bucket/model.safetensors", (tmp_path / "model.safetensors").read_bytes())
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


def same(found: dict[str, Any]) -> None:
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("address", ["memory://bucket/model.safetensors", "memory://bucket"])
@pytest.mark.usefixtures("memory")
def test_a_file_or_its_directory(address: str) -> None:
    same(all_values(address))


def test_several_files_and_their_config(memory: Any, tmp_path: Path) -> None:
    codes = RNG.integers(-127, 128, (256, 256), np.int8)
    scale = np.ones((256, 1), np.float32)
    first = save(tmp_path / "1.safetensors", {"fc.weight": codes}).read_bytes()
    second = save(tmp_path / "2.safetensors", {"fc.weight_scale": scale}).read_bytes()
    memory.pipe("/shards/1.safetensors", first)
    memory.pipe("/shards/2.safetensors", second)
    listed = {"fc.weight": "1.safetensors", "fc.weight_scale": "../shards/2.safetensors"}
    index = json.dumps({"weight_map": listed}).encode()
    memory.pipe("/shards/model.safetensors.index.json", index)
    for address in ("memory://shards/", "memory://shards/model.safetensors.index.json"):
        (source,) = all_sources(address)
        np.testing.assert_array_equal(values(source), codes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    ["simplecache::memory://bucket/model.safetensors", "memory://a::memory://bucket/model.pt",
     "zip://a.safetensors::file:///etc/passwd"],
)  # fmt: skip
def test_chains_of_addresses_are_refused(address: str) -> None:
    with pytest.raises(ArgumentError, match=r"chain of addresses"):
        list(model_sources(address))


@pytest.mark.parametrize(
    "address", ["memory://gone/model.safetensors", "nosuch://a/model.safetensors"]
)
@pytest.mark.usefixtures("memory")
def test_what_cannot_be_reached_says_so(address: str) -> None:
    with pytest.raises(ArgumentError, match=r"cannot be read: .*Check the address"):
        list(model_sources(address))


def test_a_truncated_file_says_so(memory: Any) -> None:
    content = memory.cat("/bucket/model.safetensors")
    memory.pipe("/bucket/model.safetensors", content[:-4])
    with pytest.raises(ArgumentError, match="is truncated"):
        list(model_sources("memory://bucket/model.safetensors"))


def test_pickles_are_not_opened_elsewhere(memory: Any) -> None:
    memory.pipe("/bucket/model.pt", b"PK\3\4")
    with pytest.raises(ArgumentError, match="Download it first"):
        list(model_sources("memory://bucket/model.pt"))


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ArgumentError, match=r'pip install "tensorboard-cnc\[remote\]"'):
        list(model_sources("memory://bucket/model.safetensors"))


class Ranges(BaseHTTPRequestHandler):
    """A server of one file that gives the ranges that it is asked for."""

    content = b""
    asked: list[tuple[str, str | None]] = []  # noqa: RUF012
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        wanted = self.headers.get("Range") if body else None
        self.asked.append((self.path, wanted))
        found = self.content if self.path == "/dir/model.safetensors" else None
        status, more = 200 if found is not None else 404, {}
        part = found or b""
        if wanted and found is not None:
            first, last = (int(each) for each in wanted.removeprefix("bytes=").split("-"))
            part, status = found[first : last + 1], 206
            more["Content-Range"] = f"bytes {first}-{first + len(part) - 1}/{len(found)}"
        self.send_response(status)
        for key, value in {
            "Content-Length": str(len(part)),
            "Accept-Ranges": "bytes",
            **more,
        }.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(part)

    def log_message(self, *_: Any) -> None:
        pass


def test_a_server_is_asked_for_ranges_of_one_file(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    large = {"a.weight": np.zeros((3000, 1000), np.float32), **ARRAYS}
    Ranges.content = save(tmp_path / "m.safetensors", large).read_bytes()
    Ranges.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Ranges) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/dir/model.safetensors"
            found = sources(address)
            assert sum(wanted is not None for _, wanted in Ranges.asked) <= 3
            np.testing.assert_array_equal(
                values(found["layers.1.weight"]), ARRAYS["layers.1.weight"]
            )
        finally:
            server.shutdown()
            thread.join()
    read = {path for path, _ in Ranges.asked}
    assert read <= {"/dir/model.safetensors", *(f"/dir/{name}" for name in CONFIGS)}


CONFIGS = ("config.json", "hf_quant_config.json", "quantize_config.json",
           "quantization_config.json")  # fmt: skip
