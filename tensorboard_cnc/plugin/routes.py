"""The table of routes. Every route is a GET without side effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, get_args, get_type_hints

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.sensitivity.profile import Profile
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.forgotten_page import forgotten_page
from tensorboard_cnc.plugin.behaviors.harmed_slices import harmed_json
from tensorboard_cnc.plugin.behaviors.instance_detail import instance_detail, thumbnail
from tensorboard_cnc.plugin.behaviors.instance_page import instances
from tensorboard_cnc.plugin.behaviors.slice_table import slice_table
from tensorboard_cnc.plugin.behaviors.summary import summary
from tensorboard_cnc.plugin.layers.comparison import Compared
from tensorboard_cnc.plugin.layers.comparison import compare as compare_layers
from tensorboard_cnc.plugin.layers.row_json import row_json
from tensorboard_cnc.plugin.layers.tree_json import tree_json
from tensorboard_cnc.plugin.questions import (
    BehaviorsQuestion,
    DifferencesQuestion,
    LayersQuestion,
    MediaQuestion,
    NoQuestion,
    SensitivityQuestion,
    check_models,
)
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.plugin.responses import BadRequestError, Body, File, json_body
from tensorboard_cnc.plugin.sensitivity.export_json import export_json
from tensorboard_cnc.plugin.sensitivity.measured import profile_of
from tensorboard_cnc.plugin.sensitivity.overview_json import overview_json
from tensorboard_cnc.plugin.snapshot import Generation


class _Compares(Protocol):
    @property
    def level(self) -> str: ...

    @property
    def keys(self) -> tuple[str, ...]: ...


Q = TypeVar("Q")
L = TypeVar("L", bound=_Compares)
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Route(Generic[Q]):
    """What may be asked, and who answers; `light` answers are ready and never wait for others."""

    says: str
    question: type[Q]
    answer: Callable[[Q, Generation, Records], Body | File]
    # Types of `wire`, which are sent as JSON, and files.
    returns: tuple[Any, ...]
    light: bool = False


@dataclass(frozen=True, slots=True)
class Comparison(Generic[L, C]):
    """How models are compared: question → comparison → level → JSON.

    `compare` finds and reads what the question is about, and each of `levels` is one view of
    that: an object for JSON, or a file.
    """

    compare: Callable[[L, Catalog, Records], C]
    levels: Mapping[str, Callable[[L, C], object]]

    @property
    def returns(self) -> tuple[Any, ...]:
        """What the levels return, as they are annotated."""
        found = [get_type_hints(level)["return"] for level in self.levels.values()]
        return tuple(dict.fromkeys(each for one in found for each in get_args(one) or [one]))

    def __call__(self, question: L, catalog: Catalog, records: Records) -> Body | File:
        """The response to a question.

        Raises:
          BadRequestError: what it names does not exist or cannot be read.
        """
        check_models(catalog, question.keys)
        try:
            compared = self.compare(question, catalog, records)
            found = self.levels[question.level](question, compared)
        except RecordError as error:
            raise BadRequestError(404, f"{error.message} {error.remedy}") from error
        return found if isinstance(found, File) else json_body(found)


BEHAVIORS: Comparison[BehaviorsQuestion, Comparisons] = Comparison(
    Comparisons,
    {
        "summary": summary,
        "instances": instances,
        "instance": instance_detail,
        "slices": slice_table,
        "harmed": harmed_json,
        "forgotten": forgotten_page,
    },
)
LAYERS: Comparison[LayersQuestion, Compared] = Comparison(
    compare_layers, {"tree": tree_json, "row": row_json}
)
SENSITIVITY: Comparison[SensitivityQuestion, Profile] = Comparison(
    profile_of, {"overview": overview_json, "export": export_json}
)

ROUTES: Mapping[str, Route[Any]] = {
    "/models": Route(
        "Every model of every run, with lineage, metrics and problems.",
        NoQuestion,
        lambda _, generation, __: generation.body,
        (wire.Models,),
        light=True,
    ),
    "/differences": Route(
        "Why models differ.",
        DifferencesQuestion,
        lambda question, generation, _: generation.differences(question),
        (wire.Differences,),
    ),
    "/behaviors": Route(
        "What models predicted, instance by instance, against a base.",
        BehaviorsQuestion,
        lambda question, generation, records: BEHAVIORS(question, generation.catalog, records),
        BEHAVIORS.returns,
    ),
    "/instance_media": Route(
        "The thumbnail of one instance.",
        MediaQuestion,
        lambda question, generation, records: thumbnail(question, generation.catalog, records),
        (bytes,),
    ),
    "/layers": Route(
        "Weights, zeros and activations of models against a base, along the modules.",
        LayersQuestion,
        lambda question, generation, records: LAYERS(question, generation.catalog, records),
        LAYERS.returns,
    ),
    "/sensitivity": Route(
        "What each layer of a model bears, and the allocations that follow from it.",
        SensitivityQuestion,
        lambda question, generation, records: SENSITIVITY(question, generation.catalog, records),
        SENSITIVITY.returns,
    ),
}
