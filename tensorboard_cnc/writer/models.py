"""Opens handles: `model` for a new model, `attach` for one that is logged elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tensorboard_cnc.errors import ArgumentError, WriterError
from tensorboard_cnc.records import Goal, MetricSpec, ModelCard, Operation
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.event_clock import now_us
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.names import checked_name
from tensorboard_cnc.writer.sinks import NullSink, Sink, open_sink


def model(
    writer: object,
    model_id: str,
    *,
    parents: str | ModelHandle | Iterable[str | ModelHandle] = (),
    operation: Operation | None = None,
    description: str = "",
    checkpoint: str | None = None,
    metrics: Mapping[str, Goal] | Iterable[MetricSpec] | None = None,
) -> ModelHandle:
    """Starts logging a model; it shows at once, as running, until the handle is closed.

    Args:
      writer: a directory (str or Path), a SummaryWriter of torch or tensorboardX, Lightning's
        ``logger.experiment``, or a ``tf.summary`` writer.
      model_id: what other models call it, 1 to 1,000 printable characters. The same id in
        another run is another model.
      parents: the model or models it was made from, as ids or handles, the main one first.
      operation: how it was made, from `operation(...)`.
      description: shown with its details.
      checkpoint: where its weights are.
      metrics: how to read its metrics: ``{"accuracy": "max"}`` or specs from `metric(...)`.

    Raises:
      WriterError: `writer` is none of these.
      ArgumentError: another argument cannot be logged.
    """
    try:
        sink = open_sink(writer)
        try:
            card = ModelCard(
                checked_name(model_id, "model's id"),
                _parent_ids(model_id, parents),
                _checked_operation(operation),
                description=str(description),
                checkpoint="" if checkpoint is None else str(checkpoint),
                created_us=now_us(),
            )
        except ArgumentError:
            sink.close()
            raise
    except (ArgumentError, WriterError) as error:
        policy.pass_over(error)
        return ModelHandle(str(model_id), NullSink(), None)
    handle = ModelHandle(model_id, sink, card)
    if metrics is not None:
        handle.define(metrics)
    return handle


def attach(writer: object, model_id: str) -> ModelHandle:
    """Adds metrics to a model that is logged elsewhere, for example its latency on a phone.

    The newest value of each metric counts; the page shows the run it came from.

    Raises:
      WriterError: see `model`.
      ArgumentError: the id cannot be one.
    """
    try:
        checked_name(model_id, "model's id")
        sink: Sink = open_sink(writer)
    except (ArgumentError, WriterError) as error:
        policy.pass_over(error)
        sink = NullSink()
    return ModelHandle(str(model_id), sink, None)


def define_metrics(writer: object, *specs: MetricSpec) -> None:
    """Logs how to read metrics, once for all models of the log directory.

    Raises:
      WriterError: see `model`.
      ArgumentError: something is not a spec from `metric(...)`.
    """
    handle = attach(writer, "metric specs")
    handle.define(specs)
    handle.close()


def _parent_ids(
    model_id: str, parents: str | ModelHandle | Iterable[str | ModelHandle]
) -> tuple[str, ...]:
    several = [parents] if isinstance(parents, str | ModelHandle) else list(parents)
    ids = [parent.id if isinstance(parent, ModelHandle) else parent for parent in several]
    for parent in ids:
        if checked_name(parent, "parent's id") == model_id:
            raise ArgumentError(
                f"The model {model_id!r:.80} names itself as a parent",
                "A model descends from others",
                "Give the two different ids",
            )
    return tuple(dict.fromkeys(ids))


def _checked_operation(operation: object) -> Operation | None:
    if operation is None or isinstance(operation, Operation):
        return operation
    raise ArgumentError(
        f"The operation is {operation!r:.80}",
        "Operations are made by cnc_summary.operation",
        f"Pass cnc_summary.operation({str(operation)!r:.40})",
    )
