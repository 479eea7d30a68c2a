"""``tensorboard-cnc list`` and ``show``: the map, and one model, in the terminal."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tensorboard_cnc.commands.output import complain, say

if TYPE_CHECKING:
    from tensorboard_cnc import wire
    from tensorboard_cnc.results.models import Model
    from tensorboard_cnc.results.runs import Runs

_WRONG_USAGE = 2
_STATES = {"missing": "nobody logged it"}
# Deeper branches are not indented further.
_DEEPEST = 20
_METRICS_SHOWN = 4
Commands = argparse._SubParsersAction


def add_list(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command to a parser's."""
    command = commands.add_parser(
        "list",
        help="the models of a log directory, below what they were made from",
        description="Prints every model below its main parent, with its first metrics.",
    )
    command.add_argument("directory", metavar="DIR", help="a log directory, or an address")
    command.add_argument("--all", action="store_true", help="hidden models too")
    command.add_argument(
        "--tag", action="append", default=[], metavar="TAG", help="only models with this tag"
    )
    command.set_defaults(
        run=lambda arguments: _printed(
            arguments, lambda runs: _listed(runs, arguments.all, set(arguments.tag))
        )
    )


def add_show(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command to a parser's."""
    command = commands.add_parser(
        "show",
        help="everything about one model",
        description="Prints what was logged of one model.",
    )
    command.add_argument("directory", metavar="DIR", help="a log directory, or an address")
    command.add_argument("model", metavar="ID", help="its id, its key or run/id")
    command.set_defaults(
        run=lambda arguments: _printed(arguments, lambda runs: _shown(runs, arguments.model))
    )


def _printed(arguments: argparse.Namespace, text_of: Callable[[Runs], Iterable[str]]) -> int:
    from tensorboard_cnc.errors import CncError
    from tensorboard_cnc.results.runs import read
    from tensorboard_cnc.wording import printable

    try:
        runs = read([arguments.directory])
        lines = list(text_of(runs))
    except CncError as error:
        complain(printable(str(error)))
        return _WRONG_USAGE
    for problem in runs.problems:
        complain(printable(problem["message"]))
    say("\n".join(lines))
    return 0


def _listed(runs: Runs, hidden_too: bool, tags: set[str]) -> Iterator[str]:
    """Every model with what it was made by, below its main parent."""
    from tensorboard_cnc.wording import printable

    shown = [spec["name"] for spec in runs.metrics if spec["primary"]][:_METRICS_SHOWN]
    listed = [model for model in runs.models if tags <= set(model.tags)]
    keys = {model.key for model in listed}
    hidden = set() if hidden_too else _left_out(runs) & keys
    keys -= hidden
    children: dict[str, list[Model]] = {}
    for model in listed:
        if model.key in keys:
            above = next((key for key in _line_up(runs, model) if key in keys), "")
            children.setdefault(above, []).append(model)
    pending = [(model, 0) for model in reversed(children.get("", []))]
    if not pending and not hidden:
        yield "No model has these tags." if tags else "No model was logged here."
    while pending:
        model, depth = pending.pop()
        pending += [(child, depth + 1) for child in reversed(children.get(model.key, []))]
        marker = "  " * min(depth, _DEEPEST)
        yield marker + printable(_line(runs, model, shown))
    if hidden:
        yield f"{len(hidden):,} hidden (--all lists them)"


def _left_out(runs: Runs) -> set[str]:
    """The keys of hidden models, but of those that others come from which are not hidden."""
    parents = {model.key: model.parent_keys for model in runs.models}
    pending = [model.key for model in runs.models if not model.hidden]
    kept = set(pending)
    while pending:
        new = set(parents[pending.pop()]) - kept
        kept |= new
        pending.extend(new)
    return parents.keys() - kept


def _line_up(runs: Runs, model: Model) -> Iterator[str]:
    """The keys of its main parent, of that one's, and so on."""
    current: Model | None = model
    while current is not None:
        key = next(iter(current.parent_keys), None)
        if key is not None:
            yield key
        current = None if key is None else runs.models[key]


def _line(runs: Runs, model: Model, metrics: Iterable[str]) -> str:
    """As "prune-50 (magnitude prune amount=0.5): accuracy 92 %, size_bytes 2.4 kB"."""
    from tensorboard_cnc.wording import shortened

    operation = model.said["operation"]
    made = f" ({shortened(_operation(operation))})" if operation else ""
    state = "" if model.status == "finished" else f" [{_STATES.get(model.status, model.status)}]"
    state += " [hidden]" if model.hidden else ""
    values = ", ".join(
        f"{name} {_value(runs, model, name)}" for name in metrics if name in model.metrics
    )
    front = " *" if model.front else ""
    name = f"{shortened(model.renamed)} [{model.id}]" if model.renamed else shortened(model.id)
    tags = "".join(f" #{tag}" for tag in model.tags)
    return f"{name}{made}{state}{front}{tags}" + (f": {values}" if values else "")


def _shown(runs: Runs, name: str) -> Iterator[str]:
    """Everything that was logged of one model, a line each."""
    from tensorboard_cnc.wording import printable

    model = runs.models[name]
    for what, text in _facts(model):
        if text:
            yield f"{what:<12} {printable(text)}"
    if model.metrics:
        yield "metrics"
    for metric, measured in model.measurements.items():
        interval = measured.get("interval")
        ends = [interval["low"], interval["high"]] if interval else []
        noise = " to ".join(_amount(runs, metric, end) for end in ends)
        noise = f" ({noise})" if noise else ""
        repeats = len(measured["repeats"])
        many = f" (median of {repeats})" if repeats > 1 else ""
        source = _source(runs, metric, measured)
        yield "  " + printable(f"{metric}: {_value(runs, model, metric)}{noise}{many}{source}")


def _source(runs: Runs, metric: str, measured: wire.Metric) -> str:
    """As " (best of val/acc, step 400)", where a value was taken from a scalar."""
    if "scalar" not in measured:
        return ""
    scalar, step = measured["scalar"], measured["step"]
    kind = _spec(runs, metric).get("summary", "last").partition(":")[0]
    return f" ({scalar} at step {step})" if kind == "at" else f" ({kind} of {scalar}, step {step})"


def _facts(model: Model) -> Iterator[tuple[str, str]]:
    said, logged = model.said, model.said["logged"]
    yield "id", model.id
    yield "shown as", model.renamed
    yield "run", model.run or ""
    yield "key", model.key
    yield "status", _STATES.get(model.status, model.status)
    yield "reason", said.get("reason", "")
    yield "recipe", model.recipe
    yield "parents", ", ".join(model.parents)
    yield "operation", _operation(said["operation"]) if said["operation"] else ""
    yield "description", said.get("description", "")
    yield "checkpoint", said.get("checkpoint", "")
    yield "note", model.note
    yield "tags", ", ".join(model.tags)
    yield "hidden", "yes" if model.hidden else ""
    yield "predictions", ", ".join(logged["predictions"])
    sketches = [kind for kind in ("weights", "activations") if logged[kind]]
    yield "sketches", ", ".join(sketches)


def _operation(operation: wire.Operation) -> str:
    from tensorboard_cnc.results.models import operation_text

    return operation_text(operation)


def _value(runs: Runs, model: Model, metric: str) -> str:
    bound = model.measurements[metric].get("bound")
    return (f"{bound} " if bound else "") + _amount(runs, metric, model.metrics[metric])


def _amount(runs: Runs, metric: str, value: float) -> str:
    from tensorboard_cnc.limits.amount import Scale, amount_text

    spec = _spec(runs, metric)
    return amount_text(value, Scale(spec["unit"], spec["format"], spec["low"], spec["high"]))


def _spec(runs: Runs, metric: str) -> wire.MetricSpec:
    return next(each for each in runs.metrics if each["name"] == metric)
