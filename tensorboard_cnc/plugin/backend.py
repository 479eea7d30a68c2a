"""The plugin: routes over what is logged, as TensorBoard calls them."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import Any

from tensorboard import plugin_util
from tensorboard.plugins import base_plugin
from werkzeug import Request, Response

from tensorboard_cnc.format.tags import PLUGIN_NAME
from tensorboard_cnc.plugin.panel_files import ENTRY, panel_file
from tensorboard_cnc.plugin.parameters import arguments_of, read
from tensorboard_cnc.plugin.record_cache import LIMIT_BYTES, RecordCache, Records
from tensorboard_cnc.plugin.responses import File, refuse, respond
from tensorboard_cnc.plugin.routes import ROUTES, Route
from tensorboard_cnc.plugin.shared_work import SharedWork
from tensorboard_cnc.plugin.snapshot import SCALAR_POINTS, Snapshot
from tensorboard_cnc.plugin.unread_files import watched
from tensorboard_cnc.plugin.wsgi import WsgiApp, application, still_waits
from tensorboard_cnc.reader.bulk_reader import BulkReader

_KEPT_EXPERIMENTS = 4
# Comparisons take turns with each other, and with everything else, for Python's lock.
_AT_ONCE = max(1, (os.cpu_count() or 2) // 2)


class CncPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Compress & Compare."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        super().__init__(context)
        self._provider = context.data_provider
        self._event_files = watched(context)
        self._snapshots: dict[str, Snapshot] = {}
        self._opening = threading.Lock()
        megabytes = getattr(context.flags, "cnc_cache_mb", None)
        samples = getattr(context.flags, "samples_per_plugin", None) or {}
        # 0 stands for all.
        self._kept_points = samples.get("scalars", SCALAR_POINTS) or None
        self._cache = RecordCache(LIMIT_BYTES if megabytes is None else megabytes << 20)
        self._work = SharedWork(_AT_ONCE)

    def is_active(self) -> bool:
        """False: TensorBoard itself shows the tab as soon as there are records of ours."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(
            es_module_path=f"/static/{ENTRY}", tab_name="Compress & Compare"
        )

    def get_plugin_apps(self) -> dict[str, WsgiApp]:
        apps = {path: application(partial(self._respond, route)) for path, route in ROUTES.items()}
        return {**apps, "/static/*": application(_static), "/*": application(_nowhere)}

    def snapshot(self, experiment_id: str) -> Snapshot:
        """What is logged in one experiment; "" is the only one of a local TensorBoard."""
        with self._opening:
            snapshot = self._snapshots.pop(experiment_id, None)
            snapshot = snapshot or Snapshot(
                self._provider, experiment_id, self._event_files, self._kept_points
            )
            self._snapshots[experiment_id] = snapshot
            if len(self._snapshots) > _KEPT_EXPERIMENTS:
                # The one that was asked for longest ago.
                del self._snapshots[next(iter(self._snapshots))]
            return snapshot

    def _respond(self, route: Route[Any], request: Request) -> Response:
        arguments = arguments_of(request)
        question = read(route.question, arguments)
        ctx = plugin_util.context(request.environ)
        experiment = plugin_util.experiment_id(request.environ)
        generation = self.snapshot(experiment).current(ctx)
        records = Records(self._cache, BulkReader(self._provider, experiment), ctx, experiment)
        answer = partial(route.answer, question, generation, records)
        if route.light:
            return respond(request, answer())
        key = (route.question, generation, tuple(sorted(arguments.items())))
        found = self._work.share(key, answer, partial(still_waits, request))
        if isinstance(found, File):
            pieces = found.pieces
            found = found._replace(pieces=lambda: self._work.in_turns(pieces()))
        return respond(request, found)


def _static(request: Request) -> Response:
    name = request.path.rpartition(f"/{PLUGIN_NAME}/static/")[2]
    body = panel_file(name)
    return respond(request, body) if body else refuse(404, f"The panel has no file {name}")


def _nowhere(request: Request) -> Response:
    known = ", ".join(path[1:] for path in ROUTES)
    return refuse(404, f"There is no route {request.path[-80:]}; there are {known}")
