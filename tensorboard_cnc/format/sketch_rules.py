"""What holds of all sketches that are written: what breaks it is damage, and is never compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

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
            raise damaged(f'the tensor "{tensor.name}" has {misfit}')
    _check_positions(tensors)


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
    if not _are_sizes(totals.sum_abs, totals.sum_squares) or not math.isfinite(totals.sum):
        yield "sums that no numbers have"
    if not _are_ends(totals.low, totals.high):
        yield f"values from {totals.low} to {totals.high}"
    if tensor.stored_bytes < 0 or not _are_sizes(tensor.effective_bytes):
        yield f"{tensor.stored_bytes:,} stored and {tensor.effective_bytes} effective bytes"
    if tensor.distinct is not None and tensor.distinct < 0:
        yield f"{tensor.distinct:,} distinct values"
    yield from _unlike_lengths(tensor, n)
    yield from _histogram(tensor, n)
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


def _histogram(tensor: TensorSketch, n: int) -> Iterator[str]:
    bins, counts = tensor.bins, tensor.counts
    if bins is None or counts is None or not len(bins):
        return
    if bins[0] < -BINS or bins[-1] > BINS:
        yield "a bin outside of float32"
    # Fewer bins than counted values, so that no sum is too large.
    if (bins[1:] <= bins[:-1]).any() or counts.min() < 0 or sum(counts.tolist()) > n:
        yield "bins out of order, or more values in them than it holds"


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
    if largest is not None and (len(largest) > MOST_LARGEST or not np.isfinite(largest).all()):
        yield "largest values that are too many or not finite"


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
    elif groups and (channels.zeros.min() < 0 or not np.isfinite(channels.squares).all()):
        yield "channels with negative counts, or norms that are not finite"


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


def _are_sizes(*values: float) -> bool:
    return all(0 <= value < math.inf for value in values)


def _are_ends(low: float | None, high: float | None) -> bool:
    if low is None or high is None:
        return low is high
    return -math.inf < low <= high < math.inf


def _check_positions(tensors: Sequence[TensorSketch]) -> None:
    """Checks the positions of values in all tensors together."""
    places = [(t.largest_at, t.totals.n) for t in tensors if t.largest_at is not None]
    places += [(p.largest_at, t.totals.n) for t in tensors for p in t.reference.values()]
    lengths = [len(at) for at, _ in places]
    at = np.concatenate([at for at, _ in places]) if places else np.zeros(0, np.int64)
    if ((at < 0) | (at >= np.repeat([n for _, n in places], lengths))).any():
        raise damaged("a value has a position outside of its tensor")
