"""The candidates of a call: built-in ones by name, and functions of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.candidates.compressing import bytes_of, compressed
from tensorboard_cnc.candidates.names import DEFAULT, GRAMMAR, BuiltIn, built_in
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sensitivity import MOST_CANDIDATES, Candidate, Layer
from tensorboard_cnc.wording import shown, text_of, type_name
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

if TYPE_CHECKING:
    from torch import Tensor

_OWN = (
    "A function of your own takes the weight, a tensor, and returns one of the same shape; or "
    "that and the bytes which it takes then"
)


class UnfitError(ValueError):
    """Why a weight has no such candidate."""


@dataclass(frozen=True, slots=True)
class Given:
    """A candidate: `by` where it is built in, else `function`."""

    candidate: Candidate
    by: BuiltIn | None = None
    function: Callable[[Tensor], Any] | None = None

    def applied(self, weight: Tensor, layer: Layer) -> tuple[Tensor, int]:
        """The values of the weight then, in its own type, and the bytes; −1 where unknown.

        Raises:
          UnfitError: there are none; what a function of the user's raises becomes one too.
        """
        if self.by is not None:
            size = bytes_of(layer.shape, self.by, layer.kind, weight.element_size())
            return _finite(compressed(weight, self.by, layer.kind)), size
        assert self.function is not None
        try:
            found = self.function(weight.detach().clone())
        except Exception as error:
            raise UnfitError(f"the candidate raised {text_of(error)}") from error
        values, size = found if isinstance(found, tuple) and len(found) == 2 else (found, -1)
        return _finite(_fitting(values, weight)), _checked_bytes(size)


def candidates_given(given: Any) -> list[Given]:
    """The candidates that `candidates=` names.

    Raises:
      ArgumentError: a name is none of a built-in candidate, or what it maps to no function.
    """
    if given is None:
        given = DEFAULT
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, Iterable):
        raise _refused(given, "names, or a mapping of names to functions")
    pairs = given.items() if isinstance(given, Mapping) else ((each, None) for each in given)
    found: dict[str, Given] = {}
    for name, function in pairs:
        checked = checked_name(name, "candidate")
        found[checked] = _candidate(checked, function)
    if not 0 < len(found) <= MOST_CANDIDATES:
        raise _refused(given, f"1 to {MOST_CANDIDATES} of them")
    return list(found.values())


def _candidate(name: str, function: Any) -> Given:
    if isinstance(function, str):
        by = built_in(function)
    elif function is not None:
        if not callable(function):
            raise _refused(function, "a function for each name, or the name of a built-in one")
        return Given(Candidate(name, own=True), function=function)
    else:
        function, by = name, built_in(name)
    if by is None:
        raise ArgumentError(f"There is no candidate {shown(function)}", GRAMMAR, _OWN)
    # What it is called has to say what it is: plans are applied by the name.
    return Given(Candidate(str(function)), by=by)


def _fitting(values: Any, weight: Tensor) -> Tensor:
    """`values` as a plain tensor like `weight`; a quantized one is read as what it stands for."""
    if not is_torch_tensor(values):
        raise UnfitError(f"the candidate returned {type_name(values)}, not a tensor")
    if hasattr(values, "dequantize") and (values.is_quantized or _is_subclass(values)):
        values = values.dequantize()
    if tuple(values.shape) != tuple(weight.shape):
        shapes = f"{tuple(values.shape)} for a weight {tuple(weight.shape)}"
        raise UnfitError(f"the candidate returned the shape {shapes}")
    if not values.is_floating_point():
        raise UnfitError(
            f"the candidate returned {values.dtype} values: return what they stand for"
        )
    found: Tensor = values.detach().to(weight.device, weight.dtype).contiguous()
    return found


def _is_subclass(tensor: Tensor) -> bool:
    import torch

    return type(tensor) not in (torch.Tensor, torch.nn.Parameter)


def _finite(values: Tensor) -> Tensor:
    if not bool(values.isfinite().all()):
        raise UnfitError("the compressed weight holds NaN or infinities")
    return values


def _checked_bytes(size: Any) -> int:
    try:
        found = int(size)
    except (TypeError, ValueError) as error:
        raise UnfitError(f"the candidate returned {shown(size)} bytes") from error
    if found < -1 or found > 1 << 53:
        raise UnfitError(f"the candidate returned {found:,} bytes")
    return found


def _refused(given: Any, rule: str) -> ArgumentError:
    return ArgumentError(
        f"candidates= is {shown(given)} of type {type_name(given)}",
        f"It takes {rule}",
        'Write candidates=["int8", "int4-g32"], or {"mine": my_quantizer}',
    )
