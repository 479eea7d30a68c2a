"""What each route may be asked: the models to compare, and in which way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, get_args

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.plugin.parameters import JsonList, Keys, OneOf, Text, Whole, missing
from tensorboard_cnc.plugin.responses import BadRequestError

BehaviorsLevel: TypeAlias = Literal[
    "summary", "instances", "instance", "slices", "harmed", "forgotten"
]
LayersLevel: TypeAlias = Literal["tree", "row"]
SensitivityLevel: TypeAlias = Literal["overview", "export"]
FamilyOf: TypeAlias = Literal["selection", "descendants"]
FileFormat: TypeAlias = Literal["csv", "json"]
MOST_ROWS = 500
_MOST_CONDITIONS = 100
_MOST_DIMENSIONS = 1000


@dataclass(frozen=True, slots=True)
class NoQuestion:
    """What a route without parameters is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencesQuestion:
    """Models to tell apart: those that are named, or all logged ones but some."""

    models: Annotated[tuple[str, ...] | None, Keys("keys of models, separated by commas")] = None
    except_: Annotated[
        tuple[str, ...] | None, Keys("instead of models, the keys of those to leave out")
    ] = None

    def __post_init__(self) -> None:
        if (self.models is None) == (self.except_ is None):
            raise BadRequestError(
                400,
                "Give either models=KEY,KEY,… or except=KEY,… (all models but these); keys are "
                "those of the models route",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonQuestion:
    """A base and models; parameters are None where the choice is left open."""

    base: Annotated[str, Text("the key of the model that others are compared with")]
    models: Annotated[tuple[str, ...], Keys("the keys of the others, separated by commas")] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all models, the base first."""
        return tuple(dict.fromkeys((self.base, *self.models)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviorsQuestion(ComparisonQuestion):
    """A question to the ``behaviors`` route; a `format` asks for a file of all rows."""

    level: Annotated[BehaviorsLevel, OneOf("what of it", get_args(BehaviorsLevel))] = "summary"
    dataset: Annotated[
        str | None,
        Text("the key of a data set, as summary lists them; without it that of most models"),
    ] = None
    measure: Annotated[
        str | None,
        Text("the id of a measure, as summary lists them; without it the first that all have"),
    ] = None
    form: Annotated[
        wire.Form, OneOf("the measure itself, or one against the base", get_args(wire.Form))
    ] = "value"
    filter: Annotated[
        tuple[wire.Condition, ...],
        JsonList(
            "conditions that instances must all fulfil (not at the level harmed)",
            _MOST_CONDITIONS,
            wire.Condition,
            "Condition",
        ),
    ] = ()
    sort: Annotated[
        str,
        Text(
            "order, id, label, disagreement, votes (of forgotten), value:KEY, change:KEY or "
            "confidence:KEY; of slices harm, harm:KEY, n, level, value:KEY, change:KEY or p:KEY; "
            "with - before it descending"
        ),
    ] = ""
    offset: Annotated[int, Whole("how many rows to leave out", 2**53)] = 0
    limit: Annotated[int, Whole("how many rows at most", MOST_ROWS)] = 100
    by: Annotated[
        tuple[str, ...],
        JsonList(
            "ids of dimensions; of slices one or two, of harmed those to search", _MOST_DIMENSIONS
        ),
    ] = ()
    id: Annotated[str | None, Text("the id of an instance as text", may_be_empty=True)] = None
    family: Annotated[
        FamilyOf, OneOf("of forgotten, whose votes are counted", get_args(FamilyOf))
    ] = "selection"
    format: Annotated[
        FileFormat | None, OneOf("a file of all filtered instances", get_args(FileFormat))
    ] = None

    def __post_init__(self) -> None:
        if self.format is not None:
            object.__setattr__(self, "level", "instances")

    @property
    def order(self) -> str:
        """What to sort by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaQuestion:
    """A question to the ``instance_media`` route."""

    dataset: Annotated[str, Text("the key of a data set, as the behaviors route lists them")]
    id: Annotated[str, Text("the id of an instance as text", may_be_empty=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersQuestion(ComparisonQuestion):
    """A question to the ``layers`` route."""

    level: Annotated[LayersLevel, OneOf("all rows, or one", get_args(LayersLevel))] = "tree"
    view: Annotated[wire.LayerView, OneOf("what to compare", get_args(wire.LayerView))] = "weights"
    measure: Annotated[
        str | None, Text("the id of a measure, as the response lists them; without it the first")
    ] = None
    row: Annotated[
        str | None,
        Text("the full name of a tensor or module, for the level row", may_be_empty=True),
    ] = None

    def __post_init__(self) -> None:
        if self.level == "row" and self.row is None:
            raise missing("row", "the full name of a tensor or module")


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityQuestion:
    """A question to the ``sensitivity`` route."""

    model: Annotated[str, Text("the key of the model whose layers were measured")]
    level: Annotated[
        SensitivityLevel,
        OneOf("everything, or one allocation as text", get_args(SensitivityLevel)),
    ] = "overview"
    steps: Annotated[
        int, Whole("of an export, how many steps of the front the allocation has taken", 2**31)
    ] = 0
    format: Annotated[
        wire.ExportFormat, OneOf("what an export is for", get_args(wire.ExportFormat))
    ] = "json"

    @property
    def keys(self) -> tuple[str, ...]:
        """The key of the model."""
        return (self.model,)


def check_models(catalog: Catalog, keys: Iterable[str]) -> None:
    """Refuses keys that stand for no model.

    Raises:
      BadRequestError: 404, with the first of them.
    """
    logged, ghosts = catalog.by_key, catalog.lineage.ghosts
    unknown = next((key for key in keys if key not in logged and key not in ghosts), None)
    if unknown is not None:
        raise BadRequestError(
            404,
            f"There is no model with the key {unknown[:40]}; the models route lists the keys of "
            f"all {len(logged.keys() | ghosts.keys())} models",
        )
