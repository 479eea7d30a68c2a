"""What one call of a layer gives, as rows: one to each instance, or to each token that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

if TYPE_CHECKING:
    from torch import Tensor


class ShapeError(ValueError):
    """An output that does not tell its instances apart."""


def output_tensors(output: Any) -> list[tuple[str, Tensor]]:
    """The tensors of numbers in `output`, which may be nested, with where they are in it.

    The place is "" for the only one, else such as "[0]" or "[logits]".
    """
    found = [(place, tensor) for place, tensor in _nested(output, "") if _has_values(tensor)]
    return [("", tensor) for _, tensor in found] if len(found) == 1 else found


def rows_of(
    tensor: Tensor, instances: int, mask: NDArray[np.bool_] | None, kind: str
) -> tuple[Tensor, bool]:
    """`tensor` with one row to an instance, and whether its rows are the tokens that count instead.

    Those are the rows of outputs (instances, tokens, features…) of modules of the class `kind`
    where a `mask` says which tokens are padding. Where instances were folded into rows, such as
    (instances · tokens, features), they are unfolded.

    Raises:
      ShapeError: the first dimension is not a multiple of the number of instances.
    """
    if not tensor.ndim or tensor.shape[0] % instances:
        shape = tuple(tensor.shape)
        raise ShapeError(
            f"its shape {shape} does not begin with the {instances} instances of the batch"
        )
    whole = tensor.shape[0] == instances
    rows = tensor if whole else tensor.reshape(instances, -1, *tensor.shape[1:])
    padded = mask is not None and rows.dim() > 2 and not kind.endswith("1d")
    if mask is None or not padded or tuple(rows.shape[:2]) != mask.shape:
        return rows, False
    return _without_padding(rows, mask), True


def _without_padding(rows: Tensor, mask: NDArray[np.bool_]) -> Tensor:
    """(tokens that count, features…) of (instances, tokens, features…)."""
    import torch

    kept = torch.from_numpy(np.flatnonzero(mask)).to(rows.device)
    return rows.flatten(0, 1).index_select(0, kept)


def _nested(value: Any, place: str) -> Iterator[tuple[str, Tensor]]:
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


def _has_values(tensor: Tensor) -> bool:
    """Whether it holds activations; indices and masks do not count."""
    return bool(tensor.is_quantized or tensor.is_floating_point() or tensor.is_complex())
