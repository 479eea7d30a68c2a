"""Operations that multiply and accumulate, and what they cost where torch has no formula.

MACs count products of matrices and what amounts to them. All else (activations, norms, pooling,
copies, quantizing) makes no multiply-accumulates, however often it runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

Shape: TypeAlias = Sequence[int]

# Namespaces whose operations say by their names what they compute.
_KNOWN = frozenset(
    (
        "aten", "prims", "quantized", "_quantized", "quantized_decomposed", "onednn", "mkldnn",
        "mkldnn_prepacked", "xnnpack", "sparse", "c10d", "_c10d_functional", "_dtensor", "fsdp",
        "profiler", "inductor",
    )
)  # fmt: skip
_PRODUCT = re.compile(
    r"(?:mm|mv|dot)(?:_|$)|matmul|conv(?!ert)|linear|attention|transformer|einsum|rnn|lstm|gru"
    r"|embedding_bag|linalg_|^_?fft_|cholesky|pinverse|^inverse"
)
_NO_PRODUCT = re.compile(
    r"^_{0,2}upsample|^_thnn_(?:fused|differentiable)|flatten_weight|prepack|quantize_weight"
    r"|reorder|linalg_(?:vector_norm|matrix_norm|norm|cross|check_errors|_powsum|diagonal)"
    r"|^fft_\w*(?:freq|shift)$"
)
# What packages do beside their products.
_BESIDE = re.compile(
    r"_?(?:fake_)?(?:de)?quantize|_?choose_qparams|(?:un)?pack|int8_vectorwise_(?:de)?quant"
    r"|int8_mm_dequant|nms|roi_|ps_roi_"
)


def may_multiply(operation: str) -> bool:
    """Whether an operation, such as "aten.relu", is a product or one that nobody knows."""
    namespace, _, name = operation.rpartition(".")
    if namespace in _KNOWN:
        return bool(_PRODUCT.search(name)) and not _NO_PRODUCT.search(name)
    return not _BESIDE.match(name)


def product_formulas() -> dict[Any, Callable[..., int]]:
    """The cost of kernels that FlopCounterMode does not know, of those that torch has now.

    Each formula takes the operation's arguments with shapes in place of tensors, and `out_shape`.
    """
    import torch

    found = {}
    for name, formula in _FORMULAS.items():
        namespace, _, operation = name.partition(".")
        packet = getattr(getattr(torch.ops, namespace), operation, None)
        if packet is not None:
            found[packet] = formula
    return found


def _matrix_product(left: Shape, right: Shape, *_: Any, **__: Any) -> int:
    return 2 * left[0] * left[1] * right[-1]


def _added_product(_added: Shape, left: Shape, right: Shape, *_: Any, **__: Any) -> int:
    """Matrices, batches of them that are added up, or a matrix and a vector."""
    return 2 * math.prod(left) * (right[-1] if len(right) > 1 else 1)


def _vector_product(left: Shape, *_: Any, **__: Any) -> int:
    return 2 * math.prod(left)


def _grouped_product(left: Shape, right: Shape, *_: Any, **__: Any) -> int:
    """Rows (T, K), each with its group's matrix of (G, K, N); or the other way round."""
    if len(left) == 3 and len(right) == 2:
        return 2 * left[1] * left[2] * right[1]
    return 2 * math.prod(left) * right[-1]


def _linear_layer(input: Shape, *_: Any, out_shape: Shape, **__: Any) -> int:
    """Whatever the weight is packed in: each output is a product with a row of the input."""
    return 2 * math.prod(out_shape) * input[-1]


def _sparse_left(_sparse: Shape, right: Shape, *_: Any, out_shape: Shape, **__: Any) -> int:
    return 2 * math.prod(out_shape) * right[0]


def _attention(query: Shape, key: Shape, value: Shape, *_: Any, **__: Any) -> int:
    """Scores (…, S, T) of queries (…, S, E) and keys (…, T, E), then sums of values (…, T, V)."""
    return 2 * math.prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def _packed_layer(_input: Shape, packed: Any, *_: Any, out_shape: Shape, **__: Any) -> int:
    """A linear layer or convolution: each output is a product with one row of the weight."""
    weight, _bias = packed.unpack()
    row: int = weight[0].numel()
    return 2 * math.prod(out_shape) * row


def _convolution(_input: Shape, weight: Shape, *_: Any, out_shape: Shape, **__: Any) -> int:
    return 2 * math.prod(out_shape) * math.prod(weight[1:])


def _onednn_recurrent(input: Shape, weight_ih: Shape, weight_hh: Shape, *_: Any, **__: Any) -> int:
    """Input (T, N, features); every step multiplies with both matrices."""
    return 2 * input[0] * input[1] * (math.prod(weight_ih) + math.prod(weight_hh))


def _packed_recurrent(input: Shape, _state: Any, cells: Any, *_: Any, **__: Any) -> int:
    weights = sum(math.prod(weight) for weight in _matrices([c.__getstate__() for c in cells]))
    return 2 * math.prod(input[:-1]) * weights


def _matrices(packed: Any) -> Iterator[Shape]:
    """Shapes of all matrices in the state of a packed object."""
    import torch

    if isinstance(packed, torch.Tensor):
        if packed.ndim == 2:
            yield packed.shape
    elif isinstance(packed, torch.ScriptObject):
        yield from _matrices(packed.__getstate__())
    elif isinstance(packed, tuple | list):
        for item in packed:
            yield from _matrices(item)


_PACKED = [
    *(f"quantized.linear{suffix}" for suffix in ("", "_relu", "_dynamic", "_relu_dynamic")),
    *(f"quantized.conv{d}d{suffix}" for d in (1, 2, 3) for suffix in ("", "_relu", "_dynamic")),
]
_LINEAR = [
    *(f"aten._weight_{kind}" for kind in ("int8pack_mm", "int4pack_mm", "int4pack_mm_for_cpu")),
    "aten._dyn_quant_matmul_4bit",
    "aten.mkldnn_linear",
    "aten._sparse_semi_structured_linear",
    "mkldnn._linear_pointwise",
    "onednn.qlinear_pointwise",
    "quanto.qbytes_mm",
    *(f"bitsandbytes.{kind}" for kind in ("gemv_4bit", "int8_linear_matmul", "int8_scaled_mm")),
]
_FORMULAS: dict[str, Callable[..., int]] = {
    "aten._int_mm": _matrix_product,
    "aten.mv": lambda matrix, *_, **__: 2 * math.prod(matrix),
    "aten.addmv": _added_product,
    "aten.addbmm": _added_product,
    "aten._addmm_activation": _added_product,
    "aten.dot": _vector_product,
    "aten.vdot": _vector_product,
    "aten._grouped_mm": _grouped_product,
    "aten._scaled_grouped_mm": _grouped_product,
    "aten._sparse_mm": _matrix_product,
    "aten._sparse_addmm": _added_product,
    "aten.sspaddmm": _added_product,
    "aten.hspmm": _matrix_product,
    "aten.sparse_sampled_addmm": _added_product,
    "aten._cslt_sparse_mm": _sparse_left,
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten.mkldnn_convolution": _convolution,
    "aten.mkldnn_rnn_layer": _onednn_recurrent,
    "aten.quantized_lstm": _packed_recurrent,
    "aten.quantized_gru": _packed_recurrent,
    **dict.fromkeys(_LINEAR, _linear_layer),
    **dict.fromkeys(_PACKED, _packed_layer),
}
