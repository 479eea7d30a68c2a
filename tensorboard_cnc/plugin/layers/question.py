"""What a request to the ``layers`` route asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from tensorboard_cnc import wire
from tensorboard_cnc.plugin.http import BadRequestError
from tensorboard_cnc.plugin.parameters import one_of

Level: TypeAlias = Literal["tree", "row"]


@dataclass(frozen=True, slots=True)
class LayerQuestion:
    """The parameters of a request; None where it leaves the choice open."""

    level: Level
    base: str
    models: tuple[str, ...]
    view: wire.LayerView
    measure: str | None
    row: str | None


def asked(arguments: Mapping[str, str]) -> LayerQuestion:
    """The question in a query string.

    Raises:
        BadRequestError: 400, with the parameter that is missing or malformed and what it may be.
    """
    base = arguments.get("base", "")
    if not base:
        raise BadRequestError(400, "base is missing: give the key of a model")
    models = dict.fromkeys(key for key in arguments.get("models", "").split(",") if key)
    models.pop(base, None)
    level = cast(Level, one_of(arguments, "level", get_args(Level)))
    if level == "row" and "row" not in arguments:
        raise BadRequestError(400, "row is missing: give the full name of a tensor or module")
    return LayerQuestion(
        level=level,
        base=base,
        models=tuple(models),
        view=cast(wire.LayerView, one_of(arguments, "view", get_args(wire.LayerView))),
        measure=arguments.get("measure") or None,
        row=arguments.get("row"),
    )
