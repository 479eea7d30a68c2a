"""Weights that a state dict or a file keeps as what torch computes them from.

``torch.nn.utils.prune`` keeps ``weight_orig`` and ``weight_mask``; weight norm the directions
``weight_v`` and their lengths ``weight_g``; spectral norm ``weight_orig``, which is divided by
uᵀ W v. Parametrizations keep ``parametrizations.weight.original`` and numbers of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.formats.pieces import whole
from tensorboard_cnc.writer.tensors.tensor_names import TensorName
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)

Source: TypeAlias = TensorSource | Refused
# The places, in another array, of what stands beside the positions from the first to the second.
_Places: TypeAlias = Callable[[int, int], NDArray[np.int64]]

_UNKNOWN = (
    "it is kept as what it is computed from, in a way that its names do not tell: log the network "
    "itself, or its weights as a mapping"
)
_TOGETHER = (
    "it is kept as what it is computed from: log the network itself, or a dict of all tensors"
)
_PARAMETRIZED = re.compile(
    r"(?P<module>(?:.*\.)?)parametrizations\.(?P<own>\w+)\.(?P<part>original\d*|\d+\..+)$"
)
# What stands beside each other, by the ends of names.
_MASKED, _NORMED, _SPECTRAL = ("_orig", "_mask"), ("_v", "_g"), ("_orig", "_u", "_v")
_PIECE = 2**18
# How well the vectors of spectral norm fit a weight that they belong to, and another.
_FITS, _FITS_NOT = 0.98, 0.9


def masked(source: Source, cover: Source) -> Source:
    """What forward computes with; both tensors are stored, and both are counted."""
    if isinstance(source, Refused):
        return source
    if isinstance(cover, Refused):
        return replace(cover, name=source.name, weights=source.weights)
    if source.shape != cover.shape:
        reason = f"its mask has shape {cover.shape} instead of {source.shape}"
        return Refused(source.name, reason, source.weights)
    stored = source.stored_bytes + cover.stored_bytes
    return replace(source, open=lambda: _masked_reader(source, cover), stored_bytes=stored)


def _masked_reader(source: TensorSource, cover: TensorSource) -> Read:
    values, mask = source.open(), cover.open()

    def read(start: int, stop: int) -> NDArray[Any]:
        found: NDArray[Any] = values(start, stop) * mask(start, stop).astype(np.float32)
        return found

    return read


def refused_singly(found: Iterable[Source], names: Iterable[str]) -> Iterator[Source]:
    """The same, one by one, where what would be computed from several is refused instead.

    `names` are those of all of them.
    """
    computed = computed_names([*names])
    told = set()
    for each in found:
        name = computed.get(each.name, each.name)
        if name == each.name:
            yield each
        elif name not in told:
            told.add(name)
            yield Refused(name, _TOGETHER, None)


def computed_names(names: Collection[str]) -> dict[str, str]:
    """By the names of what computed weights are kept as, the names of these."""
    known = set(names)
    found: dict[str, str] = {}
    for name in names:
        if place := _PARAMETRIZED.match(name):
            found[name] = place["module"] + place["own"]
        for ends in (_MASKED, _NORMED, _SPECTRAL):
            stem = name.removesuffix(ends[0])
            parts = [stem + end for end in ends]
            if stem != name and stem not in known and known.issuperset(parts):
                found |= dict.fromkeys(parts, stem)
    return found


def with_computed(sources: Iterable[Source]) -> list[Source]:
    """The same, with weights in place of what they are computed from, or why they are refused."""
    found = list(sources)
    # Pruning may be of what another computation begins with, and the other way round.
    for _ in range(2):
        names = computed_names([each.name for each in found])
        if not names:
            break
        found = _replaced(found, names)
    return found


def _replaced(sources: list[Source], names: Mapping[str, str]) -> list[Source]:
    parts: dict[str, dict[str, Source]] = {}
    for each in sources:
        if each.name in names:
            parts.setdefault(names[each.name], {})[each.name] = each
    made = {name: _computed(name, held) for name, held in parts.items()}
    found = []
    for each in sources:
        name = names.get(each.name)
        if name is None:
            found.append(each)
        elif name in made:
            found.append(made.pop(name))
    return found


def _computed(name: str, held: Mapping[str, Source]) -> Source:
    parts = {each.name: each for each in held.values() if isinstance(each, TensorSource)}
    unread = next((each for each in held.values() if isinstance(each, Refused)), None)
    if unread is not None:
        return replace(unread, name=name)
    answer = _answer({_end(name, each): source for each, source in parts.items()})
    if answer is None:
        return Refused(name, _UNKNOWN, max(each.size for each in parts.values()))
    if isinstance(answer, Refused):
        return replace(answer, name=name)
    module = TensorName.of(name).module
    return replace(answer, name=name, module=module, axis=channel_axis(answer.shape))


def _end(name: str, part: str) -> str:
    """What a part is called beside the others of its weight."""
    found = _PARAMETRIZED.match(part)
    return found["part"] if found is not None else part.removeprefix(name)


def _answer(parts: Mapping[str, TensorSource]) -> Source | None:
    """The weight that parts stand for, None where they do not tell."""
    match dict(parts):
        case {"_orig": original, "_mask": mask, **others} if not others:
            return masked(original, mask)
        case {"original": original, "0.mask": mask, **others} if not others:
            return masked(original, mask) if _is_mask(mask, original) else None
        case {"_g": lengths, "_v": directions, **others} if not others:
            return _normed(directions, lengths)
        case {"original0": lengths, "original1": directions, **others} if not others:
            return _normed(directions, lengths)
        case {"_orig": original, "_u": left, "_v": right, **others} if not others:
            return _spectral(original, left, right)
        case {"original": original, "0._u": left, "0._v": right, **others} if not others:
            return _spectral(original, left, right)
    return None


def _is_mask(mask: TensorSource, original: TensorSource) -> bool:
    values = whole(mask)
    return mask.shape == original.shape and bool(((values == 0) | (values == 1)).all())


def _normed(directions: TensorSource, lengths: TensorSource) -> TensorSource | None:
    """Directions with these lengths, along all dimensions but one, or all.

    Salimans & Kingma, Weight Normalization (2016).
    """
    shape, sizes = directions.shape, lengths.shape or (1,) * len(directions.shape)
    fits = len(sizes) == len(shape) and all(
        size in (1, full) for size, full in zip(sizes, shape, strict=True)
    )
    if not fits or sum(size > 1 for size in sizes) > 1:
        return None
    axis = next((at for at, size in enumerate(sizes) if size > 1), None)
    places = _along(shape, axis)

    def open_() -> Read:
        read = directions.open()
        squares = _summed(directions, places, lengths.size, lambda values, _: values * values)
        with np.errstate(all="ignore"):
            factors = whole(lengths) / np.sqrt(squares)
        return lambda start, stop: _times(read(start, stop), factors[places(start, stop)])

    return replace(directions, open=open_,
                   stored_bytes=directions.stored_bytes + lengths.stored_bytes)  # fmt: skip


def _spectral(
    original: TensorSource, left: TensorSource, right: TensorSource
) -> TensorSource | None:
    """A weight over uᵀ W v, its largest singular value as the two vectors have it.

    Miyato et al., Spectral Normalization for GANs (2018). W has the outputs first, which are the
    second dimension of a transposed convolution's.
    """
    shape = original.shape
    sides = [
        axis
        for axis in range(min(2, len(shape)))
        if shape[axis] == left.size and left.size * right.size == original.size
    ]
    found = {axis: _projected(original, axis, whole(right)) for axis in sides}
    u = whole(left)
    alike = {
        axis: abs(u @ each) / max(float(np.linalg.norm(u) * np.linalg.norm(each)), 1e-30)
        for axis, each in found.items()
    }
    chosen = max(alike, key=alike.__getitem__, default=None)
    others = [each for axis, each in alike.items() if axis != chosen]
    if chosen is None or (others and not (alike[chosen] > _FITS and max(others) < _FITS_NOT)):
        return None
    sigma = float(u @ found[chosen])

    def open_() -> Read:
        read = original.open()
        return lambda start, stop: _times(read(start, stop), 1 / sigma)

    stored = original.stored_bytes + left.stored_bytes + right.stored_bytes
    return replace(original, open=open_, stored_bytes=stored) if sigma else None


def _projected(original: TensorSource, axis: int, right: NDArray[Any]) -> NDArray[np.float64]:
    """W v, with the dimension `axis` of the weight as the rows of W."""
    rows, columns = _along(original.shape, axis), _across(original.shape, axis)
    return _summed(
        original, rows, original.shape[axis], lambda values, at: values * right[columns(*at)]
    )


def _summed(
    source: TensorSource,
    places: _Places,
    count: int,
    of: Callable[[NDArray[Any], tuple[int, int]], NDArray[Any]],
) -> NDArray[np.float64]:
    """Sums by place over all values, in pieces."""
    read, sums = source.open(), np.zeros(count)
    for start in range(0, source.size, _PIECE):
        stop = min(start + _PIECE, source.size)
        values = of(read(start, stop).astype(np.float64), (start, stop))
        sums += np.bincount(places(start, stop), values, count)
    return sums


def _along(shape: tuple[int, ...], axis: int | None) -> _Places:
    """Where positions of a tensor lie along one dimension; 0 where it is None."""
    if axis is None:
        return lambda start, stop: np.zeros(stop - start, np.int64)
    inner, length = prod(shape[axis + 1 :]), shape[axis]
    return lambda start, stop: np.arange(start, stop) // inner % length


def _across(shape: tuple[int, ...], axis: int) -> _Places:
    """Where positions of a tensor lie in what is left when a dimension is taken out."""
    inner, length = prod(shape[axis + 1 :]), shape[axis]

    def places(start: int, stop: int) -> NDArray[np.int64]:
        at = np.arange(start, stop)
        found: NDArray[np.int64] = at // (inner * length) * inner + at % inner
        return found

    return places


def _times(values: NDArray[Any], by: Any) -> NDArray[np.float32]:
    with np.errstate(all="ignore"):
        found: NDArray[np.float32] = (values * by).astype(np.float32)
    return found
