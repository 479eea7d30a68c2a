"""The constants and operations of an ONNX graph, with those of the graphs inside it."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# What the exporter of torch calls constants that it has computed, such as transposed weights.
_GENERATED = re.compile(r"onnx::\w+_\d+|\d+|.+\.MatMul\.weight")
# Of those that use a value, the first tell what it is.
_MOST_USERS = 100
# Operations that are given the codes of a weight, and its scales and zero points after these.
_WITH_CODES = ("QLinearConv", "QLinearMatMul", "QGemm")
_CODES, _ZERO_POINT = 3, 5
# The number of protobuf for an attribute that is a whole number.
_WHOLE = 2
# What tools of quantization add to the names of tensors and nodes.
_QUANTIZED = re.compile(r"(?:_quantized|_quant|_DQ_Q\d+|_Q\d+(?:G\d+)?|_QInt\d+)$")


@dataclass(frozen=True, slots=True)
class Graph:
    """`constants` by name, with whether each is an initializer; `users` of a value, by its name.

    `ambiguous`: names that two constants have, in graphs beside each other; `sparse`: names.
    """

    constants: dict[str, tuple[Any, bool]] = field(default_factory=dict)
    nodes: list[Any] = field(default_factory=list)
    users: dict[str, list[tuple[Any, int]]] = field(default_factory=lambda: defaultdict(list))
    ambiguous: set[str] = field(default_factory=set)
    sparse: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, model: Any) -> Graph:
        """All of a model.

        Raises:
          ValueError: a name is no text.
        """
        graph = cls()
        left = deque([model.graph, *model.functions])
        while left:
            part = left.popleft()
            for each in getattr(part, "initializer", ()):
                graph._add(each.name, each, initializer=True)
            graph.sparse.extend(
                each.values.name for each in getattr(part, "sparse_initializer", ())
            )
            for node in part.node:
                graph._add_node(node)
                left.extend(_inner(node))
        return graph

    def _add(self, name: str, proto: Any, *, initializer: bool) -> None:
        _check_texts(name)
        if name in self.constants:
            self.ambiguous.add(name)
        self.constants[name] = proto, initializer

    def _add_node(self, node: Any) -> None:
        _check_texts(node.name, node.op_type, *node.input, *node.output)
        if node.op_type in _WITH_CODES and len(node.input) > _ZERO_POINT:
            self._add_node(_dequantizing(node))
        self.nodes.append(node)
        for place, name in enumerate(node.input):
            self.users[name].append((node, place))
        if node.op_type == "Constant" and len(node.output) == 1:
            for attribute in node.attribute:
                if attribute.name == "value":
                    self._add(node.output[0], attribute.t, initializer=False)
                elif attribute.name == "sparse_value":
                    self.sparse.append(node.output[0])

    def name_of(self, stored: str, value: str) -> tuple[str, bool]:
        """What a weight is called that is `stored` so, and whether it is stored inputs first.

        `value`: under which name operations use it. A name that an exporter has made up says
        nothing; that of the operation tells the module, whose weight has the outputs first.
        """
        plain = _QUANTIZED.sub("", stored)
        if _GENERATED.fullmatch(plain):
            for node, place in self.users[value][:_MOST_USERS]:
                last = {1: "weight", 2: "bias"}.get(place)
                module = module_of(node)
                if node.op_type in _LAYERS and last and module:
                    turned = last == "weight" and _is_turned(node)
                    return f"{module}.{last}", turned
        return plain, False


def _dequantizing(node: Any) -> Any:
    """What such an operation does to its weight, as an operation of its own.

    Scales are one in all, or one for each output: of a convolution along the first dimension.
    """
    first = node.op_type == "QLinearConv" or attribute(node, "transB", 0)
    inputs = node.input[_CODES : _ZERO_POINT + 1]
    found = type(node)(
        op_type="DequantizeLinear", input=inputs, output=[f"{inputs[0]} of {node.name}"]
    )
    found.attribute.add(name="axis", i=0 if first else -1, type=_WHOLE)
    return found


def _check_texts(*names: Any) -> None:
    for name in names:
        # So protobuf gives what is not UTF-8.
        if not isinstance(name, str):
            raise ValueError(f"{name!r} is not a text")


_LAYERS = ("MatMul", "Gemm", "Conv", "ConvTranspose", "MatMulNBits")


def module_of(node: Any) -> str:
    """The module of torch that "/encoder/layers/layers.0/fc/MatMul" is of; "" for other names."""
    if not node.name.startswith("/"):
        return ""
    found: list[str] = []
    for part in node.name[1:].split("/")[:-1]:
        if found and part.startswith(f"{found[-1]}."):
            found.pop()
        found.append(part)
    return ".".join(found)


def attribute(node: Any, name: str, usual: Any = None) -> Any:
    """A whole number that a node has under this name."""
    return next((each.i for each in node.attribute if each.name == name), usual)


def _is_turned(node: Any) -> bool:
    if node.op_type == "Gemm":
        return not attribute(node, "transB", 0)
    return bool(node.op_type == "MatMul")


def _inner(node: Any) -> Iterator[Any]:
    for each in node.attribute:
        if each.HasField("g"):
            yield each.g
        yield from each.graphs
