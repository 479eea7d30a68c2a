"""The ``layers`` route."""

from __future__ import annotations

import json

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider
from werkzeug import Request, Response

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.plugin.http import prepare, respond
from tensorboard_cnc.plugin.layers.comparison import Comparison
from tensorboard_cnc.plugin.layers.measures_told import chosen_measure
from tensorboard_cnc.plugin.layers.question import asked
from tensorboard_cnc.plugin.layers.row_answer import row_answer
from tensorboard_cnc.plugin.layers.sketches_read import (
    bulk_of,
    comparable,
    views_logged,
)
from tensorboard_cnc.plugin.layers.tree_answer import tree_answer
from tensorboard_cnc.plugin.parameters import check_models
from tensorboard_cnc.plugin.record_cache import RecordCache, Records
from tensorboard_cnc.reader.bulk_reader import BulkReader


class LayersRoute:
    """Answers questions about any experiment; usable from several threads."""

    def __init__(self, provider: DataProvider, cache: RecordCache) -> None:
        self._provider, self._cache = provider, cache

    def answer(
        self, request: Request, ctx: RequestContext, experiment_id: str, catalog: Catalog
    ) -> Response:
        """The answer to the question in the query string.

        Raises:
            BadRequestError: it is malformed, or names what there is not.
        """
        question = asked(request.args)
        keys = (question.base, *question.models)
        check_models(catalog, keys)
        measure = chosen_measure(question.view, question.measure)
        reader = BulkReader(self._provider, experiment_id)
        cached = Records(self._cache, reader, ctx, experiment_id)
        records, notes = comparable(catalog, keys, question.view, cached)
        bulks = tuple(bulk_of(catalog, key, question.view) for key in keys)
        # A record that could not be read may be readable the next time.
        key = (question.view, keys, bulks, tuple(records))
        comparison = cached.keep(Comparison, key, lambda: Comparison(keys, records))
        answer: wire.LayerTree | wire.LayerDetail
        if question.row is not None and question.level == "row":
            answer = row_answer(comparison, question.view, question.row, notes)
        else:
            views = views_logged(catalog, keys)
            answer = tree_answer(comparison, question.view, measure, views, notes)
        text = json.dumps(answer, allow_nan=False, separators=(",", ":"))
        return respond(request, prepare(text.encode(), "application/json"))
