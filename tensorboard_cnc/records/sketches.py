"""What is stored about a model's weights or activations, as immutable values.

A sketch stands for a tensor of n values: exact totals, and two samples from which any two
sketches of tensors of one shape can be compared. Positions are row-major indices into the
tensor. Arrays are read-only; a field is None where nothing was logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Subject: TypeAlias = Literal["weights", "activations"]
Role: TypeAlias = Literal["parameter", "buffer", "activation"]

# What a sketch holds at most: all values of a small tensor, a sample, sums in buckets, channels
# that are counted together, and the largest values and changes.
MOST_WHOLE, MOST_SAMPLED, MOST_GROUPS, MOST_LARGEST = 4096, 2048, 256, 64
BUCKETS = (512, 256)
# Bins of one sign of the histogram; from the last on come infinities and NaN.
BINS = 2040
# Groups of M neighbours with at most N values that are not zero, as (N, M).
PATTERNS = ((2, 4), (4, 8))


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a tensor is quantized; a field is None where it does not apply or nobody said.

    `bits` per stored value; `group`: how many values share a scale (None: the whole tensor);
    `axis`: the dimension along which scales run, for one scale per channel; `scales`: how many
    there are; `overhead_bytes` of scales, zero points and codebooks together; `low` and `high`:
    the ends of the codes, for saturation.
    """

    bits: float
    algorithm: str = ""
    symmetric: bool | None = None
    group: int | None = None
    axis: int | None = None
    scales: int = 0
    overhead_bytes: int = 0
    low: int | None = None
    high: int | None = None
    # Values stored as the lowest or the highest code.
    saturated: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Exact sums over the finite values, in float64; `low` and `high` are None where none is.

    `n` counts all values, `zeros` those equal to 0, the next three what is not finite.
    """

    n: int
    zeros: int
    nan: int
    positive_infinite: int
    negative_infinite: int
    low: float | None
    high: float | None
    sum: float
    sum_abs: float
    sum_squares: float


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """Totals over each of at most 256 groups of neighbouring channels along `axis`.

    `size` values are in each channel; `channels` is the number of channels before grouping;
    `zeros` int64 (g,), `squares` float64 (g,); `dead`: channels of nothing but zeros.
    For activations a channel is a unit: `saturated` are those at one value in all positions.
    """

    axis: int
    channels: int
    size: int
    zeros: NDArray[np.int64]
    squares: NDArray[np.float64]
    dead: int
    saturated: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PairTotals:
    """Exact comparison with the tensor of another model, streamed at log time; Δ = own − theirs.

    Over `n` positions finite in both: `zero_both`, `zero_before` (theirs alone), `zero_after`
    (own alone); Σ|Δ|, ΣΔ², Σ own·theirs; `max_abs` |Δ| at position `max_at`; `bins` int64 (9,):
    see `CHANGE_CLASSES` in `sketches.change_classes`; `largest_at` int64 (≤ 64,) and
    `largest` float64: the largest changes Δ.
    """

    n: int
    zero_both: int
    zero_before: int
    zero_after: int
    sum_abs: float
    sum_squares: float
    dot: float
    max_abs: float
    max_at: int
    bins: NDArray[np.int64]
    largest_at: NDArray[np.int64]
    largest: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LocalError:
    """How what a layer outputs differs from the base's, given the input of the base's; exact.

    Over `n` positions finite in both: `before` the sum of the base's squares, `squares` ΣΔ².
    `missing`: why nothing is known, "" where it is.
    """

    n: int = 0
    before: float = 0.0
    squares: float = 0.0
    missing: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TensorSketch:
    """One tensor of a model.

    `name` is its full name without wrappers ("encoder.0.weight"), `module` that of the module
    it belongs to ("encoder.0"), `kind` the class of that module ("Linear"), "" where unknown.
    `dtype` is that of its values, `storage` that of what is stored for them. `stored_bytes`:
    what it takes as it is stored, scales included; `effective_bytes`: in the smallest of dense
    form, bitmap and index form of its non-zero values, at its bits per value.
    `tied`: name of the tensor that holds the same memory and was logged instead.
    `bins` int32 (b,) ascending and `counts` int64 (b,): the histogram on fixed edges.
    `conforming`: of the groups of M neighbours along axis 1 (the inputs), how many have at most N
    non-zero values, by (N, M): (conforming, groups). `distinct`: number of distinct values,
    where it is at most 1,024. `digest`: 64 bits, equal where all values are equal.
    `largest_at` int64 (≤ 64,), `largest` float32: the largest |x|.
    `values`: all values, float32 (n,), of small tensors; otherwise `sample` float32 (k,), the
    coordinated sample (24 bits of each, 16 of 16-bit floats), and `buckets` float64 (m,) of float32
    precision, the CountSketch.
    `reference`: exact comparison with the tensors of that name, by the other model's id. `local`:
    of outputs of layers the error of the layer alone, likewise.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    totals: Totals
    module: str = ""
    kind: str = ""
    role: Role = "parameter"
    storage: str = ""
    stored_bytes: int = 0
    effective_bytes: float = 0.0
    scheme: Scheme | None = None
    tied: str = ""
    bins: NDArray[np.int32] | None = None
    counts: NDArray[np.int64] | None = None
    channels: Channels | None = None
    conforming: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    distinct: int | None = None
    digest: int | None = None
    largest_at: NDArray[np.int64] | None = None
    largest: NDArray[Any] | None = None
    values: NDArray[np.float32] | None = None
    sample: NDArray[np.float32] | None = None
    buckets: NDArray[np.float64] | None = None
    reference: Mapping[str, PairTotals] = field(default_factory=dict)
    local: Mapping[str, LocalError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class SketchRecord:
    """All tensors of one model, in the order of the network.

    `fingerprint` is that of the probe inputs, for activations: two models can be compared only
    where it is the same; `instances`: how many inputs there were. `refused`: tensors that were
    not logged, by name, and why; `refused_weights`: how many weights are in each, 0 of what is
    none, by name too where that is known.
    """

    subject: Subject
    model_id: str
    tensors: tuple[TensorSketch, ...]
    fingerprint: str = ""
    instances: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    refused_weights: Mapping[str, int] = field(default_factory=dict)
    logged_us: int = 0
