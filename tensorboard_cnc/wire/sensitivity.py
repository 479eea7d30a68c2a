"""The ``sensitivity`` route: what each layer bears, and the allocations that follow from it."""

from __future__ import annotations

from typing import Literal, TypedDict

SensitivityMethod = Literal["exact", "gradient"]
# Divergence of probabilities; squared change relative to the outputs' mean square; what a score of
# the user's own loses.
SensitivityDamage = Literal["kl", "squared error", "score"]
ExportFormat = Literal["json", "torchao", "llm-compressor", "regex"]


class SensitivityLayer(TypedDict):
    """One weight. `name` is its full name, `module` its module's."""

    name: str
    module: str
    kind: str
    shape: list[int]
    dense_bytes: int
    # Other names of the same weight.
    tied: list[str]


class SensitivityCandidate(TypedDict):
    """A way to compress a layer; `own`: a function of the user's."""

    name: str
    own: bool


class SensitivityCells(TypedDict):
    """Rows by layer, in each a value by candidate; null: not measured, or not finite."""

    damage: list[list[float | None]]
    # 95 % interval; null where nothing tells how far a damage is off.
    low: list[list[float | None]]
    high: list[list[float | None]]
    # What the layer takes then; null where that is unknown.
    bytes: list[list[int | None]]
    # Its place among all layers by this candidate, 1 the most harmed: at best and at worst, as far
    # as layers are told apart; null without a damage.
    rank_first: list[list[int | None]]
    rank_last: list[list[int | None]]


class SensitivityReason(TypedDict):
    """Why a cell has no number; `broken`: outputs were not finite, which is worse than any."""

    layer: int
    candidate: int
    words: str
    broken: bool


class SensitivityStep(TypedDict):
    """One more layer that changes its candidate, and what the network is after it."""

    layer: int
    candidate: int
    # Of the whole network.
    bytes: int
    # The sum of the layers' damages, and an interval that allows for how far sums were off.
    damage: float
    low: float | None
    high: float | None


class SensitivityUniform(TypedDict):
    """One candidate for all layers that it can be measured on, `layers` of them."""

    candidate: int
    layers: int
    bytes: int
    predicted: float
    # Null where it was not measured as a whole.
    measured: float | None
    low: float | None
    high: float | None


class SensitivityTrial(TypedDict):
    """An allocation that was measured as a whole."""

    # Null where those of a candidate are unknown.
    bytes: int | None
    predicted: float
    # Null where its outputs were not finite.
    measured: float | None


class SensitivityAdditivity(TypedDict):
    """How many times the sum of its layers an allocation's damage was."""

    trials: int
    low: float
    median: float
    high: float


class SensitivityRefusal(TypedDict):
    """A weight that is no row, and why."""

    name: str
    reason: str


class Sensitivity(TypedDict):
    """Answer of ``sensitivity``."""

    key: str
    method: SensitivityMethod
    damage: SensitivityDamage
    # What the user calls the score; "" where it is none.
    score: str
    # "nats", or "".
    unit: str
    instances: int
    # 0 where outputs are no sequences.
    tokens: int
    groups: int
    seconds: float
    layers: list[SensitivityLayer]
    candidates: list[SensitivityCandidate]
    cells: SensitivityCells
    reasons: list[SensitivityReason]
    refused: list[SensitivityRefusal]
    # How many cells were measured or have a reason.
    known: int
    # Of the network as it is, and of what no layer holds.
    dense_bytes: int
    other_bytes: int
    # The candidate of each layer before the first step, −1 as it is; what that takes and costs.
    start: list[int]
    start_bytes: int
    start_damage: float
    steps: list[SensitivityStep]
    uniform: list[SensitivityUniform]
    trials: list[SensitivityTrial]
    additivity: SensitivityAdditivity | None


class SensitivityExport(TypedDict):
    """Answer of ``sensitivity`` at the level "export": an allocation as text."""

    format: ExportFormat
    text: str
