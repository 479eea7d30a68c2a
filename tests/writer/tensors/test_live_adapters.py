"""Networks with adapters of peft: what they compute with, and how much is counted."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.dense_net import (
    INPUTS,
    MACS,
    PARAMETERS,
    Net,
)
from tests.writer.tensors.read_sources import values

pytestmark = [pytest.mark.toolkits, pytest.mark.filterwarnings("ignore")]


LORA = {"r": 4, "target_modules": ["up", "down"]}
ADDING: dict[str, tuple[str, dict[str, Any]]] = {
    "LoRA": ("LoraConfig", LORA),
    "rsLoRA": ("LoraConfig", LORA | {"use_rslora": True}),
    "DoRA": ("LoraConfig", LORA | {"use_dora": True}),
    "biases": ("LoraConfig", LORA | {"lora_bias": True}),
    "ranks": ("LoraConfig", LORA | {"rank_pattern": {"up": 2}, "alpha_pattern": {"up": 9}}),
    "a module as a whole": ("LoraConfig", {"r": 4, "target_modules": ["up"],
                                           "modules_to_save": ["down"]}),
    "a parameter": ("LoraConfig", {"r": 4, "target_modules": [],
                                   "target_parameters": ["up.weight"]}),
    "LoHa": ("LoHaConfig", LORA),
    "LoKr": ("LoKrConfig", LORA),
    "VeRA": ("VeraConfig", LORA),
    "FourierFT": ("FourierFTConfig", {"n_frequency": 20, "target_modules": ["up", "down"]}),
}  # fmt: skip
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "OFT": ("OFTConfig", {"oft_block_size": 4, "target_modules": ["up", "down"]}),
    "IA3": ("IA3Config", {"target_modules": ["up", "down"], "feedforward_modules": []}),
    "HRA": ("HRAConfig", LORA),
}


def adapted(kind: str, options: dict[str, Any]) -> Any:
    peft = pytest.importorskip("peft")
    net = peft.get_peft_model(Net(), getattr(peft, kind)(**options))
    torch.manual_seed(3)
    for parameter in net.parameters():
        if parameter.requires_grad:
            parameter.data += 0.05 * torch.randn_like(parameter)
    return net


@pytest.mark.parametrize(("kind", "options"), ADDING.values(), ids=ADDING)
def test_peft(kind: str, options: dict[str, Any]) -> None:
    net = adapted(kind, options)
    merged, unmerged = copy.deepcopy(net).merge_and_unload(), copy.deepcopy(net)
    unmerged.merge_adapter()
    expected = {each.name: each for each in all_sources(merged)}
    for model in (net, unmerged):
        found = {each.name: each for each in all_sources(model)}
        assert found.keys() == expected.keys()
        for name, source in found.items():
            assert isinstance(source, TensorSource), source
            right = expected[name]
            assert isinstance(right, TensorSource)
            np.testing.assert_allclose(values(source), values(right), rtol=1e-4, atol=1e-5)
        assert sum(each.weights or 0 for each in found.values()) == PARAMETERS
        assert measure(model).parameters == PARAMETERS
    assert measure(unmerged, INPUTS, repeats=1, warmup=0).macs == MACS


@pytest.mark.parametrize(("kind", "options"), REFUSED.values(), ids=REFUSED)
def test_peft_refuses(kind: str, options: dict[str, Any]) -> None:
    found = all_sources(adapted(kind, options))
    refused = {each.name: each.reason for each in found if isinstance(each, Refused)}
    assert {"up.weight", "down.weight"} <= refused.keys()
    assert all("Merge it, then log the network" in reason for reason in refused.values())
