"""What tensors are called without wrappers, and which outputs those of fused modules stand for.

torch.ao folds a convolution, its batch norm and its ReLU into one module that keeps the name of
the convolution. What it gives is what the ReLU gave, not what the convolution did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.module_kinds import axes_between, is_fused

# Modules that wrap another and add their own name to it.
_WRAPPERS = frozenset(
    {
        "module",
        "_orig_mod",
        "_fsdp_wrapped_module",
        "_checkpoint_wrapped_module",
        "base_model",
        "base_layer",
        "parametrizations",
        "_packed_params",
        "activation_post_process",
        "weight_fake_quant",
    }
)
_LEAVES = {
    "weight_orig": "weight",
    "bias_orig": "bias",
    "original": "",
    "original0": "",
    "qweight": "weight",
    "weight_quantized": "weight",
    "_weight": "weight",
    "_bias": "bias",
    "w": "weight",
    "kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
}
# Modules around a network, such as "base_model.model.transformer".
_MOST_OUTER = 3


def normalised(name: str, fused: frozenset[str] = frozenset()) -> str:
    """`name` without what wraps the tensor; `fused` are modules whose child 0 stands for them."""
    parts: list[str] = []
    path = ""
    for part in name.split("."):
        inside_fused = path in fused and part == "0"
        path = f"{path}.{part}" if path else part
        if part not in _WRAPPERS and not inside_fused:
            parts.append(part)
    if parts and (leaf := _LEAVES.get(parts[-1])) is not None:
        parts[-1:] = [leaf] if leaf else []
    return ".".join(parts)


def parent_of(name: str) -> str:
    """The module that holds what is called `name`; "" for the network itself."""
    return name.rpartition(".")[0]


def without_outer(name: str) -> Iterator[tuple[str, str]]:
    """What may be left of `name` where another model lacks modules around it, and these."""
    parts = name.split(".")
    for depth in range(1, min(len(parts) - 1, _MOST_OUTER + 1)):
        yield ".".join(parts[depth:]), ".".join(parts[:depth])


def are_transposed(one: TensorSketch, other: TensorSketch) -> bool:
    """Whether two tensors of one layer have their inputs along different axes."""
    turned = len(one.shape) == 2 and one.shape == other.shape[::-1] != other.shape
    return turned or axes_between(one, other) is not None


def fused_outputs(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> dict[int, int]:
    """Positions in `base` and `own` of outputs that belong together although their names differ."""
    pairs = {end: place for place, end in _ends(own, base) if end is not None}
    return pairs | {place: end for place, end in _ends(base, own) if end is not None}


def misnamed(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> set[str]:
    """Names of outputs that both have, where one of the two lies before a fused activation."""
    names = {own[place].name for place, _ in _ends(own, base)}
    return names | {base[place].name for place, _ in _ends(base, own)}


def _ends(
    fused: Sequence[TensorSketch], plain: Sequence[TensorSketch]
) -> Iterator[tuple[int, int | None]]:
    """Places in `fused` of modules that fold what `plain` computes one after the other.

    With each the place in `plain` of the last of these; None where that is not known.
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
