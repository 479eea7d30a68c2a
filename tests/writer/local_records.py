"""Activations logged with a base's network, and the errors of layers alone in them."""

from __future__ import annotations

from typing import Any

from torch import nn

from tensorboard_cnc.records.sketches import LocalError, SketchRecord
from tensorboard_cnc.writer.activations import activations_record


def record(net: nn.Module, inputs: Any, base: nn.Module, **options: Any) -> SketchRecord:
    found = activations_record("m", net, inputs, reference={"base": base}, **options)
    assert found is not None
    return found


def local(found: SketchRecord) -> dict[str, LocalError]:
    return {each.name: each.local["base"] for each in found.tensors}


def missing(found: SketchRecord) -> dict[str, str]:
    """Why there is none, by the names of outputs."""
    return {name: each.missing for name, each in local(found).items() if each.missing}
