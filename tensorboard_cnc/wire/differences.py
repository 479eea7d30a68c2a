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
    numeric: bool
    levels: list[Level]
    # Index of each model's level, in the order of Differences.models.
    of: list[int]
    # Share of what distinguishes the selection that this variable alone tells, 0 to 1.
    explains: float
    # Names of what always moves together with it and was joined to it.
    joined: list[str]


class Effect(TypedDict):
    """Mean change of one metric over matched pairs; the interval needs two or more."""

    pairs: int
    mean: float
    # Standard deviation of the change, null of a single pair.
    spread: float | None
    # 95 % interval of the mean.
    low: float | None
    high: float | None


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
    # How many more variables there are than listed.
    more_variables: int
    # Ids of the one or two variables that tell most together.
    x: str | None
    colour: str | None
    # Share of what distinguishes the selection that these two tell, 0 to 1.
    together: float
    # Groups of models that nothing but a seed tells apart.
    replicates: list[list[int]]
    pairs: list[MatchedPairs]
    # Position from the root of the first step in which the recipes differ.
    first_difference: int | None
