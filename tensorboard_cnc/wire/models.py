"""The answer of the ``models`` route."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from tensorboard_cnc.wire.values import NonFinite, ParameterValue


class Operation(TypedDict):
    """The step that made a model; a non-finite parameter is given as its NonFinite name."""

    name: str
    parameters: dict[str, ParameterValue]


class Interval(TypedDict):
    """Where a value lies, as often as `level` (between 0 and 1) says."""

    low: float
    high: float
    level: float


class Metric(TypedDict):
    """One metric of one model. `value` is the median of `repeats`, null where not finite."""

    value: float | None
    repeats: list[float | None]
    step: int | None
    # The value where it is not finite.
    nonfinite: NotRequired[NonFinite]
    # Of a single value, where it was logged.
    interval: NotRequired[Interval]
    # The true value is this or more, or less.
    bound: NotRequired[Literal["≥", "≤"]]
    # The machine that logged it.
    host: NotRequired[str]
    # What else the value depends on, such as threads and versions.
    conditions: NotRequired[dict[str, str]]
    # What a reader should know of it, in words.
    note: NotRequired[str]
    # The run it came from, where that is not the model's.
    run: NotRequired[str]
    # The ordinary TensorBoard scalar it was taken from.
    scalar: NotRequired[str]


class Logged(TypedDict):
    """What else was logged of a model."""

    predictions: list[str]
    weights: bool
    activations: bool
    # Only where it was logged.
    sensitivity: NotRequired[bool]


class Model(TypedDict):
    """One node of the lineage. A "missing" model is a parent that nobody logged."""

    key: str
    id: str
    run: str | None
    # Keys; the first is the main parent.
    parents: list[str]
    # Those of `parents` that were chosen among several models of the same id.
    assumed: NotRequired[list[str]]
    operation: Operation | None
    status: Literal["running", "finished", "failed", "missing"]
    # Running, and nothing of it was logged for three hours: it may have been killed.
    silent: NotRequired[bool]
    # Missing, and perhaps only because not all of the log directory has been read.
    unread: NotRequired[bool]
    # Why it failed.
    reason: NotRequired[str]
    description: NotRequired[str]
    checkpoint: NotRequired[str]
    # The name that it is shown under; its id stays what it is.
    renamed: NotRequired[str]
    # What somebody wrote about it.
    note: NotRequired[str]
    tags: NotRequired[list[str]]
    # Left out of the page until hidden models are asked for.
    hidden: NotRequired[bool]
    created: float | None
    # When anything of it was last logged.
    updated: float | None
    # The same number in all models that nothing but a seed tells apart, where there are several.
    replicate_group: NotRequired[int]
    # Key of the model it is said to be a replicate of.
    replicate_of: NotRequired[str]
    metrics: dict[str, Metric]
    logged: Logged


class Budget(TypedDict):
    """A limit: value, base + value ("base_plus"), or base x (1 + value/100) ("base_percent")."""

    bound: Literal["at_most", "at_least"]
    value: float
    relation: Literal["absolute", "base_plus", "base_percent"]


class MetricSpec(TypedDict):
    """How to read one metric. `guessed`: nobody defined the goal, it is inferred from the name."""

    name: str
    goal: Literal["max", "min"] | None
    guessed: bool
    unit: str
    # A d3-format specifier, or "" for three significant digits.
    format: str
    low: float | None
    high: float | None
    primary: bool
    budget: Budget | None
    scalar: str
    # What it measures, in one line; "" where nobody said.
    description: str
    # Which value of the scalar counts, where that is not the last.
    summary: NotRequired[str]
    # The two units in which models seem to have logged it; its values are not compared.
    mixed: NotRequired[str]


class OperationSummary(TypedDict):
    """One kind of operation, with all parameter names seen, in order of first appearance."""

    name: str
    parameters: list[str]
    # Those of `parameters` that only tell replicates apart.
    seeds: list[str]
    models: int


class Problem(TypedDict):
    """Something that could not be read or resolved. The rest is shown all the same."""

    message: str
    remedy: str
    # Null where it concerns no single run, model (key) or tag.
    run: str | None
    model: str | None
    tag: str | None


class Suggestion(TypedDict):
    """What somebody might log of models that look like replicates, which nobody said they are."""

    message: str
    remedy: str
    # Keys of the first of them.
    models: list[str]


class Models(TypedDict):
    """Answer of the ``models`` route; models in order of creation, missing ones last."""

    models: list[Model]
    metrics: list[MetricSpec]
    operations: list[OperationSummary]
    datasets: list[str]
    problems: list[Problem]
    # At most five.
    suggestions: list[Suggestion]
    # Whether there may be more in the log directory: TensorBoard still reads, or cannot read all.
    incomplete: NotRequired[bool]
