"""Which tokens of the probe inputs are padding, and are left out of what layers compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.probing.probe_inputs import Batch
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

# True where a token counts, (instances, tokens) of one batch.
Mask: TypeAlias = NDArray[np.bool_]
# What tokenizers of Hugging Face call it.
_KNOWN = "attention_mask"
_TAKES = "mask= has a row to each instance, with 1 for each token that counts and 0 for padding"
_REMEDY = "Pass the array (instances, tokens), one for each batch, or the name of an argument"


def token_masks(batches: Sequence[Batch], given: Any) -> list[Mask] | None:
    """The mask of each batch; None where every token counts.

    `given` is what `m.activations` was: masks, the name of an argument, or None for the
    ``attention_mask`` that all batches may have.

    Raises:
      ArgumentError: `given` does not fit the batches.
    """
    if given is None:
        masks = [_mask(batch.named.get(_KNOWN), batch) for batch in batches]
        # Masks of other shapes say which token sees which, not which is padding.
        found = [each for each in masks if each is not None]
        return found if len(found) == len(batches) and not all(map(np.all, found)) else None
    checked = []
    for batch, each in zip(batches, _for_batches(batches, given), strict=True):
        mask = _mask(each, batch)
        if mask is None:
            raise _unfit(each)
        checked.append(mask)
    return None if all(map(np.all, checked)) else checked


def _for_batches(batches: Sequence[Batch], given: Any) -> list[Any]:
    if isinstance(given, str):
        missing = [batch for batch in batches if given not in batch.named]
        if missing:
            raise _unfit(given)
        return [batch.named[given] for batch in batches]
    if is_torch_tensor(given) or isinstance(given, np.ndarray):
        if len(given) != sum(batch.instances for batch in batches):
            raise _unfit(given)
        ends = np.cumsum([batch.instances for batch in batches])
        starts = ends - [batch.instances for batch in batches]
        return [given[start:end] for start, end in zip(starts, ends, strict=True)]
    if not isinstance(given, list | tuple) or len(given) != len(batches):
        raise _unfit(given)
    return list(given)


def _mask(given: Any, batch: Batch) -> Mask | None:
    """`given` as a mask of the batch, None where it is none."""
    if given is None:
        return None
    array = np.asarray(given.detach().cpu() if is_torch_tensor(given) else given)
    if array.ndim != 2 or len(array) != batch.instances or not np.isin(array, (0, 1)).all():
        return None
    return array.astype(bool)


def _unfit(given: Any) -> ArgumentError:
    shape = getattr(given, "shape", None)
    seen = shown(given) if shape is None else f"of shape {tuple(shape)}"
    return ArgumentError(f"mask= is {seen}, of type {type_name(given)}", _TAKES, _REMEDY)
