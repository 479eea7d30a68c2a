"""Opens handles: a model that is logged here, or one that is logged elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from tensorboard_cnc.records.models import MetricSpec, ModelCard, Operation
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.journal import Journal, ProblemLog
from tensorboard_cnc.writer.metric_spec import checked_specs, write_specs
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut, checked_card
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.policy import tolerate
from tensorboard_cnc.writer.sinks.sink import NullSink, Sink, directory_of, open_sink


def model(
    writer: Writer,
    model_id: str,
    *,
    parents: str | ModelHandle | Iterable[str | ModelHandle] | LeftOut | None = LEFT_OUT,
    operation: Operation | str | LeftOut | None = LEFT_OUT,
    description: str | LeftOut = LEFT_OUT,
    checkpoint: str | os.PathLike[str] | LeftOut | None = LEFT_OUT,
    replicate_of: str | ModelHandle | LeftOut | None = LEFT_OUT,
    metrics: Mapping[str, str | None] | Iterable[MetricSpec] | None = None,
) -> ModelHandle:
    """Logs a model: the page shows it at once, as running until the handle is closed.

    Where the run holds the model already, it is the same one: parents, operation, description,
    checkpoint and replicate_of stay as they were said last unless they are said again.
    ``parents=()``, ``description=""``, and None for the others say that there is none.

    Args:
      writer: a SummaryWriter of torch or tensorboardX, Lightning's ``logger.experiment``, a
        ``tf.summary`` writer, or a directory (str or Path). In a directory the records go into
        the sub-run ``cnc``, so that they never disturb another writer's file. In a
        ``torch.distributed`` job only rank 0 writes, and the other ranks may pass anything.
      model_id: the model's name, unique within the run: 1 to 1,000 printable characters.
      parents: ids or handles of the models that it was made from, the main one first. They may
        be logged in any run of the log directory, even later.
      operation: what was done to the parents, made by `operation`, or only its name.
      description: anything worth reading.
      checkpoint: where its weights are kept. It is only shown, never opened.
      replicate_of: id or handle of a model that was made in the same way, with nothing but chance
        changed: its spread is then known. Where a parameter of the operation says the seed
        (``seed``, ``random_state``, ``replicate``, ``torch_seed``), it need not be said.
      metrics: how to read the metrics: goals by name, such as {"accuracy": "max"}, or specs
        made by `metric`. They hold for the whole log directory.

    Returns:
      A handle to add metrics with, and to close; best used in a ``with`` block.

    Raises:
      WriterError: `writer` is none of these.
      ArgumentError: any other argument that cannot be logged.
      ClosedError: the writer has been closed.
    """
    problems = ProblemLog()
    card = None
    with tolerate(problems.note):
        card = checked_card(
            model_id,
            parents,
            operation,
            description,
            checkpoint,
            replicate_of,
            report=problems.note,
        )
    specs: tuple[MetricSpec, ...] = ()
    with tolerate(problems.note):
        specs = checked_specs(metrics, problems.note) if metrics is not None else ()
    if card is None:
        return ModelHandle("", Journal(NullSink()), problems, ModelCard(""))
    return _opened(writer, card.id, problems, card, specs)


def attach(writer: Writer, model_id: str) -> ModelHandle:
    """Adds to a model that is logged elsewhere: in another run, or by another process.

    Metrics, predictions and sketches are shown with the model; metrics say where they came from.
    If several runs have measured a metric, the newest value counts.

    Args:
      writer: as for `model`.
      model_id: the id under which the model is logged, now or later.

    Returns:
      A handle to add with, and to close; it says nothing of the model's status.

    Raises:
      WriterError: `writer` is not one.
      ArgumentError: `model_id` cannot be logged.
    """
    problems = ProblemLog()
    with tolerate(problems.note):
        return _opened(writer, checked_name(model_id, "model id"), problems, None, ())
    return ModelHandle("", Journal(NullSink()), problems, None)


def _opened(
    writer: Writer,
    model_id: str,
    problems: ProblemLog,
    card: ModelCard | None,
    specs: tuple[MetricSpec, ...],
) -> ModelHandle:
    sink: Sink = NullSink()
    with tolerate(problems.note):
        sink = open_sink(writer)
    journal = Journal(sink, directory_of(writer), problems.note)
    try:
        with tolerate(problems.note):
            write_specs(journal, specs)
        return ModelHandle(model_id, journal, problems, card)
    except BaseException:
        journal.close()
        raise
