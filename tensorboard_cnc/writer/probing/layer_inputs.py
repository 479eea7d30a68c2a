"""What a layer is given: the forms of its arguments, and another network's in the same forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.tensors.torch_tensors import dtype_name, is_torch_tensor

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Types that hold the same numbers, but for rounding.
_FLOATS = ("float64", "float32", "float16", "bfloat16")
_SIMPLE = (bool, int, float, str)


class UnfitError(ValueError):
    """Why a layer cannot be given what the same layer of another network is given."""


@dataclass(frozen=True, slots=True)
class Form:
    """A tensor argument without its values; `codes`: scale and zero point where it is quantized."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device
    codes: tuple[float, int] | None = None


# Tensors, and other arguments as they are, by their places such as "input 1" and "mask".
Forms: TypeAlias = Mapping[str, Any]


def forms_of(positional: tuple[Any, ...], named: Mapping[str, Any]) -> Forms:
    """What a call is given.

    Raises:
      UnfitError: an argument is neither a tensor nor a number or text, nor made of such.
    """
    return dict(_forms(_named(positional, named)))


def as_given(
    positional: tuple[Any, ...], named: Mapping[str, Any], forms: Forms
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of the same call in another network, copied, in the forms of this one.

    Raises:
      UnfitError: the two calls are given different things.
    """
    theirs = forms_of(positional, named)
    if theirs.keys() != forms.keys():
        raise UnfitError(f"it takes {_listed(forms)} here, {_listed(theirs)} in the base")
    for place, form in forms.items():
        _check(place, form, theirs[place])
    found = _copied(_named(positional, named), forms, "", {})
    return tuple(found.pop(f"input {place}") for place in range(len(positional))), found


def _named(positional: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    return {f"input {place}": each for place, each in enumerate(positional)} | dict(named)


def _forms(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if is_torch_tensor(value):
        yield place, _form(place, value)
    elif type(value) is dict:
        for key, each in value.items():
            yield from _forms(each, f"{place}[{key}]" if place else str(key))
    elif type(value) in (tuple, list):
        for number, each in enumerate(value):
            yield from _forms(each, f"{place}[{number}]")
    elif value is None or isinstance(value, _SIMPLE):
        yield place, value
    else:
        raise UnfitError(f"its {place} is a {type_name(value)}, which another call may change")


def _form(place: str, tensor: Tensor) -> Form:
    codes = None
    if tensor.is_quantized:
        if not str(tensor.qscheme()).startswith("torch.per_tensor"):
            raise UnfitError(f"its {place} is quantized with a scale for each channel")
        codes = (tensor.q_scale(), tensor.q_zero_point())
    return Form(tuple(tensor.shape), tensor.dtype, tensor.device, codes)


def _check(place: str, own: Any, theirs: Any) -> None:
    if isinstance(own, Form) and isinstance(theirs, Form):
        if own.shape != theirs.shape:
            raise UnfitError(f"its {place} has shape {own.shape} here, {theirs.shape} in the base")
        if _numbers(own) != _numbers(theirs):
            kinds = dtype_name(own.dtype), dtype_name(theirs.dtype)
            raise UnfitError(f"its {place} is {kinds[0]} here, {kinds[1]} in the base")
    elif type(own) is not type(theirs) or own != theirs:
        seen = [
            f"a tensor {each.shape}" if isinstance(each, Form) else shown(each)
            for each in (own, theirs)
        ]
        raise UnfitError(f"its {place} is {seen[0]} here, {seen[1]} in the base")


def _numbers(form: Form) -> str:
    """What its values are: reals of any precision, or a type that means something of its own."""
    name = dtype_name(form.dtype)
    return "reals" if form.codes is not None or name in _FLOATS else name


def _copied(value: Any, forms: Forms, place: str, copies: dict[Any, Tensor]) -> Any:
    if is_torch_tensor(value):
        # What is one tensor stays one: attention computes otherwise of several.
        key = id(value), forms[place]
        if key not in copies:
            copies[key] = _in_form(value, forms[place])
        return copies[key]
    if type(value) is dict:
        return {
            key: _copied(each, forms, f"{place}[{key}]" if place else str(key), copies)
            for key, each in value.items()
        }
    if type(value) in (tuple, list):
        return type(value)(
            _copied(each, forms, f"{place}[{number}]", copies) for number, each in enumerate(value)
        )
    return value


def _in_form(tensor: Tensor, form: Form) -> Tensor:
    import torch

    plain = tensor.dequantize() if tensor.is_quantized else tensor
    if form.codes is None:
        # A copy: layers may write into what they are given.
        return plain.to(form.device, form.dtype, copy=True)
    scale, zero_point = form.codes
    real = plain.to(form.device, torch.float32)
    return torch.quantize_per_tensor(real, scale, zero_point, form.dtype)


def _listed(forms: Forms) -> str:
    return ", ".join(forms) or "nothing"
