"""What each weight of a network does to its outputs when it alone is compressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Method: TypeAlias = Literal["exact", "gradient"]
# KL divergence of the network's probabilities, nats; squared change of its outputs, relative to
# their mean square; or what a score of the user's own loses.
Damage: TypeAlias = Literal["kl", "squared error", "score"]
METHODS: tuple[Method, ...] = get_args(Method)
DAMAGES: tuple[Damage, ...] = get_args(Damage)
Floats: TypeAlias = NDArray[np.float64]

MOST_GROUPS = 32
MOST_LAYERS = 4096
MOST_CANDIDATES = 64
MOST_TRIALS = 256
# A weight that an allocation leaves as it is.
KEPT = -1


@dataclass(frozen=True, slots=True)
class Layer:
    """One weight: its full name, the class of its module, and the bytes that it takes as it is.

    `module` is the name of its module, and `tied` are the other names of the same memory.
    """

    name: str
    module: str
    kind: str
    shape: tuple[int, ...]
    dense_bytes: int
    tied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to compress one weight: a built-in one by its name, or a function of the user's."""

    name: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Trials:
    """Allocations that were measured whole, to see whether the damages of layers add up.

    `chosen` (k, layers): the candidate of each layer, `KEPT` where there is none. `mean` (k,) and
    `groups` (k, groups) are as in `Sensitivity`.
    """

    chosen: NDArray[np.int64]
    mean: Floats
    groups: Floats


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The damage of each candidate to each layer, on one probe.

    Attributes:
      model_id: the model whose network was measured.
      method: "exact": the layer was compressed and the network run. "gradient": the second-order
        change that the weights' change predicts.
      damage: what was measured at the output.
      fingerprint: of the probe inputs; `network`: of all parameters and buffers.
      instances: of the probe; `tokens`: those that count, 0 where outputs are no sequences.
      sizes: (groups,) instances, or tokens, in each group of instances.
      layers, candidates: rows and columns of what follows.
      bytes: (layers, candidates) that the weight takes then; −1: unknown.
      mean: (layers, candidates) damage per instance, or token; NaN: not measured, ∞: outputs
        were not finite.
      groups: (layers, candidates, groups) the same in each group, to 4.5 %; NaN as in `mean`.
      other_bytes: of all parameters and buffers that are no layers.
      reasons: why a cell was not measured or is ∞, by row and column.
      refused: weights that are no rows, and why.
      trials: allocations that were measured whole.
      score: what the user's own damage is called.
      seconds: that measuring took.
    """

    model_id: str
    method: Method
    damage: Damage
    fingerprint: str
    network: str
    instances: int
    tokens: int
    sizes: NDArray[np.int64]
    layers: tuple[Layer, ...]
    candidates: tuple[Candidate, ...]
    bytes: NDArray[np.int64]
    mean: Floats
    groups: Floats
    other_bytes: int
    reasons: Mapping[tuple[int, int], str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    trials: Trials | None = None
    score: str = ""
    seconds: float = 0.0
    logged_us: int = 0
