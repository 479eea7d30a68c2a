"""Trees of arrays, as JAX and Flax keep parameters, with one name for each array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor


def flattened(model: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """{"dense": {"kernel": array}} as {"dense.kernel": array}.

    What holds anything but arrays and such mappings (a training checkpoint with the state of its
    optimizer, say) comes back as it is, and so does a mapping that is no dict: it may make its
    arrays when they are asked for.
    """
    if not isinstance(model, dict) or not any(isinstance(each, dict) for each in model.values()):
        return model
    leaves = list(_leaves(model, ""))
    return dict(leaves) if all(map(_is_array, dict(leaves).values())) else model


def _leaves(tree: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if not isinstance(key, str):
            # No name: not a tree of parameters.
            yield prefix, None
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _is_array(value: Any) -> bool:
    return is_torch_tensor(value) or hasattr(value, "__array__")
