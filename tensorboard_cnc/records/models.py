"""What is stored about models, as plain immutable values.

Times are microseconds since 1970 (UTC). `format` turns these into bytes and back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, get_args

ParameterValue: TypeAlias = "str | int | float | bool | tuple[ParameterValue, ...] | None"
Status: TypeAlias = Literal["running", "finished", "failed"]
# What a card may say or leave out; with "status" go the reason and the time of the end.
CardField: TypeAlias = Literal[
    "parents",
    "operation",
    "status",
    "description",
    "checkpoint",
    "replicate_of",
    "note",
    "tags",
    "hidden",
    "renamed",
]
ALL_CARD_FIELDS: frozenset[CardField] = frozenset(get_args(CardField))
Goal: TypeAlias = Literal["max", "min"]
# What is known of the true value: it is the measured one or more, or less.
Bound: TypeAlias = Literal["≥", "≤"]
# Of the year 9999; a later time is none.
_LAST_SECOND = 253_402_300_800
# Of more that log the same predictions, the others are restarts rather than parts.
MOST_PROCESSES = 63
BulkKind: TypeAlias = Literal["dataset", "predictions", "weights", "activations", "sensitivity"]


@dataclass(frozen=True, slots=True)
class Operation:
    """A compression step, made by `cnc_summary.operation`.

    Attributes:
      name: what is done; models with the same one stand in one column of the map.
      parameters: how it is done, in the order they were given.
    """

    name: str
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Who a model is and where it came from, as one handle says it.

    The first of `parents` is the main one. `reason` says why a model failed.
    `closed_us` is None while the model is running. `created_us` is when the handle was opened, 0
    where nobody knows. `replicate_of` is the id of a model that nothing but chance tells this one
    from, "" where there is none. What `says` does not name was left out, which is not the same as
    none, and is at its default; `merged_card` asks the other cards of the model. `renamed` is the
    name that it is shown under, "" where that is its id. A card that `edits` changes a model that
    was logged elsewhere: alone it makes none.
    """

    id: str
    parents: tuple[str, ...] = ()
    operation: Operation | None = None
    status: Status = "running"
    reason: str = ""
    description: str = ""
    checkpoint: str = ""
    created_us: int = 0
    closed_us: int | None = None
    replicate_of: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    hidden: bool = False
    renamed: str = ""
    edits: bool = False
    says: frozenset[CardField] = ALL_CARD_FIELDS


class Interval(NamedTuple):
    """Where a value lies, as often as `level` says; all finite, and low ≤ value ≤ high."""

    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric of one model: every repetition as it was measured, NaN and infinities kept.

    `step` is the training step it belongs to; `host` the machine that logged it. `conditions` are
    what else a time or a memory figure depends on, by name; none: nobody recorded them.
    `interval` is that of a single value; `bound` "≥": the true value is this or more. One that is
    `withdrawn` has no repeats: what was logged before does not count.
    """

    name: str
    repeats: tuple[float, ...]
    step: int | None = None
    logged_us: int = 0
    host: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    interval: Interval | None = None
    bound: Bound | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Metrics:
    """All that one handle measured of one model."""

    model_id: str
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on a metric: `value` itself, base + value, or base x (1 + value / 100)."""

    bound: Literal["at_most", "at_least"]
    value: float
    relation: Literal["absolute", "base_plus", "base_percent"] = "absolute"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """How to read a metric, made by `cnc_summary.metric`.

    Attributes:
      name: the name under which it is logged.
      goal: "max" or "min"; None: neither direction is better, or nobody said.
      unit: shown behind values; "B" are bytes.
      format: a d3-format specifier; "": three significant digits.
      low: the lowest value of its scale, in its unit; None where it is open.
      high: the highest value of its scale, in its unit; None where it is open.
      primary: whether it is among the few that are shown first.
      budget: the limit that models should meet.
      scalar: the tag of the ordinary scalar that it is taken from, or "".
      summary: which value of `scalar` counts, as `scalar_summary` reads it; "" is the last.
      defined_us: when it was defined, in microseconds since 1970.
      suggested: it came with the values; what a user defines goes before it.
      description: what it measures, in one line.
    """

    name: str
    goal: Goal | None = None
    unit: str = ""
    format: str = ""
    low: float | None = None
    high: float | None = None
    primary: bool = True
    budget: Budget | None = None
    scalar: str = ""
    defined_us: int = 0
    suggested: bool = False
    description: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class MetricSpecs:
    """The specs that one handle defined for its run."""

    specs: tuple[MetricSpec, ...]


@dataclass(frozen=True, slots=True)
class LoggedProblem:
    """A data error that `on_error("warn")` let pass, kept so that the page can show it."""

    message: str
    remedy: str
    logged_us: int = 0


@dataclass(frozen=True, slots=True)
class Problems:
    """The problems that one handle met while logging one model."""

    model_id: str
    problems: tuple[LoggedProblem, ...]


Record: TypeAlias = ModelCard | Metrics | MetricSpecs | Problems


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as found in a log: the run a reader shows, its tag, and the step that orders it."""

    run: str
    tag: str
    order: int
    record: Record


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk record that is listed, not read: what it is of, and where it is.

    It is hashable, and another value for each new version of its record. `model_id` is "" for a
    data set, `dataset` is "" for sketches. `run` is the one a reader shows, `stored_run`
    TensorBoard's own; a loader may know neither `step` nor `wall_time` (seconds since 1970).
    `others`: of predictions, those that other processes have logged before, the newest first.
    """

    kind: BulkKind
    run: str
    model_id: str
    dataset: str
    stored_run: str
    tag: str
    step: int | None = None
    wall_time: float | None = None
    others: tuple[Bulk, ...] = ()

    @property
    def order(self) -> tuple[float, int]:
        """The greater, the newer."""
        return -math.inf if self.step is None else self.step, self.logged_us

    @property
    def logged_us(self) -> int:
        """When it was written, as the event says; 0 where that is unknown."""
        time = self.wall_time or 0.0
        return int(time * 1e6) if 0 < time < _LAST_SECOND else 0


class ScalarPoint(NamedTuple):
    """One value of an ordinary TensorBoard scalar; `time` in seconds since 1970."""

    time: float
    step: int
    value: float


# By (run, tag), in order of time.
Scalars: TypeAlias = Mapping[tuple[str, str], Sequence[ScalarPoint]]
