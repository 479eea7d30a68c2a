"""The plugin: a table of routes. Every route is a GET without side effects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from tensorboard import plugin_util
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from werkzeug import Request, Response

from tensorboard_cnc.format.tags import PLUGIN_NAME
from tensorboard_cnc.plugin.behaviors.route import BehaviorsRoutes
from tensorboard_cnc.plugin.http import BadRequestError, refuse, respond
from tensorboard_cnc.plugin.layers.route import LayersRoute
from tensorboard_cnc.plugin.panel_files import ENTRY, panel_file
from tensorboard_cnc.plugin.record_cache import RecordCache
from tensorboard_cnc.plugin.snapshot import Snapshot

_WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# From a request, its context and its experiment's id.
_Answer = Callable[[Request, RequestContext, str], Response]

_KEPT_EXPERIMENTS = 4


class CncPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Compress & Compare."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        super().__init__(context)
        self._provider = context.data_provider
        self._snapshots: dict[str, Snapshot] = {}
        self._opening = threading.Lock()
        cache = RecordCache()
        self._behavior_routes = BehaviorsRoutes(self._provider, cache)
        self._layers_route = LayersRoute(self._provider, cache)

    def is_active(self) -> bool:
        """False: TensorBoard itself shows the tab as soon as there are records of ours."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(
            es_module_path=f"/static/{ENTRY}", tab_name="Compress & Compare"
        )

    def get_plugin_apps(self) -> dict[str, _WsgiApp]:
        return {
            "/models": self._models,
            "/differences": self._differences,
            "/behaviors": self._behaviors,
            "/instance_media": self._instance_media,
            "/layers": self._layers,
            "/static/*": self._static,
        }

    def snapshot(self, experiment_id: str) -> Snapshot:
        """The ready answer for one experiment; "" is the only one of a local TensorBoard."""
        with self._opening:
            snapshot = self._snapshots.pop(experiment_id, None)
            snapshot = snapshot or Snapshot(self._provider, experiment_id)
            self._snapshots[experiment_id] = snapshot
            if len(self._snapshots) > _KEPT_EXPERIMENTS:
                # The one that nobody has asked for the longest.
                del self._snapshots[next(iter(self._snapshots))]
            return snapshot

    def _models(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        snapshot = self.snapshot(plugin_util.experiment_id(environ))
        response = respond(Request(environ), snapshot.body(plugin_util.context(environ)))
        return response(environ, start_response)

    def _differences(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def answer(request: Request, ctx: RequestContext, experiment_id: str) -> Response:
            snapshot = self.snapshot(experiment_id)
            return respond(request, snapshot.differences(ctx, request.args))

        return _answered(answer, environ)(environ, start_response)

    def _behaviors(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def answer(request: Request, ctx: RequestContext, experiment_id: str) -> Response:
            catalog = self.snapshot(experiment_id).catalog(ctx)
            return self._behavior_routes.answer(request, ctx, experiment_id, catalog)

        return _answered(answer, environ)(environ, start_response)

    def _instance_media(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def answer(request: Request, ctx: RequestContext, experiment_id: str) -> Response:
            catalog = self.snapshot(experiment_id).catalog(ctx)
            return self._behavior_routes.media(request, ctx, experiment_id, catalog)

        return _answered(answer, environ)(environ, start_response)

    def _layers(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def answer(request: Request, ctx: RequestContext, experiment_id: str) -> Response:
            catalog = self.snapshot(experiment_id).catalog(ctx)
            return self._layers_route.answer(request, ctx, experiment_id, catalog)

        return _answered(answer, environ)(environ, start_response)

    def _static(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = Request(environ)
        name = request.path.rpartition(f"/{PLUGIN_NAME}/static/")[2]
        body = panel_file(name)
        missing = refuse(404, f"The panel has no file {name}")
        response = respond(request, body) if body else missing
        return response(environ, start_response)


def _answered(answer: _Answer, environ: dict[str, Any]) -> Response:
    """What `answer` says, or why it refuses to."""
    try:
        return answer(
            Request(environ), plugin_util.context(environ), plugin_util.experiment_id(environ)
        )
    except BadRequestError as bad:
        return refuse(bad.status, bad.error)
