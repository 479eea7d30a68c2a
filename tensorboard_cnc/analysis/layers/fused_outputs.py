"""Which output of a network a fused module's output stands for.

torch.ao folds a convolution, its batch norm and its ReLU into one module that keeps the name of
the convolution. What it gives is what the ReLU gave, not what the convolution did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorboard_cnc.analysis.layers.naming import is_fused
from tensorboard_cnc.records.sketches import TensorSketch


def fused_outputs(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> dict[int, int]:
    """Positions in `base` and `own` of outputs that belong together although their names differ."""
    pairs = {end: place for place, end in _ends(own, base) if end is not None}
    return pairs | {place: end for place, end in _ends(base, own) if end is not None}


def misnamed(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> set[str]:
    """Names that both have for outputs of which one is taken before a fused activation."""
    names = {own[place].name for place, _ in _ends(own, base)}
    return names | {base[place].name for place, _ in _ends(base, own)}


def _ends(
    fused: Sequence[TensorSketch], plain: Sequence[TensorSketch]
) -> Iterator[tuple[int, int | None]]:
    """Places in `fused` of modules that fold what `plain` computes one after the other.

    With each the place in `plain` of the last of these; None where that cannot be told.
    """
    known = {tensor.name: place for place, tensor in enumerate(plain)}
    present = {tensor.name for tensor in fused}
    for place, tensor in enumerate(fused):
        start = known.get(tensor.name)
        if tensor.role != "activation" or start is None or is_fused(plain[start].kind):
            continue
        folds_relu = "ReLU" in tensor.kind and "ReLU" not in plain[start].kind
        end = start
        for after in plain[start + 1 :]:
            ends_here = folds_relu and "ReLU" in after.kind
            if after.name in present or not (ends_here or "BatchNorm" in after.kind):
                break
            end += 1
            if ends_here:
                break
        if folds_relu:
            yield place, end if "ReLU" in plain[end].kind else None
        elif end > start:
            yield place, end
