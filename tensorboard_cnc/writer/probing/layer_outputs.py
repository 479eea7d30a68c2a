"""What a layer gave: its tensors, by name, with the instance as first dimension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

_CHANNELS_LAST = ("Linear", "LayerNorm", "RMSNorm", "Embedding", "MultiheadAttention", "LSTM",
                  "GRU", "RNN")  # fmt: skip


class ShapeError(ValueError):
    """An output that does not tell its instances apart."""


def output_tensors(output: Any) -> list[tuple[str, Any]]:
    """The tensors of numbers in `output`, which may be nested, with where they are in it.

    The place is "" for the only one, else such as "[0]" or "[logits]".
    """
    found = [(place, tensor) for place, tensor in _nested(output, "") if _has_values(tensor)]
    return [("", tensor) for _, tensor in found] if len(found) == 1 else found


def by_instance(tensor: Any, instances: int) -> Any:
    """`tensor` with one row to an instance: shape (instances, …).

    Where instances were folded into rows, such as (instances · tokens, features), they are
    unfolded.

    Raises:
      ShapeError: the first dimension is no multiple of the number of instances.
    """
    if not tensor.ndim or tensor.shape[0] % instances:
        shape = tuple(tensor.shape)
        raise ShapeError(
            f"its shape {shape} does not begin with the {instances} instances of the batch"
        )
    if tensor.shape[0] == instances:
        return tensor
    return tensor.reshape(instances, -1, *tensor.shape[1:])


def unit_axis(shape: tuple[int, ...], kind: str) -> int | None:
    """The dimension of the units (channels) of an output (instances, …); None without one."""
    if len(shape) < 2:
        return None
    if len(shape) == 2 or any(each in kind for each in _CHANNELS_LAST):
        return len(shape) - 1
    # Images and signals have channels first; tokens of (instances, tokens, features) last.
    return 1 if len(shape) > 3 or kind.endswith("1d") else 2


def _nested(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if is_torch_tensor(value):
        yield place, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _nested(each, f"{place}[{key}]")
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            yield from _nested(each, f"{place}[{number}]")
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _nested(getattr(value, name), f"{place}[{name}]")


def _has_values(tensor: Any) -> bool:
    """Indices and masks are no activations."""
    return bool(tensor.is_quantized or tensor.is_floating_point() or tensor.is_complex())
