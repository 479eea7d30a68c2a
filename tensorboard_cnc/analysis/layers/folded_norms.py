"""Which layers of a model hold the batch norms that follow them in another model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensorboard_cnc.records.sketches import TensorSketch


def folded_norms(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> list[str]:
    """Modules of `base` whose batch norm `own` has not, though it has the module itself.

    Static quantization multiplies a convolution by the scale of the batch norm behind it, so
    that its weights are others than before although the network computes the same. Training for
    it keeps the norm within the layer.
    """
    shapes = {tensor.name: tensor.shape for tensor in own}
    modules = {tensor.module for tensor in own}
    keeping = {module.rpartition(".")[0] for module in modules}
    found = []
    weights = [tensor for tensor in base if tensor.name == f"{tensor.module}.weight"]
    for layer, norm in pairwise(weights):
        follows = "BatchNorm" in norm.kind and len(layer.shape) > 1
        lacks = norm.module not in modules and layer.module not in keeping
        if follows and lacks and shapes.get(layer.name) == layer.shape:
            found.append(layer.module)
    return found
