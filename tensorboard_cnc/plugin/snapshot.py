"""Keeps what is logged in an experiment ready, and renews it off the request's path."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.metric_specs import scalar_tags, whole_scalars
from tensorboard_cnc.analysis.silence import next_silence_us
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.differences_response import chosen_models, differences_response
from tensorboard_cnc.plugin.models_response import complete_body, models_body, models_response
from tensorboard_cnc.plugin.questions import DifferencesQuestion
from tensorboard_cnc.plugin.responses import Body, json_body
from tensorboard_cnc.plugin.unread_files import EventFiles
from tensorboard_cnc.reader.collector import collector_paused
from tensorboard_cnc.reader.event_store import Contents, EventStore, Unreadable
from tensorboard_cnc.reader.scalars import ALL_POINTS, ScalarStore
from tensorboard_cnc.records.models import Scalars

# Listing TensorBoard's tags costs 60-120 ms at 1,000 runs.
_RENEW_AFTER_SECONDS = 2.0
# A large log directory that changes all the time leaves most of the time to requests.
_PAUSES = 2
# A page that comes back after a pause is worth a short wait for what is new.
_WAIT_FROM_SECONDS = 20.0
_WAIT_SECONDS = 1.0
# How many points of a scalar TensorBoard keeps unless it is told otherwise.
SCALAR_POINTS = 1000
# A person walks back and forth between a few selections.
_KEPT_DIFFERENCES = 16

logger = logging.getLogger(__name__)

# What a generation follows from; the last, whether that is all that there is.
_Seen: TypeAlias = tuple[Contents, Scalars, tuple[Unreadable, ...], bool]


class Generation:
    """What was logged at one moment, and all responses that follow from it.

    A new state of the logs is a new generation: nothing of one is ever seen beside another.
    """

    def __init__(self, catalog: Catalog, body: Body) -> None:
        self.catalog = catalog
        # Of the ``models`` route.
        self.body = body
        self._differences: OrderedDict[tuple[str, ...], Body] = OrderedDict()

    def differences(self, question: DifferencesQuestion) -> Body:
        """The response of the ``differences`` route.

        Raises:
          BadRequestError: the question names too few models, or one that does not exist.
        """
        keys = chosen_models(self.catalog, question)
        body = self._differences.get(keys)
        if body is None:
            body = json_body(differences_response(self.catalog, keys))
            self._differences[keys] = body
            if len(self._differences) > _KEPT_DIFFERENCES:
                self._differences.popitem(last=False)
        return body


class Snapshot:
    """The newest generation of one experiment."""

    def __init__(
        self,
        provider: DataProvider,
        experiment_id: str,
        event_files: EventFiles | None = None,
        kept_points: int | None = SCALAR_POINTS,
    ) -> None:
        """`kept_points`: how many points of a scalar TensorBoard keeps; None: all."""
        self._kept_points = kept_points
        self._events = EventStore(provider, experiment_id)
        self._event_files = event_files
        self._scalars = ScalarStore(provider, experiment_id)
        self._seen: _Seen | None = None
        # How many records there were when the logs were last read.
        self._count: int | None = None
        # When the next model falls silent, in microseconds since 1970.
        self._silence_us = float("inf")
        self._generation: Generation | None = None
        self._renewed_at = -float("inf")
        # How many seconds the last renewal took.
        self._took = 0.0
        self._renewing = threading.Lock()

    def current(self, ctx: RequestContext) -> Generation:
        """That of at most a few seconds ago; at once, except for the first time."""
        generation = self._generation
        age = time.monotonic() - self._renewed_at
        if generation is None:
            self._renew_quietly(ctx)
        elif age > max(_RENEW_AFTER_SECONDS, _PAUSES * self._took) and not self._renewing.locked():
            thread = threading.Thread(target=self._renew_quietly, args=[ctx], daemon=True)
            thread.start()
            if age > _WAIT_FROM_SECONDS:
                thread.join(_WAIT_SECONDS)
        assert self._generation is not None
        return self._generation

    def renew(self, ctx: RequestContext) -> None:
        """Reads what has changed, and begins a new generation where anything has."""
        with self._renewing, collector_paused():
            start = time.monotonic()
            contents = self._events.refresh(ctx)
            members = members_of(contents.stored)
            scalars = self._refresh_scalars(ctx, contents, members)
            unread = self._event_files.problems() if self._event_files else ()
            looked = self._event_files is None or self._event_files.looked
            # A loader that is still reading shows more each time.
            before, self._count = self._count, _count(contents)
            complete = looked and not unread and self._count == before
            seen, now_us = (contents, scalars, unread, complete), time.time_ns() // 1000
            if now_us >= self._silence_us or not self._is_known(seen):
                catalog = build_catalog(
                    contents.stored, members, scalars, contents.bulk, complete, self._kept_points
                )
                body = models_body(catalog, (*unread, *contents.unreadable), now_us)
                self._generation = Generation(catalog, body)
                self._silence_us = next_silence_us(catalog, now_us)
            self._seen = seen
            self._renewed_at = time.monotonic()
            self._took = self._renewed_at - start

    def _is_known(self, seen: _Seen) -> bool:
        """Whether the generation tells this; one that lacks nothing only has to be called so."""
        generation = self._generation
        if generation is None or self._seen is None or seen[:-1] != self._seen[:-1]:
            return False
        if seen == self._seen:
            return True
        if not generation.catalog.lacks_nothing or generation.catalog.complete:
            return False
        catalog = replace(generation.catalog, complete=True)
        self._generation = Generation(catalog, complete_body(generation.body))
        return True

    def _refresh_scalars(
        self, ctx: RequestContext, contents: Contents, members: Iterable[Member]
    ) -> Scalars:
        models_of_run = Counter(member.run for member in members)
        several = self._kept_points or ALL_POINTS
        points = {run: 1 if n == 1 else several for run, n in models_of_run.items()}
        tags = scalar_tags(contents.stored)
        whole = whole_scalars(contents.stored) if tags else frozenset[str]()
        return self._scalars.refresh(ctx, points, tags, whole)

    def _renew_quietly(self, ctx: RequestContext) -> None:
        try:
            self.renew(ctx)
        except Exception as error:
            self._renewed_at = time.monotonic()
            logger.warning("Compress & Compare could not read the logs: %r", error)
            if self._generation is None:
                self._generation = _nothing_read(error)


def _count(contents: Contents) -> int:
    return len(contents.stored) + len(contents.unreadable) + len(contents.bulk)


def _nothing_read(error: Exception) -> Generation:
    """What is shown while nothing at all could be read."""
    problem = RecordError(
        f"The logs could not be read ({error!r})",
        "",
        "Please report this, with TensorBoard's own log",
    )
    catalog = build_catalog((), (), {})
    return Generation(
        catalog, json_body(models_response(catalog, [Unreadable(None, None, problem)]))
    )
