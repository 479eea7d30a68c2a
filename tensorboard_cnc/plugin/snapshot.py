"""Keeps what was read of an experiment ready, and renews it off the request's path."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.metric_specs import scalar_tags
from tensorboard_cnc.plugin.differences_answer import chosen_models, differences_answer
from tensorboard_cnc.plugin.http import Body, prepare
from tensorboard_cnc.plugin.models_answer import models_answer
from tensorboard_cnc.reader.event_store import Contents, EventStore
from tensorboard_cnc.reader.scalars import ScalarStore
from tensorboard_cnc.records.models import Scalars

# Listing TensorBoard's tags costs 60-120 ms at 1,000 runs.
_RENEW_AFTER_SECONDS = 2.0
# A page that comes back after a pause is worth a short wait for what is new.
_WAIT_FROM_SECONDS = 20.0
_WAIT_SECONDS = 1.0
# TensorBoard's own retention for scalars.
_SCALAR_POINTS = 1000
# A person walks back and forth between a few selections.
_KEPT_DIFFERENCES = 16

logger = logging.getLogger(__name__)


class Snapshot:
    """The answers for one experiment."""

    def __init__(self, provider: DataProvider, experiment_id: str) -> None:
        self._events = EventStore(provider, experiment_id)
        self._scalars = ScalarStore(provider, experiment_id)
        self._seen: tuple[Contents, Scalars] | None = None
        self._body: Body | None = None
        self._catalog = build_catalog((), (), {})
        self._differences: OrderedDict[tuple[str, ...], Body] = OrderedDict()
        self._renewed_at = -float("inf")
        self._renewing = threading.Lock()

    def body(self, ctx: RequestContext) -> Body:
        """The answer as of at most a few seconds ago; at once, except for the first time."""
        self._keep_fresh(ctx)
        assert self._body is not None
        return self._body

    def differences(self, ctx: RequestContext, arguments: Mapping[str, str]) -> Body:
        """The answer of the ``differences`` route on what `body` shows.

        Raises:
            BadRequestError: the arguments are malformed or name a model that does not exist.
        """
        catalog, kept = self.catalog(ctx), self._differences
        keys = chosen_models(catalog, arguments)
        body = kept.get(tuple(keys))
        if body is None:
            body = prepare(differences_answer(catalog, keys), "application/json")
            kept[tuple(keys)] = body
            if len(kept) > _KEPT_DIFFERENCES:
                kept.popitem(last=False)
        return body

    def renew(self, ctx: RequestContext) -> None:
        """Reads what has changed and prepares the answer anew where anything has."""
        with self._renewing:
            contents = self._events.refresh(ctx)
            members = members_of(contents.stored)
            scalars = self._refresh_scalars(ctx, contents, members)
            if (contents, scalars) != self._seen:
                catalog = build_catalog(contents.stored, members, scalars, contents.bulk)
                answer = models_answer(catalog, contents.unreadable)
                text = json.dumps(answer, allow_nan=False, separators=(",", ":"))
                self._body = prepare(text.encode(), "application/json")
                self._catalog, self._differences = catalog, OrderedDict()
                self._seen = (contents, scalars)
            self._renewed_at = time.monotonic()

    def catalog(self, ctx: RequestContext) -> Catalog:
        """What `body` shows, as it was read; as fresh as that."""
        self._keep_fresh(ctx)
        return self._catalog

    def _keep_fresh(self, ctx: RequestContext) -> None:
        age = time.monotonic() - self._renewed_at
        if self._body is None:
            self._renew_quietly(ctx)
        elif age > _RENEW_AFTER_SECONDS and not self._renewing.locked():
            thread = threading.Thread(target=self._renew_quietly, args=[ctx], daemon=True)
            thread.start()
            if age > _WAIT_FROM_SECONDS:
                thread.join(_WAIT_SECONDS)

    def _refresh_scalars(
        self, ctx: RequestContext, contents: Contents, members: Iterable[Member]
    ) -> Scalars:
        models_of_run = Counter(member.run for member in members)
        points = {run: 1 if n == 1 else _SCALAR_POINTS for run, n in models_of_run.items()}
        return self._scalars.refresh(ctx, points, scalar_tags(contents.stored))

    def _renew_quietly(self, ctx: RequestContext) -> None:
        try:
            self.renew(ctx)
        except Exception as error:
            self._renewed_at = time.monotonic()
            logger.warning("Compress & Compare could not read the logs: %r", error)
            self._body = self._body or _apology(error)


def _apology(error: Exception) -> Body:
    """The answer while nothing at all could be read."""
    problem: wire.Problem = {
        "message": f"The logs could not be read ({error!r}).",
        "remedy": "Please report this, with TensorBoard's own log.",
        "run": None,
        "model": None,
        "tag": None,
    }
    answer: wire.Models = {
        "models": [],
        "metrics": [],
        "operations": [],
        "datasets": [],
        "problems": [problem],
    }
    return prepare(json.dumps(answer).encode(), "application/json")
