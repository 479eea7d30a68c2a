"""Counts the operations of a forward pass, also those that torch has no formula for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from tensorboard_cnc.efficiency.products import may_multiply, product_formulas

if TYPE_CHECKING:
    from torch.utils._python_dispatch import TorchDispatchMode

_QUESTIONS = frozenset(
    [f"aten.{name}.default" for name in ("is_strides_like_format", "is_non_overlapping_and_dense")]
    + [f"aten.is_contiguous.{name}" for name in ("default", "memory_format")]
    + [
        f"aten.{prefix}{name}.default"
        for prefix in ("", "sym_")
        for name in ("size", "stride", "storage_offset", "numel", "is_contiguous")
    ]
    + ["aten.dim.default", "prim.layout.default", "prim.device.default"]
)


class Counted(NamedTuple):
    """FLOPs, None where no product could be counted; how often others ran that may be products."""

    flops: int | None
    uncounted: Mapping[str, int]


def counted_flops(run: Callable[[], None]) -> Counted:
    """What `run` computes, by torch's formulas and those that it lacks.

    A multiply-accumulate counts as two. Uncounted are products without a formula, and
    operations of packages that nobody knows; the most frequent come first.
    """
    from torch.utils.flop_counter import FlopCounterMode

    # Only for its formulas: it follows modules by hooks, which some wrappers break.
    formulas = FlopCounterMode(display=False, custom_mapping=product_formulas()).flop_registry
    costs, uncounted = Counter[str](), Counter[str]()
    with _separate_kernels(), _counting(formulas, costs, uncounted):
        run()
    flops = costs.total() if costs or not uncounted else None
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


def _counting(
    formulas: Mapping[Any, Callable[..., int]], costs: Counter[str], uncounted: Counter[str]
) -> TorchDispatchMode:
    """A mode that adds to `costs` what has a formula, and to `uncounted` what may need one."""
    from torch._ops import HigherOrderOperator
    from torch.utils._python_dispatch import TorchDispatchMode

    class Counting(TorchDispatchMode):  # type: ignore[no-untyped-call]
        # Such as of flex attention.
        supports_higher_order_operators = True

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            packet = getattr(func, "_overloadpacket", func)
            # A question about the layout of a tensor that is not plain.
            if str(func) in _QUESTIONS:
                return NotImplemented
            if packet not in formulas and not isinstance(func, HigherOrderOperator):
                with self:
                    taken_apart = func.decompose(*args, **kwargs)
                if taken_apart is not NotImplemented:
                    return taken_apart
            out = func(*args, **kwargs)
            name = str(packet)
            try:
                costs[name] += formulas[packet](*args, **kwargs, out_val=out)
            except Exception:
                # There is no formula, or these arguments do not fit it.
                if packet in formulas or may_multiply(name):
                    uncounted[name] += 1
            return out

    return Counting()  # type: ignore[no-untyped-call]
