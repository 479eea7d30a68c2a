"""Which tensor of one model is which of another, also when the architecture changed."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from tensorboard_cnc.analysis.layers.naming import (
    are_transposed,
    fused_outputs,
    misnamed,
    normalised,
    parent_of,
    without_outer,
)
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.module_kinds import is_fused

Match: TypeAlias = Literal["name", "normalised", "renamed", "shape", "transposed", "resized"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of tensors as positions in the base's and the model's list, and what is left over."""

    # By position in the base: position in the model, and how it was found.
    pairs: dict[int, tuple[int, Match]]
    unmatched_base: tuple[int, ...]
    unmatched_own: tuple[int, ...]


def align(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> Alignment:
    """Matches each tensor once, by the names of both and what is around them.

    By name, then by normalised name, then without the modules around one of the two networks,
    then by parent and shape. Outputs of fused modules are matched first, with what they stand for
    (see `fused_outputs`). What has the same name in another shape is "resized", or "transposed"
    where its axes are the other way round: such tensors are compared by totals and histograms, and
    value by value only where all values are kept or were compared when logged. Of several tensors
    with one parent and one shape, the first of the base is matched with the first of the model, and
    so on, if there are as many on both sides.
    """
    pairs: dict[int, tuple[int, Match]] = {}
    ours, theirs = dict(enumerate(base)), dict(enumerate(own))

    def match(one: int, other: int, how: Match) -> None:
        if are_transposed(ours[one], theirs[other]):
            how = "transposed"
        elif ours[one].shape != theirs[other].shape:
            how = "resized"
        pairs[one] = other, how
        del ours[one], theirs[other]

    for one, other in fused_outputs(base, own).items():
        match(one, other, "normalised")
    apart = misnamed(base, own)
    kept_apart = [_take(tensors, apart) for tensors in (ours, theirs)]
    for one, other in _alike(ours, theirs, lambda tensor: tensor.name, most=1):
        match(one, other, "name")
    fused = frozenset(t.module for t in (*base, *own) if is_fused(t.kind))
    for one, other in _alike(ours, theirs, lambda tensor: normalised(tensor.name, fused), most=1):
        match(one, other, "normalised")
    for one, other in _renamed(ours, theirs, fused):
        match(one, other, "renamed")
    for one, other in _alike(ours, theirs, lambda t: _place(t, fused)):
        match(one, other, "shape")
    left = [tuple(sorted((*kept_apart[0], *ours))), tuple(sorted((*kept_apart[1], *theirs)))]
    return Alignment(dict(sorted(pairs.items())), *left)


def _take(tensors: dict[int, TensorSketch], names: set[str]) -> list[int]:
    """Removes the tensors of these names, and returns where they were."""
    places = [place for place, tensor in tensors.items() if tensor.name in names]
    for place in places:
        del tensors[place]
    return places


def _place(tensor: TensorSketch, fused: frozenset[str]) -> Hashable:
    return parent_of(normalised(tensor.name, fused)), tensor.shape, tensor.role


def _renamed(
    ours: dict[int, TensorSketch], theirs: dict[int, TensorSketch], fused: frozenset[str]
) -> list[tuple[int, int]]:
    """Pairs whose names differ by the modules around one of the networks, the same for all."""
    found: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    named = [
        {normalised(tensor.name, fused): place for place, tensor in tensors.items()}
        for tensors in (ours, theirs)
    ]
    for within, (longer, shorter) in enumerate((named, named[::-1])):
        for name, place in longer.items():
            for inner, outer in without_outer(name):
                if inner in shorter:
                    pair = (place, shorter[inner]) if not within else (shorter[inner], place)
                    found[within, outer].append(pair)
    longest = sorted(found.values(), key=len)[-2:]
    # Of two networks within one, such as an encoder and a decoder, nobody knows which it is.
    sure = len({len(pairs) for pairs in longest}) == len(longest)
    pairs = longest[-1] if longest and sure else []
    return [(one, other) for one, other in pairs if _of_like_shape(ours[one], theirs[other])]


def _of_like_shape(one: TensorSketch, other: TensorSketch) -> bool:
    return one.role == other.role and sorted(one.shape) == sorted(other.shape)


def _alike(
    ours: dict[int, TensorSketch],
    theirs: dict[int, TensorSketch],
    key: Callable[[TensorSketch], Hashable],
    most: int = sys.maxsize,
) -> Iterable[tuple[int, int]]:
    """Pairs of equal key in their order, where both sides have as many, and at most `most`."""
    one, other = _by_key(ours, key), _by_key(theirs, key)
    return [
        pair
        for name, places in one.items()
        if len(places) == len(other.get(name, ())) <= most
        for pair in zip(places, other[name], strict=True)
    ]


def _by_key(
    tensors: dict[int, TensorSketch], key: Callable[[TensorSketch], Hashable]
) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for place, tensor in tensors.items():
        found[key(tensor)].append(place)
    return found


def with_tied_values(tensors: Sequence[TensorSketch]) -> list[TensorSketch]:
    """The tensors, those that are tied with what was sketched of the one they are tied to.

    So a tensor that is tied in one model can be compared with one of its own in another.
    """
    first = {tensor.name: tensor for tensor in tensors if not tensor.tied}
    return [_filled(tensor, first.get(tensor.tied)) for tensor in tensors]


def _filled(tensor: TensorSketch, first: TensorSketch | None) -> TensorSketch:
    if first is None or first.shape != tensor.shape:
        return tensor
    return replace(
        tensor,
        values=first.values,
        sample=first.sample,
        buckets=first.buckets,
        digest=first.digest,
        reference=first.reference,
    )


def folded_norms(base: Sequence[TensorSketch], own: Sequence[TensorSketch]) -> list[str]:
    """Modules of `base` whose batch norm `own` has not, though it has the module itself.

    Static quantization multiplies a convolution by the scale of the batch norm behind it, so
    that its weights are others than before although the network computes the same.
    """
    shapes = {tensor.name: tensor.shape for tensor in own}
    modules = {tensor.module for tensor in own}
    # Training for quantization keeps the norm within the layer.
    keeping = {module.rpartition(".")[0] for module in modules}
    found = []
    weights = [tensor for tensor in base if tensor.name == f"{tensor.module}.weight"]
    for layer, norm in pairwise(weights):
        follows = "BatchNorm" in norm.kind and len(layer.shape) > 1
        lacks = norm.module not in modules and layer.module not in keeping
        if follows and lacks and shapes.get(layer.name) == layer.shape:
            found.append(layer.module)
    return found
