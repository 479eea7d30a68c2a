"""The ``behaviors`` and ``instance_media`` routes."""

from __future__ import annotations

import json

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider
from werkzeug import Request, Response

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.behaviors.answers import Answerer
from tensorboard_cnc.plugin.behaviors.question import asked
from tensorboard_cnc.plugin.behaviors.thumbnail import thumbnail
from tensorboard_cnc.plugin.http import BadRequestError, prepare, respond, respond_with_file
from tensorboard_cnc.plugin.record_cache import RecordCache, Records
from tensorboard_cnc.reader.bulk_reader import BulkReader

_FILE_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class BehaviorsRoutes:
    """Answers questions about any experiment; usable from several threads."""

    def __init__(self, provider: DataProvider, cache: RecordCache) -> None:
        self._provider, self._cache = provider, cache

    def answer(
        self, request: Request, ctx: RequestContext, experiment_id: str, catalog: Catalog
    ) -> Response:
        """The answer to the question in the query string: JSON, or a file of all rows.

        Raises:
            BadRequestError: it is malformed, or names what there is not.
        """
        question = asked(request.args)
        try:
            answerer = Answerer(question, catalog, self._records(ctx, experiment_id))
            if question.format:
                name = f"instances.{question.format}"
                pieces = answerer.file(question.format)
                return respond_with_file(request, pieces, _FILE_TYPES[question.format], name)
            answer = answerer.answer()
        except RecordError as error:
            raise BadRequestError(404, f"{error.message} {error.remedy}") from error
        text = json.dumps(answer, allow_nan=False, separators=(",", ":"))
        return respond(request, prepare(text.encode(), "application/json"))

    def media(
        self, request: Request, ctx: RequestContext, experiment_id: str, catalog: Catalog
    ) -> Response:
        """The thumbnail that the query string asks for.

        Raises:
            BadRequestError: 400, a parameter is missing; 404, there is none.
        """
        image = thumbnail(request.args, catalog, self._records(ctx, experiment_id))
        return respond(request, prepare(image, "image/png"))

    def _records(self, ctx: RequestContext, experiment_id: str) -> Records:
        reader = BulkReader(self._provider, experiment_id)
        return Records(self._cache, reader, ctx, experiment_id)
