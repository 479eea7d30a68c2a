from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from demo.language.compression import (
    PARTS,
    Int8Linear,
    int8_weights,
    pruned,
    restored,
    weights_of,
)
from demo.language.text import Text
from demo.language.transformer import BLOCKS, LanguageModel
from tensorboard_cnc import cnc_summary


def changed(one: nn.Module, other: nn.Module) -> Iterator[str]:
    for (name, before), after in zip(one.named_parameters(), other.parameters(), strict=True):
        if not torch.equal(before, after):
            yield name


@pytest.mark.parametrize(
    ("part", "modules"),
    [
        ("norms", 2 * BLOCKS + 1),
        ("queries", BLOCKS),
        ("attention", 4 * BLOCKS),
        ("feed-forward", 2 * BLOCKS),
        ("later blocks", BLOCKS // 2 * 8),
        ("all", BLOCKS * 8 + 4),
    ],
)
def test_each_module_of_a_part_loses_its_smallest(
    part: str, modules: int, net: LanguageModel
) -> None:
    found = pruned(net, 0.3, PARTS[part])
    names = {name for name, _ in weights_of(net, PARTS[part])}
    assert len(names) == modules
    assert set(changed(net, found)) == {f"{name}.weight" for name in names}
    before = dict(weights_of(net, PARTS[part]))
    for name, weight in weights_of(found, PARTS[part]):
        zero = weight == 0
        assert int(zero.sum()) == round(0.3 * weight.numel())
        assert before[name][zero].abs().max() <= before[name][~zero].abs().min()


def test_what_is_restored_is_as_it_was(net: LanguageModel) -> None:
    broken = pruned(net, 0.3, PARTS["all"])
    healed = restored(broken, net, PARTS["norms"])
    assert set(changed(broken, healed)) == {
        name for name, _ in net.named_parameters() if "norm" in name and "weight" in name
    }
    assert list(changed(restored(broken, net, PARTS["all"]), net)) == []


def test_int8_is_within_half_a_step(net: LanguageModel, text: Text) -> None:
    quantized = int8_weights(net)
    layers = [m for m in quantized.modules() if isinstance(m, Int8Linear)]
    assert len(layers) == 6 * BLOCKS + 1
    before = net.next.weight
    after = layers[-1].weight * layers[-1].weight_scale
    assert ((before - after).abs() <= before.abs().amax(1, keepdim=True) / 254 * 1.001).all()
    tokens = text.tokens[:96].view(2, 48)
    with torch.no_grad():
        torch.testing.assert_close(quantized(tokens), net(tokens), atol=0.05, rtol=0.05)


def test_int8_counts_as_the_network_it_was(net: LanguageModel, text: Text) -> None:
    tokens = text.tokens[:96].view(2, 48)
    full = cnc_summary.measure(net, tokens, repeats=1)
    int8 = cnc_summary.measure(int8_weights(net), tokens, repeats=1)
    assert int8.parameters == full.parameters
    assert int8.macs == full.macs
    assert full.effective_bytes is not None
    assert int8.effective_bytes is not None
    assert int8.effective_bytes < full.effective_bytes / 2
