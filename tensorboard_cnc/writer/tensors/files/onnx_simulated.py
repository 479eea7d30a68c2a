"""Weights that an ONNX graph keeps as floats and rounds when it runs, as after training for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.files.onnx_graph import Graph, attribute
from tensorboard_cnc.writer.tensors.files.onnx_quantized import Inputs, Places
from tensorboard_cnc.writer.tensors.formats.format import NotUnderstoodError
from tensorboard_cnc.writer.tensors.formats.pieces import whole
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource
from tensorboard_cnc.writer.tensors.unread_codes import LOG_VALUES

_QUANTIZE, _DEQUANTIZE = "QuantizeLinear", "DequantizeLinear"
_BITS = {f"{sign}int{bits}": bits for sign in ("", "u") for bits in (2, 4, 8, 16)}
# What both must say alike, and what says other types.
_WAYS = {"axis": 1, "block_size": 0}
_TYPES = ("output_dtype", "precision")


def with_simulated(
    graph: Graph, known: dict[str, TensorSource | Refused]
) -> tuple[dict[str, TensorSource | Refused], set[str]]:
    """The same constants, where floats that are rounded when the graph runs are what that makes.

    Those that only some operations round, or that are rounded in ways that are not read, are
    refused. Second, the names of the scales and zero points.
    """
    found, used = dict(known), set()
    for name, source in known.items():
        users = [node for node, place in graph.users[name] if place == 0]
        rounding = [node for node in users if "quant" in node.op_type.lower()]
        if not (rounding and isinstance(source, TensorSource) and _is_weight(source)):
            continue
        used |= {each for each in rounding[0].input[1:] if each in known}
        try:
            if len(graph.users[name]) > 1:
                raise NotUnderstoodError("other operations use it too")
            found[name] = _simulated(graph, rounding[0], source, known)
        except NotUnderstoodError as error:
            reason = f"{rounding[0].op_type} rounds it when the graph runs: {error}: {LOG_VALUES}"
            found[name] = Refused(name, reason, source.weights)
    return found, used


def used_as(graph: Graph, name: str) -> str:
    """Under which name operations use a constant: its own, or that of what it is rounded to."""
    for kind in (_QUANTIZE, _DEQUANTIZE):
        users = graph.users[name]
        if len(users) == 1 and users[0][0].op_type == kind and users[0][1] == 0:
            name = users[0][0].output[0]
    return name


def _is_weight(source: TensorSource) -> bool:
    return source.size > 1 and source.dtype in ("float32", "float16", "float64", "bfloat16")


def _simulated(
    graph: Graph, node: Any, source: TensorSource, known: dict[str, TensorSource | Refused]
) -> TensorSource:
    """What DequantizeLinear makes of the codes of QuantizeLinear, with the same scales."""
    after = [user for user, place in graph.users[node.output[0]] if place == 0]
    if node.op_type != _QUANTIZE or len(after) != 1 or after[0].op_type != _DEQUANTIZE:
        raise NotUnderstoodError("it is no pair of QuantizeLinear and DequantizeLinear")
    (back,) = after
    ways = [(*each.input[1:], *(attribute(each, key, usual) for key, usual in _WAYS.items()))
            for each in (node, back)]  # fmt: skip
    given = [known.get(each) for each in node.input]
    constants: Inputs = [each if isinstance(each, TensorSource) else None for each in given]
    scale, zero = (*constants, None)[1:3]
    missing = [each for each in node.input[1:] if each and each not in known]
    kind = "uint8" if zero is None else zero.dtype
    plain = not any(attribute(each, key, 0) for each in (node, back) for key in _TYPES)
    if ways[0] != ways[1] or missing or scale is None or not plain:
        raise NotUnderstoodError("its scales are computed, or differ between the two")
    if kind not in _BITS or {source.dtype, scale.dtype} != {"float32"}:
        raise NotUnderstoodError(f"{source.dtype} to {kind} by {scale.dtype} is not read")
    if zero is not None and zero.shape != scale.shape:
        raise NotUnderstoodError(f"zero points of {zero.shape} do not fit {scale.shape}")
    places = Places.of(node, source.shape, scale.shape)
    return replace(source, open=_reader_of(source, scale, zero, places, kind))


def _reader_of(
    source: TensorSource,
    scale: TensorSource,
    zero: TensorSource | None,
    places: Places | None,
    kind: str,
) -> Callable[[], Read]:
    bits = _BITS[kind]
    low = 0 if kind.startswith("u") else -(2 ** (bits - 1))

    def open_() -> Read:
        values, factors = source.open(), whole(scale)
        points = np.zeros_like(factors) if zero is None else whole(zero).astype(np.float32)

        def piece(start: int, stop: int) -> NDArray[Any]:
            at: Any = 0 if places is None else places.indices(start, stop)
            with np.errstate(all="ignore"):
                codes = np.rint(values(start, stop) / factors[at]) + points[at]
                codes = np.clip(codes, low, low + 2**bits - 1)
                found: NDArray[Any] = (codes - points[at]) * factors[at]
            return found

        return piece

    return open_
