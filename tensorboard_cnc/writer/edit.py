"""Says something of a model that is logged already: new words beside the old, none erased."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.tags import model_tag
from tensorboard_cnc.records.models import ModelCard, Operation, Status
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.annotations import checked_annotations, checked_status
from tensorboard_cnc.writer.journal import Journal, ProblemLog, now_us
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut, checked_origin
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.policy import Report, tolerate
from tensorboard_cnc.writer.sinks.sink import directory_of, open_sink


def edit(
    writer: Writer,
    model_id: str,
    *,
    parents: str | ModelHandle | Iterable[str | ModelHandle] | LeftOut | None = LEFT_OUT,
    operation: Operation | str | LeftOut | None = LEFT_OUT,
    description: str | LeftOut = LEFT_OUT,
    checkpoint: str | os.PathLike[str] | LeftOut | None = LEFT_OUT,
    replicate_of: str | ModelHandle | LeftOut | None = LEFT_OUT,
    note: str | LeftOut | None = LEFT_OUT,
    tags: str | Iterable[str] | LeftOut | None = LEFT_OUT,
    hidden: bool | LeftOut = LEFT_OUT,
    renamed: str | LeftOut | None = LEFT_OUT,
    status: Status | LeftOut = LEFT_OUT,
    reason: str = "",
) -> None:
    """Changes what is said of a model that is logged already, be it by another script.

    Nothing is erased: of each field the last word counts, and what is left out stays. To remove
    something, say so: ``parents=()``, ``operation=None``, ``note=None``, ``tags=()``,
    ``renamed=None``. Metrics are withdrawn by ``attach(...).metrics({"typo": None})``.

    Args:
      writer: as for `model`: best the directory that holds the model's run. From another run the
        model is looked for as `attach` does.
      model_id: the id that the model was logged under.
      parents: ids or handles of the models that it was made from, as for `model`.
      operation: what was done to these.
      description: anything worth reading.
      checkpoint: where its weights are kept.
      replicate_of: the model that nothing but chance tells it from.
      note: what you think of it, at most 10,000 characters. Links that begin with ``http://`` or
        ``https://`` can be clicked on the page.
      tags: words to find and filter it by, at most 50 of 100 characters. They replace those that
        were there.
      hidden: whether the page leaves it out until hidden models are asked for.
      renamed: the name that it is shown under, which no other model may have. Its id, and with it
        every link, stays.
      status: "running", "finished" or "failed", as for a job that was killed.
      reason: why it failed.

    Raises:
      WriterError: `writer` is not one.
      ArgumentError: an argument that cannot be logged, or nothing is said.
      ClosedError: the writer has been closed.
    """
    problems = ProblemLog()
    with tolerate(problems.note):
        journal = Journal(open_sink(writer), directory_of(writer), problems.note)
        try:
            with tolerate(problems.note):
                origin = (parents, operation, description, checkpoint, replicate_of)
                annotations = (note, tags, hidden, renamed)
                card = _change(model_id, origin, annotations, status, reason, problems.note)
                journal.write(model_tag(card.id, journal.handle), card)
            if isinstance(model_id, str):
                problems.write(journal, model_id)
            journal.flush()
        finally:
            journal.close()


def _change(
    model_id: Any,
    origin: tuple[Any, ...],
    annotations: tuple[Any, ...],
    status: Any,
    reason: Any,
    report: Report,
) -> ModelCard:
    checked_id = checked_name(model_id, "model id")
    said = {
        **checked_origin(checked_id, *origin, report=report),
        **checked_annotations(*annotations, report=report),
    }
    ending = checked_status(status, reason, report)
    if not said and not ending:
        raise ArgumentError(
            f'No change of the model "{checked_id}" is given',
            "What is left out stays as it is",
            'Say something, such as note="the one in the paper" or hidden=True',
        )
    says = frozenset({*said, "status"} if ending else said)
    return ModelCard(checked_id, **said, **ending, created_us=now_us(), edits=True, says=says)
