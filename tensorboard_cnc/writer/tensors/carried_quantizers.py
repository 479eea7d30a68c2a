"""Weights of networks that quantize them while they compute, by quantizers that are not read.

Such a network holds its weights as they were; compared as they are, nothing would have changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_REMEDY = "log the dequantized weights as a mapping"
# Children that quantize a module's weight: of brevitas; of ModelOpt and pytorch-quantization.
_CHILDREN = ("weight_quant", "weight_quantizer")
# Toolkits that put a forward of their own into a module; accelerate, which does so too, is none.
_TOOLKITS = (
    "aimet_torch",
    "brevitas",
    "compressed_tensors",
    "llmcompressor",
    "modelopt",
    "nncf",
    "optimum",
    "quark",
)
_NNCF = "__nncf_hooks"
_GRAPH_QUANTIZERS = ("quantized_decomposed.", "torchao.")


def unread_weights(network: Any, *, ran: bool = False) -> dict[str, str]:
    """The names of the weights that a quantizer changes, each with why they are refused.

    `ran`: the network ran, and these weights were in none of its products.
    """
    found = {}
    for name, module in network.named_modules(remove_duplicate=False):
        prefix = f"{name}." if name else ""
        if seen := _quantizer_of(module):
            found[f"{prefix}weight"] = _reason(seen, ran)
        if _NNCF in dict(module.named_children()):
            found |= {prefix + each: _reason("NNCF's hooks", ran) for each in _matrices(module)}
        if _is_graph(module):
            seen = "quantize operations in its graph"
            found |= {prefix + each: _reason(seen, ran) for each in _quantized_in_graph(module)}
    return found


def _is_graph(module: Any) -> bool:
    return any(kind.__name__ == "GraphModule" for kind in type(module).__mro__)


def _reason(quantizer: str, ran: bool) -> str:
    if ran:
        seen = f"it carries a quantizer ({quantizer}), and was in no product on these inputs"
        return f"{seen}: {_REMEDY}"
    remedy = f"pass inputs=, to see it at work, or {_REMEDY}"
    return f"it carries a quantizer ({quantizer}) that is not read: {remedy}"


def _quantizer_of(module: Any) -> str:
    """What quantizes a module's own weight when it runs, "" where nothing is seen to."""
    scheme = getattr(module, "quantization_scheme", None)
    # Of compressed-tensors; one that is for activations alone has no weights.
    if scheme is not None and getattr(scheme, "weights", scheme) is not None:
        return "quantization_scheme"
    children = dict(module.named_children())
    for name in _CHILDREN:
        if (child := children.get(name)) is not None and _is_enabled(child):
            return name
    # Not as an attribute, which would compute a parametrized one.
    weight = dict(module.named_parameters(recurse=False)).get("weight")
    plain = weight is not None and not hasattr(weight, "__tensor_flatten__")
    # Of quanto, before it is frozen; what it then computes with can be asked for.
    if plain and getattr(module, "weight_qtype", None) is not None:
        return "" if hasattr(type(module), "qweight") else "weight_qtype"
    own = vars(module).get("forward")
    path = getattr(getattr(own, "func", own), "__module__", "") or type(own).__module__
    toolkit = str(path).partition(".")[0]
    return f"a forward of {toolkit}" if own is not None and toolkit in _TOOLKITS else ""


def _is_enabled(quantizer: Any) -> bool:
    disabled = getattr(quantizer, "_disabled", False)
    return not disabled and bool(getattr(quantizer, "is_quant_enabled", True))


def _matrices(module: Any) -> Iterator[str]:
    return (name for name, each in module.named_parameters() if each.dim() > 1)


def _quantized_in_graph(module: Any) -> Iterator[str]:
    """Weights that a graph of PT2E quantizes, or keeps beside the codes that it uses instead."""
    nodes = list(module.graph.nodes)
    if not any(str(node.target).startswith(_GRAPH_QUANTIZERS) for node in nodes):
        return
    called = tuple(f"{node.target}." for node in nodes if node.op == "call_module")
    read = {node.target: node for node in nodes if node.op == "get_attr"}
    for name in _matrices(module):
        node = read.get(name)
        users = [str(user.target) for user in node.users] if node is not None else []
        quantized = any(user.startswith(_GRAPH_QUANTIZERS) for user in users)
        if quantized or (node is None and not name.startswith(called)):
            yield name
