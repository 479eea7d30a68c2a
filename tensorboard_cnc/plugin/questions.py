"""What a request asks for: the models to compare, and in which way."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.plugin.responses import BadRequestError

BehaviorsLevel: TypeAlias = Literal[
    "summary", "instances", "instance", "slices", "harmed", "forgotten"
]
LayersLevel: TypeAlias = Literal["tree", "row"]
Family: TypeAlias = Literal["selection", "descendants"]
FileFormat: TypeAlias = Literal["csv", "json"]
MOST_ROWS = 500
_MOST_CONDITIONS = 100
_FLIPS = get_args(wire.Flip)
_FORMS = get_args(wire.Form)
# The fields of each kind of condition, and their types.
_TEXT, _NUMBER = (str,), (int, float, type(None))
_CONDITIONS: dict[str, dict[str, tuple[type, ...]]] = {
    "slice": {"by": _TEXT, "level": (int,)},
    "flip": {"model": _TEXT, "flip": _TEXT},
    "change": {"model": _TEXT, "before": _TEXT, "after": _TEXT},
    "range": {"model": _TEXT, "measure": _TEXT, "form": _TEXT, "low": _NUMBER, "high": _NUMBER},
    "text": {"text": _TEXT},
}


@dataclass(frozen=True, slots=True)
class Question:
    """The models that are compared; parameters are None or "" where the choice is left open."""

    base: str
    models: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all models, the base first."""
        return (self.base, *self.models)


@dataclass(frozen=True, slots=True)
class BehaviorsQuestion(Question):
    """A question to the ``behaviors`` route; a `format` asks for a file of all rows."""

    level: BehaviorsLevel
    dataset: str | None
    measure: str | None
    form: wire.Form
    filter: tuple[wire.Condition, ...]
    sort: str
    descending: bool
    offset: int
    limit: int
    by: tuple[str, ...]
    id: str | None
    family: Family
    format: FileFormat | None


@dataclass(frozen=True, slots=True)
class LayersQuestion(Question):
    """A question to the ``layers`` route; `row` is given at the level "row"."""

    level: LayersLevel
    view: wire.LayerView
    measure: str | None
    row: str


def parse_behaviors_question(arguments: Mapping[str, str]) -> BehaviorsQuestion:
    """The question in a query string.

    Raises:
      BadRequestError: 400, with the parameter that is malformed and what it may be.
    """
    models = _models(arguments)
    level = cast(BehaviorsLevel, _one_of(arguments, "level", get_args(BehaviorsLevel)))
    sort = arguments.get("sort", "")
    file = cast(FileFormat | None, _one_of(arguments, "format", (None, *get_args(FileFormat))))
    return BehaviorsQuestion(
        *models,
        level="instances" if file else level,
        dataset=arguments.get("dataset") or None,
        measure=arguments.get("measure") or None,
        form=cast(wire.Form, _one_of(arguments, "form", _FORMS)),
        filter=_conditions(_list(arguments, "filter")),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        offset=_count(arguments, "offset", 0, 2**53),
        limit=_count(arguments, "limit", 100, MOST_ROWS),
        by=tuple(_list(arguments, "by", str)),
        id=arguments.get("id"),
        family=cast(Family, _one_of(arguments, "family", get_args(Family))),
        format=file,
    )


def parse_layers_question(arguments: Mapping[str, str]) -> LayersQuestion:
    """The question in a query string.

    Raises:
      BadRequestError: 400, with the parameter that is missing or malformed and what it may be.
    """
    models = _models(arguments)
    level = cast(LayersLevel, _one_of(arguments, "level", get_args(LayersLevel)))
    if level == "row" and "row" not in arguments:
        raise BadRequestError(400, "row is missing: give the full name of a tensor or module")
    return LayersQuestion(
        *models,
        level=level,
        view=cast(wire.LayerView, _one_of(arguments, "view", get_args(wire.LayerView))),
        measure=arguments.get("measure") or None,
        row=arguments.get("row", ""),
    )


def check_models(catalog: Catalog, keys: Iterable[str]) -> None:
    """Refuses keys that stand for no model.

    Raises:
      BadRequestError: 404, with the first of them.
    """
    known = {*(member.key for member in catalog.members), *catalog.lineage.ghosts}
    unknown = next((key for key in keys if key not in known), None)
    if unknown is not None:
        raise BadRequestError(
            404,
            f"There is no model with the key {unknown[:40]}; the models route lists the keys of "
            f"all {len(known)} models",
        )


def _models(arguments: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    base = arguments.get("base", "")
    if not base:
        raise BadRequestError(400, "base is missing: give the key of a model")
    models = dict.fromkeys(key for key in arguments.get("models", "").split(",") if key)
    models.pop(base, None)
    return base, tuple(models)


def _one_of(arguments: Mapping[str, str], name: str, choices: tuple[str | None, ...]) -> str | None:
    """The parameter's value, by default the first of `choices`; None among them has no name."""
    value = arguments.get(name) or choices[0]
    if value not in choices:
        known = ", ".join(choice for choice in choices if choice)
        raise BadRequestError(400, f"{name}={_shown(value)} is not one of {known}")
    return value


def _count(arguments: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = arguments.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 17 and int(text) <= most):
        raise BadRequestError(
            400, f"{name}={_shown(text)} is not a whole number from 0 to {most:,}"
        )
    return int(text)


def _list(arguments: Mapping[str, str], name: str, of: type = dict) -> list[Any]:
    text = arguments.get(name) or "[]"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(entry, of) for entry in found):
        what = "conditions" if of is dict else "dimensions' ids"
        raise BadRequestError(400, f"{name}={_shown(text)} is not a JSON list of {what}")
    return found


def _conditions(entries: list[dict[str, Any]]) -> tuple[wire.Condition, ...]:
    if len(entries) > _MOST_CONDITIONS:
        raise BadRequestError(
            400, f"filter holds {len(entries):,} conditions, more than {_MOST_CONDITIONS}"
        )
    return tuple(_condition(entry) for entry in entries)


def _condition(entry: dict[str, Any]) -> wire.Condition:
    fields = _CONDITIONS.get(str(entry.get("kind")))
    if fields is None:
        raise BadRequestError(
            400, f"filter: a condition's kind is one of {', '.join(_CONDITIONS)}: {_shown(entry)}"
        )
    for name, types in fields.items():
        value = entry.get(name)
        if not isinstance(value, types) or isinstance(value, bool) or not _is_usual(value):
            raise BadRequestError(400, f"filter: {name} is missing or malformed: {_shown(entry)}")
    for name, choices in (("flip", _FLIPS), ("form", _FORMS)):
        if name in fields and entry[name] not in choices:
            known = ", ".join(choices)
            raise BadRequestError(400, f"filter: {name} is one of {known}: {_shown(entry)}")
    return cast(wire.Condition, {"kind": entry["kind"], **{name: entry[name] for name in fields}})


def _is_usual(value: object) -> bool:
    """Whether it is no NaN, and no integer greater than all floats."""
    try:
        return not isinstance(value, int | float) or not math.isnan(value)
    except OverflowError:
        return False


def _shown(value: object) -> str:
    return str(value)[:80]
