"""What a layout of quantized weights is told, and what it answers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors.tensor_names import TensorName
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)
from tensorboard_cnc.writer.tensors.unread_codes import LOG_VALUES, split


@dataclass(frozen=True)
class Checkpoint:
    """The tensors that stand together, by name, and what the checkpoint says of itself.

    `quantization` is what config.json says about it, `metadata` is that of safetensors files;
    both are empty for a mapping or a module, and hold whatever their author wrote.
    """

    tensors: Mapping[str, TensorSource]
    quantization: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)

    def beside(self, name: str, last: str) -> TensorSource | None:
        """The tensor that is called `last` in the module of the tensor `name`."""
        own = split(name)[1]
        return self.tensors.get(name.removesuffix(own) + last)

    def endings(self, name: str) -> dict[str, TensorSource]:
        """The tensors whose names begin with `name`, by what follows it; "" is itself."""
        places = range(bisect_left(self._ordered, name), len(self._ordered))
        names = map(self._ordered.__getitem__, places)
        found = takewhile(lambda each: each.startswith(name), names)
        return {each.removeprefix(name): self.tensors[each] for each in found}

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self.tensors)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The weight that codes stand for, and the names of all tensors that it is made of."""

    source: TensorSource
    used: frozenset[str]


Decode: TypeAlias = Callable[[TensorSource, Checkpoint], Decoded | Refused | None]


@dataclass(frozen=True, slots=True)
class Format:
    """A layout of quantized weights that toolkits write.

    `name` is how messages call it. `codes` matches the end of the names of tensors that hold its
    codes, from a separator on. `decode` is given each of these; it returns None where the tensor
    is not of this layout, and `Refused` where it is, but cannot be read for sure.
    """

    name: str
    codes: str
    decode: Decode

    def covers(self, name: str) -> bool:
        """Whether a tensor of this name may hold its codes."""
        return re.search(rf"(?:^|[./])(?:{self.codes})$", name) is not None


class NotUnderstoodError(Exception):
    """Codes that are of a layout, but say too little, or something else, to be read for sure.

    `weights`: how many they stand for, None where that is not known either.
    """

    def __init__(self, why: str, weights: int | None = None) -> None:
        super().__init__(why)
        self.weights = weights


def groups_named(order: TensorSource, count: int) -> NDArray[np.int64]:
    """The group of each column, as a tensor of indices names all `count` of them.

    Raises:
      NotUnderstoodError: it names others, or leaves some out.
    """
    found: NDArray[np.int64] = order.open()(0, order.size).astype(np.int64)
    if {*found.tolist()} != {*range(count)}:
        raise NotUnderstoodError(f"{split(order.name)[1]} does not name each of {count} groups")
    return found


def refused(codes: TensorSource, layout: str, why: object, weights: int | None = None) -> Refused:
    """Codes of a layout that were not understood."""
    return Refused(codes.name, f"its {layout} codes are not read: {why}: {LOG_VALUES}", weights)


def weight(
    codes: TensorSource,
    parts: Iterable[TensorSource],
    *,
    name: str,
    shape: Sequence[int],
    open_: Callable[[], Read],
    scheme: Scheme,
    storage: str,
) -> Decoded:
    """The weight of this name and shape, which `codes` and the other `parts` are read into.

    Raises:
      NotUnderstoodError: this process holds only some of the parts' values, or there are none.
    """
    others = tuple(parts)
    if any(each.held is not None for each in (codes, *others)):
        raise NotUnderstoodError("its parts are sharded")
    if prod(shape) < 1:
        raise NotUnderstoodError(f"its shape {tuple(shape)} holds no weights")
    overhead = sum(each.stored_bytes for each in others)
    source = replace(
        codes,
        name=name,
        shape=tuple(shape),
        dtype="float32",
        open=open_,
        module=codes.module or TensorName.of(name).module,
        role="parameter",
        storage=storage,
        stored_bytes=codes.stored_bytes + overhead,
        scheme=replace(scheme, overhead_bytes=overhead),
        axis=channel_axis(tuple(shape), codes.kind),
    )
    return Decoded(source, frozenset(each.name for each in (codes, *others)))


def said(mapping: Mapping[str, Any], key: str, kind: type) -> Any:
    """What a config or a JSON text says under `key`, None where it is of another type.

    True is no number.
    """
    value = mapping.get(key)
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    return value if fits else None
