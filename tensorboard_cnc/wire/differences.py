"""The answer of the ``differences`` route."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from tensorboard_cnc.wire.values import ParameterValue


class Level(TypedDict):
    """One value of a variable; null where the model lacks the step or the parameter."""

    value: ParameterValue
    # "without", "not given", the value, or for a step its operation and what of it differs.
    text: str
    models: int


class Variable(TypedDict):
    """One thing that differs within the selection; its levels ascend where they are numbers."""

    id: str
    name: str
    kind: Literal["parameter", "step", "alternatives", "parents", "order", "root"]
    operation: NotRequired[str]
    # Which of several steps of the same operation, from 1.
    repeat: NotRequired[int]
    parameter: NotRequired[str]
    # Id of the variable that says whether a model has the step at all, where this one needs it.
    nested_in: NotRequired[str]
    numeric: bool
    levels: list[Level]
    # Index of each model's level, in the order of Differences.models.
    of: list[int]
    # Share of what tells the models apart that this variable alone tells, 0 to 1.
    explains: float
    # Names of what always moves together with it and was joined to it.
    joined: list[str]


class Effect(TypedDict):
    """Change of one metric over matched pairs; interval, p and q need six or more."""

    pairs: int
    mean: float
    # Standard deviation of the change, null of a single pair.
    spread: float | None
    # The smallest and the largest change, and how many pairs went up and down.
    least: float
    most: float
    rose: int
    fell: int
    # 95 % interval of the mean, and p of "no change", both by the sign-flip test.
    low: float | None
    high: float | None
    p: float | None
    # p corrected for all contrasts of the metric (Benjamini–Hochberg).
    q: float | None


class AdjustedEffect(TypedDict):
    """What a variable does to one metric, the others held: least squares, additive."""

    variable: str
    # Of the metric's variance, what it adds to all other variables.
    share: float | None
    # Levels that `plain` and `change` are between, where there are two to name.
    before: int | None
    after: int | None
    # Difference of the plain means, whatever else differs.
    plain: float | None
    # The same, the other variables held, and its 95 % interval.
    change: float | None
    low: float | None
    high: float | None


class MetricDifferences(TypedDict):
    """What moves one metric."""

    # Ids of the one or two variables to show it by.
    x: str | None
    colour: str | None
    # How many models have it; degrees of freedom that the fit leaves for the spread.
    models: int
    freedom: int
    # Share of its variance that all held variables explain.
    explained: float
    # Of each variable that is held; the largest share first.
    effects: list[AdjustedEffect]


class MatchedPairs(TypedDict):
    """Models that are the same but for one variable, replicates averaged first."""

    variable: str
    # Indexes of its levels.
    before: int
    after: int
    pairs: int
    # Indexes of the models in any of the pairs; at most 200.
    models: list[int]
    effects: dict[str, Effect]


class Differences(TypedDict):
    """Why these models differ; variables with the most telling first."""

    models: list[str]
    variables: list[Variable]
    # How many more variables there are than listed, and if there are, a number for each model
    # that is the same where all of them are.
    more_variables: int
    more_of: NotRequired[list[int]]
    # Ids of the one or two variables that tell most together, whatever the metric.
    x: str | None
    colour: str | None
    # Share of what tells the models apart that these two tell, 0 to 1.
    together: float
    # Groups of models that nothing but a seed tells apart.
    replicates: list[list[int]]
    pairs: list[MatchedPairs]
    # By name, of each metric in which the models differ.
    metrics: dict[str, MetricDifferences]
    # Position from the root of the first step in which the recipes differ.
    first_difference: int | None
