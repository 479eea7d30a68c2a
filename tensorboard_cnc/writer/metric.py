"""Defines how metrics are to be read."""

from __future__ import annotations

from tensorboard_cnc.records.models import Budget, Goal, MetricSpec
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.journal import Journal
from tensorboard_cnc.writer.metric_spec import checked_spec, checked_specs, write_specs
from tensorboard_cnc.writer.policy import tolerate, unreported
from tensorboard_cnc.writer.sinks.sink import open_sink


def metric(
    name: str,
    *,
    goal: Goal | None = None,
    unit: str = "",
    format: str = "",
    low: float | None = None,
    high: float | None = None,
    primary: bool = True,
    budget: str | float | Budget | None = None,
    scalar: str | None = None,
    summary: str | None = None,
    description: str = "",
) -> MetricSpec:
    """How to read a metric, for `define_metrics` or ``model(..., metrics=[...])``.

    Args:
      name: the name under which it is logged: 1 to 1,000 printable characters.
      goal: "max" if more is better, "min" if less is. None: the page guesses from well-known
        names (accuracy, loss, latency …) and says so.
      unit: shown behind values, such as "ms".
      format: a d3-format specifier, such as ".1%" or ",d".
      low: the lowest value of its scale, in its unit.
      high: the highest value of its scale, in its unit.
      primary: whether it is among the few that are shown first.
      budget: the limit that models should meet: a number, which the goal makes a maximum or a
        minimum; or a text such as "<= 10 ms", ">= 0.9", or, relative to the base model,
        ">= base - 0.01", "<= base - 20 %" (percent of the base's value).
      scalar: the tag of an ordinary TensorBoard scalar of the model's run. Where the metric is
        not logged itself, its value is the last one of that scalar.
      summary: which value of the scalar counts instead: "best" (the highest or lowest, by the
        goal), "max", "min", "last", or that of a training step, "at:400". The page shows the step.
      description: what it measures, in one line; the page shows it at the metric's name.

    Returns:
      The spec; nothing is logged yet.

    Raises:
      ArgumentError: a value that breaks one of these rules. With ``on_error("warn")`` this is
        left to `model` and `define_metrics`, which leave the spec out.
    """
    given = MetricSpec(
        name=name,
        goal=goal,
        unit=unit,
        format=format,
        low=low,
        high=high,
        primary=primary,
        # Read by checked_spec, as everything here.
        budget=budget,  # type: ignore[arg-type]
        scalar="" if scalar is None else scalar,
        summary="" if summary is None else summary,
        description=description,
    )
    return given if policy.is_lenient() else checked_spec(given)


def define_metrics(writer: Writer, *specs: MetricSpec) -> None:
    """Logs how metrics are to be read, for all models of the log directory.

    Where runs define a metric differently, the newest definition counts and the page says so.

    Args:
      writer: as for `model`.
      *specs: what `metric` made.

    Raises:
      WriterError: `writer` is not one.
      ArgumentError: one of `specs` is not a spec, or two of them define the same metric.
    """
    with tolerate(unreported):
        checked = checked_specs(specs, unreported)
        journal = Journal(open_sink(writer))
        try:
            write_specs(journal, checked)
            journal.flush()
        finally:
            journal.close()
