"""LoRA adapters: what peft's own merging gives, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.files.makers import ALPHA, RANK, Arrays, adapter, lora_parts
from tests.writer.tensors.read_sources import values

RNG = np.random.default_rng(0)
BASE = {
    "model.embed_tokens.weight": RNG.normal(size=(20, 8)).astype(np.float32),
    "model.layers.0.q_proj.weight": RNG.normal(size=(12, 8)).astype(np.float32),
    "model.layers.0.q_proj.bias": RNG.normal(size=12).astype(np.float32),
    "model.layers.1.q_proj.weight": RNG.normal(size=(12, 8)).astype(np.float32),
    "conv.weight": RNG.normal(size=(6, 4, 3, 3)).astype(np.float32),
    "score.weight": RNG.normal(size=(2, 8)).astype(np.float32),
}
FIRST = "base_model.model.model.layers.0.q_proj"


def merged(folder: Path, base: Any = BASE) -> dict[str, NDArray[Any]]:
    found = all_sources(folder, base=base)
    assert not [each for each in found if isinstance(each, Refused)]
    return {each.name: values(each) for each in found if isinstance(each, TensorSource)}


def delta(tensors: Arrays, module: str) -> NDArray[Any]:
    a, b = tensors[f"{module}.lora_A.weight"], tensors[f"{module}.lora_B.weight"]
    found: NDArray[Any] = np.einsum("or,r...->o...", b.reshape(len(b), -1), a)
    return found


@pytest.mark.parametrize(
    ("config", "scaling"),
    [
        ({}, ALPHA / RANK),
        ({"use_rslora": True}, ALPHA / RANK**0.5),
        ({"alpha_pattern": {"layers.0.q_proj": 3}}, 3 / RANK),
        ({"r": 2, "rank_pattern": {r"^model\.layers\.\d+\.q_proj": RANK}}, ALPHA / RANK),
    ],
)
def test_what_is_added(config: dict[str, Any], scaling: float, tmp_path: Path) -> None:
    tensors = lora_parts(FIRST, (8,), 12)
    found = merged(adapter(tmp_path, tensors, **config))
    assert list(found) == list(BASE)
    name = "model.layers.0.q_proj.weight"
    expected = BASE[name] + scaling * delta(tensors, FIRST)
    np.testing.assert_allclose(found[name], expected, rtol=1e-5, atol=1e-6)
    for other in set(BASE) - {name}:
        np.testing.assert_array_equal(found[other], BASE[other])


def test_a_convolution(tmp_path: Path) -> None:
    tensors = lora_parts("base_model.model.conv", (4, 3, 3), 6)
    found = merged(adapter(tmp_path, tensors))["conv.weight"]
    expected = BASE["conv.weight"] + ALPHA / RANK * delta(tensors, "base_model.model.conv")
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_an_embedding_and_a_head_that_was_trained_whole(tmp_path: Path) -> None:
    module = "base_model.model.model.embed_tokens"
    a = RNG.normal(size=(RANK, 20)).astype(np.float32)
    b = RNG.normal(size=(8, RANK)).astype(np.float32)
    head = np.ones((2, 8), np.float32)
    tensors = {f"{module}.lora_embedding_A": a, f"{module}.lora_embedding_B": b,
               "base_model.model.score.weight": head}  # fmt: skip
    found = merged(adapter(tmp_path, tensors))
    expected = BASE["model.embed_tokens.weight"] + ALPHA / RANK * (b @ a).T
    np.testing.assert_allclose(found["model.embed_tokens.weight"], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found["score.weight"], head)


def test_dora(tmp_path: Path) -> None:
    lengths = RNG.uniform(1, 2, 12).astype(np.float32)
    tensors = lora_parts(FIRST, (8,), 12)
    given = {**tensors, f"{FIRST}.lora_magnitude_vector": lengths}
    found = merged(adapter(tmp_path, given, use_dora=True))["model.layers.0.q_proj.weight"]
    plain = BASE["model.layers.0.q_proj.weight"] + ALPHA / RANK * delta(tensors, FIRST)
    expected = lengths[:, None] * plain / np.linalg.norm(plain, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_stored_inputs_first(tmp_path: Path) -> None:
    base = {"h.0.c_attn.weight": RNG.normal(size=(8, 12)).astype(np.float32)}
    module = "base_model.model.h.0.c_attn"
    tensors = lora_parts(module, (8,), 12)
    found = merged(adapter(tmp_path, tensors, fan_in_fan_out=True), base)["h.0.c_attn.weight"]
    expected = base["h.0.c_attn.weight"] + ALPHA / RANK * delta(tensors, module).T
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"peft_type": "LOHA"}, "peft_type = 'LOHA'"),
        ({"init_lora_weights": "pissa_niter_4"}, "may change the base"),
        ({"trainable_token_indices": [1]}, "trainable_token_indices"),
        ({"some_future_option": True}, "some_future_option"),
        ({"layer_replication": [[0, 2]]}, "layer_replication"),
    ],
)
def test_adapters_of_other_kinds(config: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=message):
        all_sources(adapter(tmp_path, lora_parts(FIRST, (8,), 12), **config), base=BASE)


def test_what_does_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    tensors = {
        **lora_parts(FIRST, (8,), 12, rank=2),
        **lora_parts("base_model.model.model.layers.1.q_proj", (9,), 12),
        **lora_parts("base_model.model.elsewhere", (8,), 12),
    }
    found = all_sources(adapter(tmp_path, tensors), base=BASE)
    refused = {each.name: each.reason for each in found if isinstance(each, Refused)}
    assert "rank 2 where its config says 4" in refused.pop("model.layers.0.q_proj.weight")
    assert "does not fit" in refused.pop("model.layers.1.q_proj.weight")
    assert all("no weight that it belongs to" in each for each in refused.values())
    assert len(refused) == 2


def test_what_stands_beside_a_part_that_is_not_read_is_not_the_bases(tmp_path: Path) -> None:
    experts = {"experts.gate_up": np.ones((2, 4, 4), np.float32), **BASE}
    tensors = {**lora_parts("base_model.model.experts", (4,), 4), **lora_parts(FIRST, (8,), 12)}
    found = {each.name: each for each in all_sources(adapter(tmp_path, tensors), base=experts)}
    assert isinstance(found["experts.gate_up"], Refused)
    assert isinstance(found["model.layers.0.q_proj.weight"], TensorSource)


def test_a_directory_with_a_config_alone_is_no_adapter(tmp_path: Path) -> None:
    folder = adapter(tmp_path, {})
    (folder / "adapter_model.safetensors").rename(folder / "model.safetensors")
    assert all_sources(folder) == []


def test_a_pattern_that_could_run_for_ever_is_not_tried(tmp_path: Path) -> None:
    folder = adapter(tmp_path, lora_parts(FIRST, (8,), 12), rank_pattern={"(l+a+)+x": 4})
    (found,) = (each for each in all_sources(folder, base=BASE) if isinstance(each, Refused))
    assert "which is not read" in found.reason


def test_a_base_is_asked_for_and_belongs_to_an_adapter(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "a", lora_parts(FIRST, (8,), 12))
    for given in (folder, folder / "adapter_model.safetensors"):
        with pytest.raises(ArgumentError, match=r"is an adapter of peft.*base="):
            all_sources(given)
    with pytest.raises(ArgumentError, match="A base belongs to"):
        all_sources(BASE, base=BASE)
    with pytest.raises(ArgumentError, match="changes no tensor"):
        all_sources(folder, base={"x": np.ones((2, 2), np.float32)})


def test_a_state_dict_beside_its_adapter_is_refused() -> None:
    attached = {
        "base_model.model.q_proj.base_layer.weight": BASE["score.weight"],
        "base_model.model.q_proj.lora_A.default.weight": np.ones((1, 8), np.float32),
        "base_model.model.head.weight": BASE["score.weight"],
    }
    found = {each.name: each for each in all_sources(attached)}
    assert isinstance(found["q_proj.weight"], Refused)
    assert isinstance(found["head.weight"], TensorSource)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dora", [False, True])
@pytest.mark.parametrize("rslora", [False, True])
def test_as_peft_merges_it(dora: bool, rslora: bool, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = torch.nn.Embedding(20, 8)
            self.q_proj = torch.nn.Linear(8, 12)
            self.k_proj = torch.nn.Linear(8, 6)
            self.conv = torch.nn.Conv2d(3, 6, 3)

    torch.manual_seed(0)
    base = Net()
    dense = {name: tensor.clone() for name, tensor in base.state_dict().items()}
    config = peft.LoraConfig(
        r=4, lora_alpha=10, use_dora=dora, use_rslora=rslora, alpha_pattern={"k_proj": 3},
        rank_pattern={"k_proj": 2}, target_modules=["embed", "q_proj", "k_proj", "conv"],
    )  # fmt: skip
    net = peft.get_peft_model(base, config)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "lora_" in name and "magnitude" not in name:
                parameter.normal_()
            elif "magnitude" in name:
                parameter.mul_(1.5)
    net.save_pretrained(tmp_path)
    expected = net.merge_and_unload().state_dict()
    found = merged(tmp_path, dense)
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        np.testing.assert_allclose(found[name], tensor.numpy(), rtol=1e-4, atol=1e-5)
