"""What a backward pass predicts is what compressing and running finds, while changes are small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tests.writer.sensitivity.measured import layered, logged, probe, same_state, state

NAMES = ["int8", "int4", "int4-g32", "int3", "int2-g32", "nvfp4", "prune-30", "2:4"]


@pytest.mark.parametrize("score", ["kl", "squared error"])
def test_it_agrees_with_the_exact_method(tmp_path: Path, score: Any) -> None:
    net, inputs = layered(), probe(256)
    for parameter in net[2].parameters():
        parameter.requires_grad_(False)
    before = state(net)
    exact = logged(tmp_path / "exact", net, inputs, candidates=NAMES, score=score)
    fast = logged(tmp_path / "fast", net, inputs, candidates=NAMES, score=score, method="gradient")
    assert fast.method == "gradient"
    assert same_state(net, before)
    assert spearmanr(exact.mean.ravel(), fast.mean.ravel()).statistic > 0.95
    small = exact.mean < 0.02
    assert np.exp(np.abs(np.log(fast.mean[small] / exact.mean[small])).mean()) < 1.25
    np.testing.assert_array_equal(fast.bytes, exact.bytes)


def test_probabilities_and_padded_tokens(tmp_path: Path) -> None:
    class Net(nn.Module):
        def __init__(self, *, shares: bool) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.words, self.head, self.shares = nn.Embedding(13, 12), nn.Linear(12, 13), shares

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            del attention_mask
            found: Tensor = self.head(torch.tanh(self.words(input_ids)))
            return found.softmax(-1) if self.shares else found

    ids = torch.randint(0, 13, (64, 7), generator=torch.Generator().manual_seed(2))
    mask = (torch.arange(7) < 1 + torch.arange(64)[:, None] % 7).long()
    inputs = {"input_ids": ids, "attention_mask": mask}
    exact = logged(tmp_path / "exact", Net(shares=False), inputs, candidates=["int4", "int3"])
    for shares in (False, True):
        fast = logged(tmp_path / f"fast{shares}", Net(shares=shares), inputs,
                      candidates=["int4", "int3"], method="gradient")  # fmt: skip
        assert np.exp(np.abs(np.log(fast.mean / exact.mean)).max()) < 1.5


def test_layers_that_do_not_fit_into_memory_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = logged(tmp_path / "a", layered(), probe(), candidates=["int4"], method="gradient")
    monkeypatch.setattr("tensorboard_cnc.writer.sensitivity.gradient._MOST_BYTES", 1)
    parts = logged(tmp_path / "b", layered(), probe(), candidates=["int4"], method="gradient")
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-4)


def test_what_has_no_gradient_is_told(tmp_path: Path) -> None:
    net = layered()
    with cnc_summary.model(tmp_path, "m") as m:
        with pytest.raises(ArgumentError, match="A score of your own"):
            m.sensitivity(net, probe(), score=lambda out: out[:, 0], method="gradient",
                          progress=False)  # fmt: skip
        with pytest.raises(ArgumentError, match="for an instance alone"):
            m.sensitivity(Mixing(), probe(), method="gradient", progress=False)
        m.sensitivity(net, probe(), candidates=["int8-a8", "int8"], method="gradient",
                      progress=False)  # fmt: skip
    record = logged(tmp_path, Half(), probe(), candidates=["int8"], method="gradient")
    assert "never ran" in record.reasons[1, 0]


class Mixing(nn.Linear):
    """Instances that look at one another."""

    def __init__(self) -> None:
        super().__init__(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        found = super().forward(x)
        return found - found.mean(0) * 3


class Half(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = nn.Linear(16, 5), nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.used(x)
        return found
