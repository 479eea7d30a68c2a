"""What a tensor is called once wrappers, pruning and quantization no longer change its name."""

from __future__ import annotations

import re

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
# torch's fused modules, such as ConvReLU2d, hold what they fuse as children 0, 1, …
_FUSED = re.compile(
    r"(Conv|Linear|BatchNorm|BN)\w*(ReLU|BN|BatchNorm|Add)\w*|(LinearReLU|ConvBn\w*)"
)


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


def is_fused(kind: str) -> bool:
    """Whether modules of the class `kind` fuse several into one."""
    return _FUSED.fullmatch(kind) is not None


def parent_of(name: str) -> str:
    """The module that holds what is called `name`; "" for the network itself."""
    return name.rpartition(".")[0]
