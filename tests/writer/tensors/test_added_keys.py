"""What toolkits add to the names of a state dict is looked through, in either of two models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils.parametrizations import orthogonal, spectral_norm

from tensorboard_cnc.writer.tensors.tensor_names import plain_names
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.tensors.safetensors_maker import save

ARRAY = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
PLAIN = ("model.layers.0.q_proj.weight", "head.weight")


@pytest.mark.parametrize(
    "names",
    [
        ("base_model.model.model.layers.0.q_proj.weight", "base_model.model.head.weight"),
        ("base_model.model.model.layers.0.q_proj.base_layer.weight", "head.weight"),
        ("_orig_mod.model.layers.0.q_proj.weight", "_orig_mod.head.weight"),
        ("module._orig_mod.model.layers.0.q_proj.weight", "module._orig_mod.head.weight"),
        ("_orig_mod.module.model.layers.0.q_proj.weight", "_orig_mod.module.head.weight"),
        ("model.layers.0.q_proj.parametrizations.weight.original", "head.weight"),
        ("module.base_model.model.model.layers.0.q_proj.weight",
         "module.base_model.model.head.weight"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("file", [False, True])
def test_both_ways(names: tuple[str, str], file: bool, tmp_path: Path) -> None:
    def named(given: tuple[str, str], more: float) -> dict[str, Any]:
        return {name: ARRAY + np.float32(n + more) for n, name in enumerate(given)}

    def stored(arrays: dict[str, Any], last: str) -> Any:
        return save(tmp_path / f"{last}.safetensors", arrays) if file else arrays

    before, after = stored(named(names, 0), "before"), stored(named(names, 0.5), "after")
    for model, reference in ((after, named(PLAIN, 0)), (named(PLAIN, 0.5), before)):
        record = weights_record("m", model, reference={"base": reference})
        assert record is not None
        assert {each.name for each in record.tensors} == set(PLAIN)
        for each in record.tensors:
            assert each.module == each.name.removesuffix(".weight")
            assert each.reference["base"].sum_abs == pytest.approx(0.5 * ARRAY.size, rel=1e-6)


@pytest.mark.parametrize("parametrized", [spectral_norm, orthogonal])
def test_what_is_computed_from_more_is_not_taken_for_the_weight(parametrized: Any) -> None:
    names = list(parametrized(torch.nn.Linear(4, 4)).state_dict())
    assert plain_names(names) == {name: name for name in names}
