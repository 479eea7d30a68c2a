"""A copy of a network in which chosen weights are compressed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.candidates.compressing import compressed
from tensorboard_cnc.candidates.names import built_in
from tensorboard_cnc.candidates.rounding import int8_inputs
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import quoted

if TYPE_CHECKING:
    from torch import nn


def applied(net: nn.Module, allocation: Mapping[str, str]) -> nn.Module:
    """A copy of `net` with the weights of these full names compressed by built-in candidates.

    Raises:
      ArgumentError: it has no weight of a name, or a candidate is no built-in one.
    """
    names = {id(each): name for name, each in net.named_parameters()}
    for name, candidate in allocation.items():
        if built_in(candidate) is None:
            raise ArgumentError(
                f"{quoted(name)} is to be compressed by {quoted(candidate)}, which is your own",
                "Only built-in candidates are known here",
                "Apply it yourself: plan.allocation says which candidate each weight gets",
            )
    found = copy.deepcopy(net)
    own = dict(found.named_parameters(remove_duplicate=False))
    modules = dict(found.named_modules(remove_duplicate=False))
    for name, candidate in allocation.items():
        if name not in own:
            raise ArgumentError(
                f"The network has no weight {quoted(name)}",
                f"The plan was made for another: this one has {len(names):,} parameters",
                "Pass the network whose sensitivity was measured",
            )
        module = modules[name.rpartition(".")[0]]
        by = built_in(candidate)
        assert by is not None
        own[name].data = compressed(own[name].data, by, type(module).__name__)
        if by.activations:
            module.register_forward_pre_hook(round_inputs)
    return found


def round_inputs(_module: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """A hook that rounds a layer's inputs to int8."""
    return tuple(
        int8_inputs(each)
        if hasattr(each, "is_floating_point") and each.is_floating_point()
        else each
        for each in inputs
    )
