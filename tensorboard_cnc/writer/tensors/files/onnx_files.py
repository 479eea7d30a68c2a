"""Reads ONNX: the constants of its graph, and the weights that it dequantizes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.files.contents import Contents, needed
from tensorboard_cnc.writer.tensors.files.onnx_graph import Graph, module_of
from tensorboard_cnc.writer.tensors.files.onnx_quantized import Inputs, blockwise, dequantized
from tensorboard_cnc.writer.tensors.files.onnx_simulated import used_as, with_simulated
from tensorboard_cnc.writer.tensors.files.onnx_tensors import tensor_source
from tensorboard_cnc.writer.tensors.files.stored_file import LocalFile, StoredFile, damaged
from tensorboard_cnc.writer.tensors.formats.format import Decoded, NotUnderstoodError
from tensorboard_cnc.writer.tensors.tensor_names import TensorName
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.turned import turned
from tensorboard_cnc.writer.tensors.unread_codes import LOG_VALUES

# What a message of protobuf holds at most.
_LARGEST = 2**31
_SMALL_CODES = ("int8", "uint8", "int16", "uint16", "int4", "uint4", "int2", "uint2")


def read(files: Sequence[StoredFile], _like: Collection[str] = ()) -> Contents:
    """The weights of a model, under the names that its graph gives them.

    Raises:
      ArgumentError: the package onnx is missing, the file is damaged, or names data elsewhere.
      OSError: it cannot be read.
    """
    (file,) = files
    if not isinstance(file, LocalFile):
        raise ArgumentError(
            f"{file} is elsewhere", "ONNX is read from this machine", "Download it first"
        )
    graph = _graph(file)
    known: dict[str, TensorSource | Refused] = {}
    for name, (proto, initializer) in graph.constants.items():
        found = tensor_source(name, proto, file)
        if found is not None:
            known[name] = _in_its_role(found, initializer=initializer)
    for name in graph.ambiguous:
        known[name] = Refused(name, "two constants of the graph have its name")
    for name in graph.sparse:
        known[name] = Refused(name, "it is sparse: store it dense")
    return Contents(_weights(graph, *with_simulated(graph, known)))


def _graph(file: LocalFile) -> Graph:
    onnx = needed("onnx", file, "onnx")
    if (size := file.size()) > _LARGEST:
        raise damaged(file, f"has {size:,} bytes", "Beyond 2 GiB, data lie in files of their own")
    try:
        model = onnx.load_model(file.path, load_external_data=False)
        graph = Graph.of(model)
    except OSError:
        raise
    except Exception as error:
        # Protobuf and the package have errors of their own.
        raise damaged(file, "is not an ONNX file", "It is one message of protobuf") from error
    if not model.HasField("graph"):
        raise damaged(file, "holds no graph", "A model has one")
    return graph


def _in_its_role(source: TensorSource | Refused, *, initializer: bool) -> TensorSource | Refused:
    """Numbers alone, and lists within the graph, are settings of operations."""
    if isinstance(source, Refused):
        return source
    setting = source.size < 2 or (not initializer and len(source.shape) < 2)
    return replace(source, role="buffer") if setting else source


def _weights(
    graph: Graph, known: dict[str, TensorSource | Refused], used: set[str]
) -> list[TensorSource | Refused]:
    """`used`: the names of what others are made of."""
    found: dict[str, TensorSource | Refused] = {}
    ways: dict[str, Any] = {}
    for node in graph.nodes:
        stored = _codes_of(node)
        if stored not in known:
            continue
        way = (node.op_type, [*node.input][1:], sorted(map(str, node.attribute)))
        if ways.setdefault(stored, way) != way:
            reason = f"two operations read its codes differently: {LOG_VALUES}"
            found[stored] = Refused(found[stored].name, reason)
        if stored not in found:
            found[stored], parts = _decoded(graph, node, stored, known)
            used |= parts
    return [
        found[name] if name in found else _plain(name, each, graph)
        for name, each in known.items()
        if name in found or name not in used
    ]


def _codes_of(node: Any) -> str:
    """The name of the codes that a node dequantizes, "" for other nodes."""
    if node.op_type == "DequantizeLinear" and node.input:
        return str(node.input[0])
    if node.op_type == "MatMulNBits" and len(node.input) > 1:
        return str(node.input[1])
    return ""


def _decoded(
    graph: Graph, node: Any, stored: str, known: dict[str, TensorSource | Refused]
) -> tuple[TensorSource | Refused, set[str]]:
    """The weight that a node reads, and the names of the tensors that it is made of."""
    blocks = node.op_type == "MatMulNBits"
    value = stored if blocks else node.output[0]
    name, is_turned = graph.name_of(stored, value)
    # Its weight has the outputs first, unlike the constant that a graph multiplies with.
    is_turned |= blocks and name != f"{module_of(node)}.weight"
    given = [known.get(each) for each in node.input]
    constants: Inputs = [each if isinstance(each, TensorSource) else None for each in given]
    missing = [each for each in node.input[1 + blocks :] if each and each not in known]
    parts = {each for each in node.input if each in known}
    try:
        if missing:
            raise NotUnderstoodError(f"{missing[0]} is computed")
        answer: Decoded = (blockwise if blocks else dequantized)(node, constants, name)
    except NotUnderstoodError as error:
        codes = known[stored]
        count = codes.size if isinstance(codes, TensorSource) and not blocks else None
        reason = f"its codes are not read ({node.op_type}): {error}: {LOG_VALUES}"
        return Refused(name, reason, count), parts
    source = answer.source
    if source.size < 2:
        source = replace(source, role="buffer")
    return (turned(source, (1, 0)) if is_turned and len(source.shape) == 2 else source), parts


def _plain(name: str, source: TensorSource | Refused, graph: Graph) -> TensorSource | Refused:
    if isinstance(source, Refused):
        return source
    if source.dtype in _SMALL_CODES and source.size > 1:
        users = {node.op_type for node, _ in graph.users[name]} or {"nothing"}
        reason = f"it holds {source.dtype} codes for {', '.join(sorted(users))}: {LOG_VALUES}"
        return Refused(name, reason, source.size)
    called, is_turned = graph.name_of(name, used_as(graph, name))
    place = TensorName.of(called)
    found = replace(source, name=called, module=place.module)
    return turned(found, (1, 0)) if is_turned and len(source.shape) == 2 else found
