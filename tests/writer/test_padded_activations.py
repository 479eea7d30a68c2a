"""Tokens that are padding say nothing about a network and are left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch
from tensorboard_cnc.writer.activations import activations_record

WORDS = 12


class Net(nn.Module):
    """Embeds words, pools them, and has a layer whose channels come first."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words, self.head = nn.Embedding(WORDS, 6), nn.Linear(6, 3)
        self.mix = nn.Conv1d(6, 4, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        del attention_mask
        words = self.words(input_ids)
        self.mix(words.mT)
        scores: Tensor = self.head(words.mean(1))
        return scores


IDS = torch.tensor([[1, 2, 3, 0], [4, 0, 0, 0], [5, 6, 0, 0]])
MASK = (IDS > 0).long()


def record(inputs: Any, **options: Any) -> SketchRecord:
    found = activations_record("m", Net().eval(), inputs, **options)
    assert found is not None
    return found


def layers(found: SketchRecord) -> dict[str, TensorSketch]:
    return {sketch.name: sketch for sketch in found.tensors}


def test_the_known_mask_leaves_padding_out() -> None:
    found = record({"input_ids": IDS, "attention_mask": MASK})
    words = layers(found)["words"]
    assert words.shape == (6, 6), "six of twelve tokens"
    expected = Net().words(IDS)[MASK.bool()].detach().numpy()
    assert words.values is not None
    np.testing.assert_array_equal(words.values.reshape(words.shape), expected)
    assert layers(found)["head"].shape == (3, 3), "it has no tokens"
    assert layers(found)["mix"].shape == (3, 4, 4), "its second dimension is that of channels"
    assert found.instances == 3


@pytest.mark.parametrize(
    "mask", [MASK, MASK.bool().numpy(), [MASK], MASK.float()], ids=["ids", "bool", "list", "float"]
)
def test_a_mask_can_be_said(mask: Any) -> None:
    said = record(IDS, mask=mask)
    known = record({"input_ids": IDS, "attention_mask": MASK})
    assert layers(said)["words"].totals == layers(known)["words"].totals
    assert said.fingerprint != record(IDS).fingerprint, "other positions are compared"


def test_the_name_of_an_argument() -> None:
    class Named(Net):
        def forward(self, input_ids: Tensor, keep: Tensor) -> Tensor:  # type: ignore[override]
            return super().forward(input_ids, keep)

    inputs = {"input_ids": IDS, "keep": MASK}
    found = activations_record("m", Named().eval(), inputs, mask="keep")
    assert found is not None
    assert layers(found)["words"].shape == (6, 6)


def test_batches_may_be_padded_to_lengths_of_their_own() -> None:
    whole = record({"input_ids": IDS, "attention_mask": MASK})
    cut = [
        {"input_ids": IDS[:1, :3], "attention_mask": MASK[:1, :3]},
        {"input_ids": IDS[1:, :2], "attention_mask": MASK[1:, :2]},
    ]
    found = record(cut, layers=["words"])
    assert layers(found)["words"].totals == layers(whole)["words"].totals


def test_without_padding_nothing_changes() -> None:
    full = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS)}
    assert layers(record(full))["words"].shape == (3, 4, 6)
    of_another_shape = {"input_ids": IDS, "attention_mask": torch.zeros(3, 1, 4, 4)}
    assert layers(record(of_another_shape))["words"].shape == (3, 4, 6)


@pytest.mark.parametrize(
    "mask", ["mask", MASK[:2], [MASK, MASK], MASK * 2, MASK[:, :, None], 3], ids=str
)
def test_what_is_no_mask(mask: Any) -> None:
    with pytest.raises(ArgumentError, match="mask= has a row to each instance"):
        record(IDS, mask=mask)


class QuantLinear(nn.Linear):
    """As brevitas: quantizers are children of the layer."""

    def __init__(self) -> None:
        super().__init__(4, 4)
        self.input_quant, self.weight_quant = nn.Identity(), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(self.input_quant(x), self.weight_quant(self.weight), self.bias)


class Observer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class ObserverBase(Observer):
    """As torch.ao calls it."""


def test_layers_are_those_that_the_user_wrote() -> None:
    observed: Any = nn.Linear(4, 4)
    observed.observer = Observer()
    masked = nn.Linear(4, 4)
    parametrize.register_parametrization(masked, "weight", nn.ReLU())
    net = nn.Sequential(QuantLinear(), ObserverBase(), observed, masked)
    found = activations_record("m", net, torch.ones(2, 4))
    assert found is not None
    assert list(layers(found)) == ["0", "2", "3"]
    assert found.refused == {}
