"""What the answers of all routes are made of."""

from __future__ import annotations

from typing import Literal, TypedDict

Scalar = str | int | float | bool | None
ParameterValue = Scalar | list[Scalar]
NonFinite = Literal["NaN", "Infinity", "-Infinity"]


class RequestError(TypedDict):
    """Body of a 4xx answer."""

    error: str
