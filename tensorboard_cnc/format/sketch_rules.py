"""What holds of all sketches that are written: what breaks it is damage, and is never compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.format.bounds import DIMENSIONS, MODULE_DEPTH, NAME_CHARACTERS
from tensorboard_cnc.format.refusals import damaged
from tensorboard_cnc.records.sketches import (
    BINS,
    BUCKETS,
    MOST_GROUPS,
    MOST_LARGEST,
    MOST_SAMPLED,
    MOST_WHOLE,
    PATTERNS,
    Channels,
    PairTotals,
    Scheme,
    TensorSketch,
)

_MOST_BITS = 256
# What a row of the comparison takes, beside its name.
_MADE_OF_MODULE = 2000
_NONE = np.zeros(0, np.int64)


def check_names(tensors: Iterable[tuple[str, ...]]) -> None:
    """Checks all texts of all tensors, the name first.

    Raises:
      DamagedRecordError: one is too long, or two tensors have one name.
    """
    seen: set[str] = set()
    for texts in tensors:
        if texts[0] in seen:
            raise damaged(f'it has the tensor "{texts[0][:100]}" twice')
        seen.add(texts[0])
        if max(map(len, texts)) > NAME_CHARACTERS:
            raise damaged(f'the tensor "{texts[0][:100]}…" has a name that is too long')


def module_bytes(modules: Iterable[str]) -> int:
    """About the memory that the tree of all modules takes in a comparison.

    Raises:
      DamagedRecordError: modules are too deep within one another.
    """
    known: set[str] = set()
    total = 0
    for module in set(modules):
        if module.count(".") > MODULE_DEPTH:
            raise damaged(f'"{module[:100]}…" lies more than {MODULE_DEPTH} modules deep')
        while module and module not in known:
            known.add(module)
            total += _MADE_OF_MODULE + len(module)
            module = module.rpartition(".")[0]
    return total


def check(tensors: Sequence[TensorSketch]) -> None:
    """Checks that each tensor can be compared.

    Raises:
      DamagedRecordError: one cannot.
    """
    for tensor in tensors:
        for misfit in _misfits(tensor):
            raise _misfit(tensor, misfit)
    # What arrays hold, in those of all tensors together: one by one it takes far longer.
    _check_histograms([t for t in tensors if t.bins is not None])
    _check_largest([t for t in tensors if t.largest is not None])
    _check_channels([t for t in tensors if t.channels is not None])
    _check_positions(tensors)


def _misfit(tensor: TensorSketch, misfit: str) -> DamagedRecordError:
    return damaged(f'the tensor "{tensor.name}" has {misfit}')


def _misfits(tensor: TensorSketch) -> Iterator[str]:
    if len(tensor.shape) > DIMENSIONS or min(tensor.shape, default=0) < 0:
        yield f"{len(tensor.shape)} dimensions, or a negative one"
    n = math.prod(tensor.shape)
    totals = tensor.totals
    if totals.n != n:
        yield f"counts of {totals.n:,} of {n:,} values"
    counted = (totals.zeros, totals.nan, totals.positive_infinite, totals.negative_infinite)
    if min(counted) < 0 or sum(counted) > n:
        yield "a negative count, or counts more values than it holds"
    sums_are_sizes = _is_size(totals.sum_abs) and _is_size(totals.sum_squares)
    if not sums_are_sizes or not math.isfinite(totals.sum):
        yield "sums that no numbers have"
    if not _are_ends(totals.low, totals.high):
        yield f"values from {totals.low} to {totals.high}"
    if tensor.stored_bytes < 0 or not _is_size(tensor.effective_bytes):
        yield f"{tensor.stored_bytes:,} stored and {tensor.effective_bytes} effective bytes"
    if tensor.distinct is not None and tensor.distinct < 0:
        yield f"{tensor.distinct:,} distinct values"
    yield from _unlike_lengths(tensor, n)
    yield from _samples(tensor, n)
    yield from _patterns(tensor)
    yield from _channels(tensor.channels, tensor.shape) if tensor.channels else ()
    yield from _scheme(tensor.scheme) if tensor.scheme else ()
    for pair in tensor.reference.values():
        yield from _pair(pair, n)


def _unlike_lengths(tensor: TensorSketch, n: int) -> Iterator[str]:
    if tensor.values is not None and len(tensor.values) != n:
        yield f"{len(tensor.values):,} values, not {n}"
    for of, each in ((tensor.bins, tensor.counts), (tensor.largest_at, tensor.largest)):
        if of is None or each is None:
            if of is not each:
                yield "bins without counts, or positions without values"
        elif len(of) != len(each):
            yield f"{len(each):,} counts or values of {len(of):,} bins or positions"


def _samples(tensor: TensorSketch, n: int) -> Iterator[str]:
    values, sample, buckets = tensor.values, tensor.sample, tensor.buckets
    if (sample is None) != (buckets is None):
        yield "a sample without sums in buckets, or sums without a sample"
    if values is not None and len(values) > MOST_WHOLE:
        yield f"{len(values):,} values, of {MOST_WHOLE:,} at most"
    if sample is not None:
        k, most = len(sample), min(n, MOST_SAMPLED)
        if not 1 <= k <= most or k & (k - 1):
            yield f"a sample of {k:,} values, which is not a power of 2 up to {most:,}"
    if buckets is not None and len(buckets) not in BUCKETS:
        yield f"{len(buckets):,} buckets, neither 256 nor 512"
    largest = tensor.largest
    if largest is not None and len(largest) > MOST_LARGEST:
        yield f"{len(largest):,} largest values, which are too many"


def _patterns(tensor: TensorSketch) -> Iterator[str]:
    if not set(tensor.conforming).issubset(PATTERNS):
        yield "a pattern of groups that is not known"
    if any(not 0 <= fit <= groups for fit, groups in tensor.conforming.values()):
        yield "more groups that conform than groups"


def _channels(channels: Channels, shape: tuple[int, ...]) -> Iterator[str]:
    axis, groups = channels.axis, len(channels.zeros)
    plain = (channels.axis, channels.channels, channels.size, channels.dead)
    if any(each is None or each < 0 for each in plain) or (channels.saturated or 0) < 0:
        yield "a negative number of channels, or none"
    elif axis >= len(shape) or channels.channels != shape[axis]:
        yield f"{channels.channels:,} channels along axis {axis} of the shape {shape}"
    if groups != len(channels.squares) or groups > MOST_GROUPS:
        yield f"{groups:,} groups of channels and {len(channels.squares):,} norms"


def _scheme(scheme: Scheme) -> Iterator[str]:
    counts = (scheme.group, scheme.axis, scheme.saturated)
    given = (scheme.scales, scheme.overhead_bytes, *(each or 0 for each in counts))
    if any(each is None or each < 0 for each in given) or not 0 <= scheme.bits <= _MOST_BITS:
        yield "a scheme of quantization with negative counts"


def _pair(pair: PairTotals, n: int) -> Iterator[str]:
    counts = (pair.zero_both, pair.zero_before, pair.zero_after)
    if not 0 <= pair.n <= n or min(counts) < 0 or sum(counts) > pair.n:
        yield "a comparison that counts more values than it holds"
    if pair.bins.min() < 0 or sum(pair.bins.tolist()) > n or not 0 <= pair.max_at <= n:
        yield "a comparison with negative counts"
    # Sums over float64 may be infinite.
    if not min(pair.sum_abs, pair.sum_squares, pair.max_abs) >= 0:
        yield "a comparison with sums that no numbers have"
    largest = pair.largest
    if len(largest) > MOST_LARGEST or len(largest) != len(pair.largest_at):
        yield f"a comparison with {len(largest):,} changes at {len(pair.largest_at):,} positions"
    elif np.isnan(largest).any():
        yield "a comparison with a change that is no number"


def _is_size(value: float) -> bool:
    return 0 <= value < math.inf


def _are_ends(low: float | None, high: float | None) -> bool:
    if low is None or high is None:
        return low is high
    return -math.inf < low <= high < math.inf


def _check_histograms(tensors: Sequence[TensorSketch]) -> None:
    bins, at = _joined([tensor.bins for tensor in tensors])
    counts, _ = _joined([tensor.counts for tensor in tensors])
    _refuse(tensors, at[(bins < -BINS) | (bins > BINS)], "a bin outside of float32")
    falling = (bins[1:] <= bins[:-1]) & (at[1:] == at[:-1])
    # In float64, where no sum is too large, and exact up to 2⁵³ values.
    held = np.bincount(at, counts, len(tensors))
    too_many = np.flatnonzero(held > [float(tensor.totals.n) for tensor in tensors])
    for wrong in (at[1:][falling], at[counts < 0], too_many):
        _refuse(tensors, wrong, "bins out of order, or more values in them than it holds")


def _check_largest(tensors: Sequence[TensorSketch]) -> None:
    largest, at = _joined([tensor.largest for tensor in tensors])
    _refuse(tensors, at[~np.isfinite(largest)], "largest values that are not finite")


def _check_channels(tensors: Sequence[TensorSketch]) -> None:
    channels = [tensor.channels for tensor in tensors if tensor.channels]
    zeros, at = _joined([each.zeros for each in channels])
    squares, _ = _joined([each.squares for each in channels])
    wrong = (zeros < 0) | ~np.isfinite(squares)
    _refuse(tensors, at[wrong], "channels with negative counts, or norms that are not finite")


def _joined(arrays: Sequence[NDArray[Any] | None]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The values of all arrays, one after the other, and the place of the array that each is of."""
    known = [_NONE if array is None else array for array in arrays]
    places = np.repeat(np.arange(len(known)), [len(array) for array in known])
    return np.concatenate(known) if known else _NONE, places


def _refuse(tensors: Sequence[TensorSketch], wrong: NDArray[np.intp], misfit: str) -> None:
    """Refuses the first of the tensors that are `wrong`, if any is."""
    if len(wrong):
        raise _misfit(tensors[wrong[0]], misfit)


def _check_positions(tensors: Sequence[TensorSketch]) -> None:
    """Checks the positions of values in all tensors together."""
    places = [(t.largest_at, t.totals.n) for t in tensors if t.largest_at is not None]
    places += [(p.largest_at, t.totals.n) for t in tensors for p in t.reference.values()]
    positions, of = _joined([at for at, _ in places])
    n = np.array([n for _, n in places], np.int64)
    if ((positions < 0) | (positions >= n[of])).any():
        raise damaged("a value has a position outside of its tensor")
