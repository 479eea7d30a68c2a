"""Weights that a graph of PT2E computes from its constants: what its products get.

``convert_pt2e`` leaves the weights as they were in their modules, beside codes and scales that the
graph turns into what it multiplies with. That part of the graph depends on no input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

# Where in its arguments an operation gets its weight.
_WEIGHT_AT = {"linear": 1, "mm": 1, "addmm": 2, "embedding": 0, "convolution": 1}
_TURNS = ("aten.t.", "aten.permute.", "aten.transpose.")


def weights_in_graphs(network: nn.Module) -> dict[str, Callable[[], Any]]:
    """By the names of weights that the graphs in `network` compute, what computes them."""
    found: dict[str, Callable[[], Any]] = {}
    for prefix, module in network.named_modules():
        if any(kind.__name__ == "GraphModule" for kind in type(module).__mro__):
            start = f"{prefix}." if prefix else ""
            for path, node in _weights(module):
                found[f"{start}{path}.weight"] = partial(_value, module, node)
    return found


def _weights(module: Any) -> Iterator[tuple[str, Any]]:
    """The layers of a graph, by where they were in the network, and the nodes of their weights."""
    for node in module.graph.nodes:
        operation = str(node.target).removeprefix("aten.").partition(".")[0]
        operation = "convolution" if operation.startswith("conv") else operation
        at = _WEIGHT_AT.get(operation)
        stack = list((node.meta.get("nn_module_stack") or {}).values())
        if node.op != "call_function" or at is None or len(node.args) <= at or not stack:
            continue
        weight = node.args[at]
        if str(weight.target).startswith(_TURNS) and operation in ("mm", "addmm"):
            weight = weight.args[0]
        if weight.op == "call_function" and not _depends_on_inputs(weight):
            yield str(stack[-1][0]), weight


def _depends_on_inputs(node: Any) -> bool:
    if node.op not in ("get_attr", "call_function"):
        return True
    return any(map(_depends_on_inputs, node.all_input_nodes))


def _value(module: Any, node: Any) -> Any:
    """What a node that depends on constants alone computes."""
    from torch.fx.node import map_arg

    if node.op == "get_attr":
        found = module
        for part in str(node.target).split("."):
            found = getattr(found, part)
        return found
    args, kwargs = map_arg((node.args, node.kwargs), lambda each: _value(module, each))
    return node.target(*args, **kwargs)
