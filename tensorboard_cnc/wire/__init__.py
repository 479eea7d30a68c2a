"""The JSON that the HTTP routes answer with: the one contract of backend and panel.

``frontend/src/model/wire.gen.ts`` is generated from the modules of this package by
``scripts/wire_types.py``; keep them to TypedDict, NotRequired, Literal, unions and the plain
containers. docs/http_api.md shows an example of each. Times are seconds since 1970. A key that
is missing, or null where the type says so, means "not logged"; it never means 0 or NaN.
"""

from tensorboard_cnc.wire.differences import (
    Differences,
    Effect,
    Level,
    MatchedPairs,
    Variable,
)
from tensorboard_cnc.wire.models import (
    Budget,
    Logged,
    Metric,
    MetricSpec,
    Model,
    Models,
    Operation,
    OperationSummary,
    Problem,
)
from tensorboard_cnc.wire.values import NonFinite, ParameterValue, RequestError, Scalar

__all__ = [
    "Budget",
    "Differences",
    "Effect",
    "Level",
    "Logged",
    "MatchedPairs",
    "Metric",
    "MetricSpec",
    "Model",
    "Models",
    "NonFinite",
    "Operation",
    "OperationSummary",
    "ParameterValue",
    "Problem",
    "RequestError",
    "Scalar",
    "Variable",
]
