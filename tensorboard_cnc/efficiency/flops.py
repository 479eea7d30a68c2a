"""Counts the operations of a forward pass, also those that torch has no formula for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from torch.utils._python_dispatch import TorchDispatchMode

Shape: TypeAlias = Sequence[int]


class Counted(NamedTuple):
    """FLOPs, None where none of the operations could be counted; how often others ran."""

    flops: int | None
    uncounted: Mapping[str, int]


def counted_flops(run: Callable[[], None]) -> Counted:
    """What `run` computes, by torch's FlopCounterMode and the formulas that it lacks.

    A multiply-accumulate counts as two. Uncounted are all other operations but views and
    allocations, which compute nothing; the most frequent come first.
    """
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False, custom_mapping=_formulas())
    uncounted = Counter[str]()
    # The outer mode, so that it sees what the counter has taken apart.
    with _separate_kernels(), _listing(counter.flop_registry, uncounted), counter:
        run()
    counted = bool(counter.get_flop_counts()) or not uncounted
    flops = int(counter.get_total_flops()) if counted else None
    return Counted(flops, dict(uncounted.most_common()))


@contextmanager
def _separate_kernels() -> Iterator[None]:
    """Without the fused transformer layer, which hides all its products from the counter."""
    from torch.backends import mha

    before = mha.get_fastpath_enabled()
    mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        mha.set_fastpath_enabled(before)


def _listing(known: Container[Any], uncounted: Counter[str]) -> TorchDispatchMode:
    """A mode that adds to `uncounted` what runs and is not `known`."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Listing(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            packet = getattr(func, "_overloadpacket", func)
            computes = not getattr(func, "is_view", False) and "empty" not in str(packet)
            if packet not in known and computes:
                uncounted[str(packet)] += 1
            return func(*args, **(kwargs or {}))

    return Listing()  # type: ignore[no-untyped-call]


def _formulas() -> dict[Any, Callable[..., int]]:
    """The cost of integer and CPU kernels that FlopCounterMode does not know, if torch has them.

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
    return 2 * left[0] * left[1] * right[1]


def _attention(query: Shape, key: Shape, value: Shape, *_: Any, **__: Any) -> int:
    """Scores (…, S, T) of queries (…, S, E) and keys (…, T, E), then sums of values (…, T, V)."""
    return 2 * math.prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def _packed_layer(_input: Shape, packed: Any, *_: Any, out_shape: Shape, **__: Any) -> int:
    """A linear layer or convolution: each output is a product with one row of the weight."""
    weight, _bias = packed.unpack()
    row: int = weight[0].numel()
    return 2 * math.prod(out_shape) * row


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
_FORMULAS: dict[str, Callable[..., int]] = {
    "aten._int_mm": _matrix_product,
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten.mkldnn_rnn_layer": _onednn_recurrent,
    "aten.quantized_lstm": _packed_recurrent,
    "aten.quantized_gru": _packed_recurrent,
    **dict.fromkeys(_PACKED, _packed_layer),
}
