"""The plugin: a table of routes. Every route is a GET without side effects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from tensorboard import plugin_util
from tensorboard.plugins import base_plugin
from werkzeug import Request

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.format.tags import PLUGIN_NAME
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.forgotten_page import forgotten_page
from tensorboard_cnc.plugin.behaviors.harmed_slices import harmed_json
from tensorboard_cnc.plugin.behaviors.instance_detail import instance_detail, thumbnail
from tensorboard_cnc.plugin.behaviors.instance_page import instances
from tensorboard_cnc.plugin.behaviors.slice_table import slice_table
from tensorboard_cnc.plugin.behaviors.summary import summary
from tensorboard_cnc.plugin.event_files import watched
from tensorboard_cnc.plugin.layers.comparison import compare as compare_layers
from tensorboard_cnc.plugin.layers.row_json import row_json
from tensorboard_cnc.plugin.layers.tree_json import tree_json
from tensorboard_cnc.plugin.panel_files import ENTRY, panel_file
from tensorboard_cnc.plugin.questions import (
    check_models,
    parse_behaviors_question,
    parse_layers_question,
)
from tensorboard_cnc.plugin.record_cache import RecordCache, Records
from tensorboard_cnc.plugin.responses import (
    BadRequestError,
    Body,
    File,
    json_body,
    refuse,
    respond,
)
from tensorboard_cnc.plugin.snapshot import Generation, Snapshot
from tensorboard_cnc.reader.bulk_reader import BulkReader

_WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_Arguments: TypeAlias = Mapping[str, str]
# What a route responds with, from the query string, what is logged, and the records of it.
_Route: TypeAlias = Callable[[_Arguments, Generation, Records], Body | File]

_KEPT_EXPERIMENTS = 4


class _Question(Protocol):
    @property
    def level(self) -> str: ...

    @property
    def keys(self) -> tuple[str, ...]: ...


Q = TypeVar("Q", bound=_Question)
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class ComparisonRoute(Generic[Q, C]):
    """A route that compares models: request → question → comparison → level → JSON.

    `parse` reads a query string, `compare` finds and reads what the question is about, and each
    of `levels` is one view of that: an object for JSON, or a file.
    """

    parse: Callable[[_Arguments], Q]
    compare: Callable[[Q, Catalog, Records], C]
    levels: Mapping[str, Callable[[Q, C], object]]

    def __call__(self, arguments: _Arguments, catalog: Catalog, records: Records) -> Body | File:
        """The response to the question in the query string.

        Raises:
          BadRequestError: it is malformed, or what it names does not exist or cannot be read.
        """
        question = self.parse(arguments)
        check_models(catalog, question.keys)
        try:
            compared = self.compare(question, catalog, records)
            found = self.levels[question.level](question, compared)
        except RecordError as error:
            raise BadRequestError(404, f"{error.message} {error.remedy}") from error
        return found if isinstance(found, File) else json_body(found)


BEHAVIORS = ComparisonRoute(
    parse_behaviors_question,
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
LAYERS = ComparisonRoute(
    parse_layers_question, compare_layers, {"tree": tree_json, "row": row_json}
)

_ROUTES: Mapping[str, _Route] = {
    "/models": lambda _, generation, __: generation.body,
    "/differences": lambda arguments, generation, _: generation.differences(arguments),
    "/behaviors": lambda arguments, generation, records: BEHAVIORS(
        arguments, generation.catalog, records
    ),
    "/instance_media": lambda arguments, generation, records: thumbnail(
        arguments, generation.catalog, records
    ),
    "/layers": lambda arguments, generation, records: LAYERS(
        arguments, generation.catalog, records
    ),
}


class CncPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Compress & Compare."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        super().__init__(context)
        self._provider = context.data_provider
        self._event_files = watched(context)
        self._snapshots: dict[str, Snapshot] = {}
        self._opening = threading.Lock()
        self._cache = RecordCache()

    def is_active(self) -> bool:
        """False: TensorBoard itself shows the tab as soon as there are records of ours."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(
            es_module_path=f"/static/{ENTRY}", tab_name="Compress & Compare"
        )

    def get_plugin_apps(self) -> dict[str, _WsgiApp]:
        apps = {path: self._app(route) for path, route in _ROUTES.items()}
        return {**apps, "/static/*": _static}

    def snapshot(self, experiment_id: str) -> Snapshot:
        """What is logged in one experiment; "" is the only one of a local TensorBoard."""
        with self._opening:
            snapshot = self._snapshots.pop(experiment_id, None)
            snapshot = snapshot or Snapshot(self._provider, experiment_id, self._event_files)
            self._snapshots[experiment_id] = snapshot
            if len(self._snapshots) > _KEPT_EXPERIMENTS:
                # The one that was asked for longest ago.
                del self._snapshots[next(iter(self._snapshots))]
            return snapshot

    def _app(self, route: _Route) -> _WsgiApp:
        def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            request = Request(environ)
            ctx, experiment = plugin_util.context(environ), plugin_util.experiment_id(environ)
            generation = self.snapshot(experiment).current(ctx)
            reader = BulkReader(self._provider, experiment)
            records = Records(self._cache, reader, ctx, experiment)
            try:
                response = respond(request, route(request.args, generation, records))
            except BadRequestError as bad:
                response = refuse(bad.status, bad.error)
            return response(environ, start_response)

        return app


def _static(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    request = Request(environ)
    name = request.path.rpartition(f"/{PLUGIN_NAME}/static/")[2]
    body = panel_file(name)
    response = respond(request, body) if body else refuse(404, f"The panel has no file {name}")
    return response(environ, start_response)
