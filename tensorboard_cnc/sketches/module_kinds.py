"""What the classes of modules and the names of tensors tell of how values are laid out in them."""

from __future__ import annotations

import re
from typing import Protocol

# torch's fused modules, such as ConvReLU2d, hold what they fuse as children 0, 1, …
_FUSED = re.compile(
    r"(Conv|Linear|BatchNorm|BN)\w*(ReLU|BN|BatchNorm|Add)\w*|(LinearReLU|ConvBn\w*)"
)


class Laid(Protocol):
    """A tensor of a module of the class `kind`, "" where that is unknown."""

    @property
    def name(self) -> str:
        """Its full name."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its dimensions."""

    @property
    def kind(self) -> str:
        """The class of its module."""


def is_fused(kind: str) -> bool:
    """Whether modules of the class `kind` fuse several into one."""
    return _FUSED.fullmatch(kind) is not None


def share_positions(one: Laid, other: Laid) -> bool:
    """Whether the values at one position of both belong together."""
    if one.shape != other.shape:
        return False
    if len(one.shape) < 2:
        return True
    layouts = {_inputs_first(one), _inputs_first(other)}
    if True not in layouts or len(layouts) == 1:
        return True
    # Where only one layout is known, the shape tells whether the other can be another one.
    return None in layouts and one.shape != _turned(one.shape, _axes(one))


def axes_between(one: Laid, other: Laid) -> tuple[int, ...] | None:
    """The order of dimensions in which the values of `other` stand where those of `one` do.

    Keras and Flax store (spatial…, inputs, outputs), torch (outputs, inputs, spatial…). None where
    both are laid out alike, where nothing tells that they are not, or their shapes do not fit.
    """
    layouts = {_inputs_first(one), _inputs_first(other)}
    apart = True in layouts and len(layouts) == 2 and len(one.shape) == len(other.shape) > 1
    if not apart or any("Transpose" in each.kind for each in (one, other)):
        return None
    axes = _axes(other)
    fits = one.shape == _turned(other.shape, axes)
    return axes if fits and (None not in layouts or one.shape != other.shape) else None


def _inputs_first(tensor: Laid) -> bool | None:
    """Whether inputs come before outputs, as in Keras, Flax, and the Conv1D of GPT-2.

    None where neither name nor class tells.
    """
    if tensor.kind == "Conv1D" or tensor.name.rpartition(".")[2] == "kernel":
        return True
    return False if tensor.kind else None


def _axes(tensor: Laid) -> tuple[int, ...]:
    """The order of its dimensions in the other layout."""
    last = len(tensor.shape) - 1
    if _inputs_first(tensor):
        return (last, last - 1, *range(last - 1))
    return (*range(2, last + 1), 1, 0)


def _turned(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(shape[axis] for axis in axes)
