"""State dicts that torch has saved; nothing in them is run."""

from __future__ import annotations

import json
import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import all_sources, model_sources
from tests.writer.tensors.read_sources import all_values, sources

NET = torch.nn.Sequential(torch.nn.Linear(8, 4), torch.nn.BatchNorm1d(4))
STATE = {name: tensor for name, tensor in NET.state_dict().items() if tensor.ndim}


def assert_is_the_net(path: Path, prefix: str = "") -> None:
    found = all_values(path)
    assert list(found) == [prefix + name for name in STATE]
    for name, tensor in STATE.items():
        np.testing.assert_array_equal(found[prefix + name], tensor.numpy())


@pytest.mark.parametrize("suffix", ["pt", "pth", "bin", "ckpt"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_state_dict(suffix: str, zipped: bool, tmp_path: Path) -> None:
    path = tmp_path / f"model.{suffix}"
    torch.save(STATE, path, _use_new_zipfile_serialization=zipped)
    assert_is_the_net(path)


@pytest.mark.parametrize(
    "wrapped",
    [
        {"state_dict": STATE, "epoch": 3, "optimizer_states": [{"state": {0: {"step": 1}}}]},
        {"model": STATE, "optimizer": {"state": {}}, "args": None},
        {"model_state_dict": {f"module._orig_mod.{name}": each for name, each in STATE.items()}},
        {"model": {"state_dict": STATE}, "best": 0.5},
    ],
)
def test_what_training_loops_save(wrapped: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    torch.save(wrapped, path)
    assert_is_the_net(path)


def test_a_checkpoint_of_several_files(tmp_path: Path) -> None:
    names = list(STATE)
    listed = {name: f"pytorch_model-0000{n % 2 + 1}-of-00002.bin" for n, name in enumerate(names)}
    for file in set(listed.values()):
        part = {name: STATE[name].clone() for name in names if listed[name] == file}
        torch.save(part, tmp_path / file)
    torch.save({"lr": 0.1}, tmp_path / "training_args.bin")
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": listed}))
    for given in (index, tmp_path):
        assert set(sources(given)) == set(names)


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("/tmp/never-made-by-a-checkpoint",)


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    for content in (NET, {"state_dict": STATE, "hook": Evil()}):
        torch.save(content, path)
        with pytest.raises(
            ArgumentError, match=r"is a pickle that would run code: it holds \w+.*state_dict"
        ):
            all_sources(path)
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ArgumentError, match=r"run code|cannot be opened"):
        all_sources(path)
    assert not Path("/tmp/never-made-by-a-checkpoint").exists()


def test_an_older_torch_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.pt"
    torch.save(STATE, path)
    monkeypatch.setattr(torch, "__version__", "2.5.1")
    with pytest.raises(ArgumentError, match=r"torch 2\.5\.1.*Update torch"):
        all_sources(path)


@pytest.mark.parametrize("content", [{"lr": 0.1}, [1, 2], torch.ones(3)])
def test_a_file_without_a_state_dict(content: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    torch.save(content, path)
    with pytest.raises(ArgumentError, match="holds no state dict"):
        all_sources(path)


def test_a_small_file_does_not_blow_up(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    cycle: dict[str, Any] = {"weight": torch.ones(2)}
    cycle["self"] = cycle
    for content in ({"weight": torch.ones(1).expand(10**5, 10**5)}, cycle):
        torch.save(content, path)
        with pytest.raises(ArgumentError, match=r"on few bytes|twice"):
            all_sources(path)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    torch.save(STATE, path)
    content = path.read_bytes()
    draw = np.random.default_rng(0)
    broken = [content[:at] for at in (0, 3, 100, len(content) // 2, len(content) - 30)]
    for _ in range(60):
        copy = bytearray(content)
        for at in draw.integers(0, len(content), 4):
            copy[at] = draw.integers(0, 256)
        broken.append(bytes(copy))
    for each in broken[5:]:
        path.write_bytes(each)
        with suppress(ArgumentError):
            list(model_sources(path))
    for each in broken[:5]:
        path.write_bytes(each)
        with pytest.raises(ArgumentError):
            all_sources(path)


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_a_program_of_torchscript_is_refused_with_the_way_to_open_it(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.jit.save(torch.jit.trace(NET.eval(), torch.ones(2, 8)), path)
    with pytest.raises(ArgumentError, match=r"Open it with torch\.jit\.load"):
        all_sources(path)
    found = {each.name for each in all_sources(torch.jit.load(path))}
    assert found == set(STATE)
