"""The example inputs that a model is measured on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


@dataclass(frozen=True)
class Inputs:
    """The arguments of one forward pass."""

    positional: tuple[Any, ...]
    keyword: dict[str, Any]

    @classmethod
    def of(cls, given: Any) -> Inputs:
        """A tuple is all positional arguments, a mapping all named ones, else it is one."""
        if isinstance(given, tuple):
            return cls(given, {})
        if isinstance(given, Mapping):
            return cls((), {str(name): value for name, value in given.items()})
        return cls((given,), {})

    def on(self, device: torch.device) -> Inputs:
        """The same with tensors that are elsewhere copied to `device`."""
        return Inputs(_moved(self.positional, device), _moved(self.keyword, device))

    def call(self, model: Callable[..., Any]) -> None:
        model(*self.positional, **self.keyword)

    def tensors(self) -> list[Tensor]:
        """All tensors in them."""
        return list(_tensors((self.positional, self.keyword)))

    @property
    def batch(self) -> int | None:
        """The first dimension of the first tensor that has one."""
        return next((tensor.shape[0] for tensor in self.tensors() if tensor.ndim), None)


def explain_rejection(error: Exception, model: nn.Module, inputs: Inputs) -> None:
    """Adds a note to `error`, the model's own: where it came from and which argument it met."""
    named = dict(_named_arguments(model, inputs))
    place, met = _deepest_use(error.__traceback__, model, named)
    blamed = [name for name in named if name in met] or list(named)
    where = f' in its module "{place}"' if place else ""
    arguments = "; ".join(f"{name}: {_described(named[name])}" for name in blamed)
    error.add_note(
        f"The model {type(model).__name__} raised this{where} when it was called with the "
        f"example_inputs to be measured. Look at {arguments or 'example_inputs: there are none'}."
    )


def _named_arguments(model: nn.Module, inputs: Inputs) -> Iterator[tuple[str, Any]]:
    try:
        names = list(inspect.signature(model.forward).parameters)
    except (TypeError, ValueError):
        names = []
    for number, value in enumerate(inputs.positional):
        name = f' ("{names[number]}")' if number < len(names) else ""
        yield f"argument {number + 1}{name}", value
    for name, value in inputs.keyword.items():
        yield f'argument "{name}"', value


def _deepest_use(
    trace: TracebackType | None, model: nn.Module, named: dict[str, Any]
) -> tuple[str, set[str]]:
    """The innermost module on the way to the error, and the arguments as far as they came."""
    places = {id(module): name for name, module in model.named_modules()}
    place, met = "", set[str]()
    while trace is not None:
        local = trace.tb_frame.f_locals
        place = places.get(id(local.get("self"))) or place
        present = {id(value) for value in local.values()}
        present |= {id(value) for value in local.get("args", ()) or ()}
        here = {name for name, value in named.items() if id(value) in present}
        met = here or met
        trace = trace.tb_next
    return place, met


def _described(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is None:
        return type(value).__name__
    dtype = str(getattr(value, "dtype", "")).removeprefix("torch.")
    return f"{dtype} {tuple(shape)} on {getattr(value, 'device', 'the CPU')}"


def _moved(value: Any, device: torch.device) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        return value if value.device == device else value.to(device)
    if type(value) in (tuple, list):
        return type(value)(_moved(item, device) for item in value)
    if type(value) is dict:
        return {key: _moved(item, device) for key, item in value.items()}
    return value


def _tensors(value: Any) -> Iterator[Tensor]:
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, Mapping):
        yield from _tensors(tuple(value.values()))
