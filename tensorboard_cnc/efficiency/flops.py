"""Counts the operations of a forward pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from tensorboard_cnc.efficiency.flop_formulas import flop_formulas

if TYPE_CHECKING:
    from torch.utils._python_dispatch import TorchDispatchMode


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

    counter = FlopCounterMode(display=False, custom_mapping=flop_formulas())
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
