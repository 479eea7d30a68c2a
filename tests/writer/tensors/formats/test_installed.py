"""Layouts of other packages are found by their entry points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.errors import CncWarning
from tensorboard_cnc.writer.tensors.formats.installed import GROUP, installed_formats
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.formats.packed import found
from tests.writer.tensors.read_sources import values

TOY = """
from tensorboard_cnc.writer.tensors.formats import Format, NotUnderstoodError, Scheme, weight

def decode(codes, checkpoint):
    step = checkpoint.beside(codes.name, "step")
    if step is None:
        raise NotUnderstoodError("no step stands beside them")
    by = step.open()(0, 1)[0]
    def open_():
        read = codes.open()
        return lambda start, stop: read(start, stop) * by
    return weight(codes, [step], name=codes.name.removesuffix("steps") + "weight",
                  shape=codes.shape, open_=open_, scheme=Scheme(bits=8), storage="int8")

STEPS = Format("steps", "steps", decode)
BROKEN = Format("broken", "steps", lambda codes, checkpoint: 1 / 0)
TWICE = Format("twice", "qweight|steps", decode)
"""
CODES: dict[str, Any] = {
    "fc.steps": np.array([[1, -2], [3, 4]], np.int8),
    "fc.step": np.array([0.5], np.float32),
    "fc.bias": np.ones(2, np.float32),
}


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    installed_formats.cache_clear()
    yield
    installed_formats.cache_clear()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, *entries: str) -> None:
    """A package in a folder of its own, as pip would lay it."""
    package = f"toy_formats_{folder.name.removeprefix('test_')}"
    (folder / f"{package}.py").write_text(TOY)
    about = folder / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = [f"{entry} = {package}:{entry}" for entry in entries]
    (about / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]))
    monkeypatch.syspath_prepend(folder)


def test_a_layout_of_another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "STEPS")
    read = found(CODES)
    assert list(read) == ["fc.weight", "fc.bias"]
    source = read["fc.weight"]
    assert isinstance(source, TensorSource)
    assert values(source).tolist() == [[0.5, -1], [1.5, 2]]
    assert (source.weights, source.stored_bytes) == (4, 8)
    alone = {name: CODES[name] for name in ("fc.steps", "fc.bias")}
    refused = found(alone)["fc.steps"]
    assert isinstance(refused, Refused)
    assert "its steps codes are not read: no step stands beside them" in refused.reason


@pytest.mark.parametrize("entry", ["MISSING", "decode"])
def test_one_that_cannot_be_loaded(
    entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, entry, "STEPS")
    with pytest.warns(CncWarning, match=f"The tensor format '?\"?{entry}.* could not be loaded"):
        read = found(CODES)
    assert list(read) == ["fc.weight", "fc.bias"]
    assert list(found(CODES)) == ["fc.weight", "fc.bias"]


def test_one_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "BROKEN")
    refused = found(CODES)["fc.steps"]
    assert isinstance(refused, Refused)
    assert "division by zero" in refused.reason


def test_two_that_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "STEPS", "TWICE")
    refused = found(CODES)["fc.steps"]
    assert isinstance(refused, Refused)
    assert "several layouts claim them" in refused.reason


def test_nobody_is_asked_about_a_network_without_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("tensorboard_cnc.writer.tensors.formats.joining.all_formats", asked.append)
    assert list(found({"fc.weight": np.ones((2, 2), np.float32)})) == ["fc.weight"]
    assert not asked
