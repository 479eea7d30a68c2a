"""``tensorboard-cnc edit``: changes what is said of models, by writing beside what was logged."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.commands.output import complain, say
from tensorboard_cnc.commands.places import local_logs

if TYPE_CHECKING:
    from tensorboard_cnc.edits.planned import Planned
    from tensorboard_cnc.edits.wanted import Wanted

_DONE, _NOT_WRITTEN, _WRONG_USAGE = 0, 1, 2
_CLEARABLE = (
    *("parents", "operation", "description", "checkpoint", "replicate_of"),
    *("note", "tags", "renamed"),
)
Commands = argparse._SubParsersAction


def add_edit(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command to a parser's."""
    command = commands.add_parser(
        "edit",
        help="change what is said of models: parents, notes, tags, names, status",
        description="Says something new of models that were logged. A new event file is written "
        "beside those of the model's run; none is changed, and of each field the last word counts.",
        epilog="Exit code 0: done. 1: it could not be written. 2: wrong usage, such as a model "
        "that does not exist.",
    )
    command.add_argument(
        "directory", type=local_logs, metavar="DIR", help="a log directory on this machine"
    )
    command.add_argument(
        "models", nargs="+", metavar="ID", help="a model's id, its key, run/id or display name"
    )
    _add_origin(command)
    _add_words(command)
    command.add_argument(
        "--clear",
        action="append",
        default=[],
        choices=_CLEARABLE,
        metavar="FIELD",
        help=f"say that there is none: {', '.join(_CLEARABLE)}; may be repeated",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="only say what would change, write nothing"
    )
    command.set_defaults(run=_edit)


def _add_origin(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--parent",
        action="append",
        metavar="ID",
        help="a model that it was made from, the main one first; may be repeated",
    )
    command.add_argument(
        "--operation",
        nargs="+",
        metavar=("NAME", "k=v"),
        help="what was done to the parents, and its parameters",
    )
    command.add_argument("--description", metavar="TEXT", help="anything worth reading")
    command.add_argument("--checkpoint", metavar="PLACE", help="where its weights are kept")
    command.add_argument(
        "--replicate-of", metavar="ID", help="the model that nothing but chance tells it from"
    )
    command.add_argument(
        "--status",
        choices=("running", "finished", "failed"),
        help="how its job ended, or that it runs",
    )
    command.add_argument("--reason", default="", metavar="TEXT", help="why it failed")


def _add_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--note", metavar="TEXT", help="what you think of it")
    command.add_argument(
        "--tag", action="append", default=[], metavar="TAG", help="adds a tag; may be repeated"
    )
    command.add_argument(
        "--untag", action="append", default=[], metavar="TAG", help="takes a tag away"
    )
    hiding = command.add_mutually_exclusive_group()
    hiding.add_argument(
        "--hide", dest="hidden", action="store_const", const=True, help="leave it out of the page"
    )
    hiding.add_argument(
        "--show", dest="hidden", action="store_const", const=False, help="no longer hide it"
    )
    command.add_argument(
        "--rename",
        dest="renamed",
        metavar="NAME",
        help="the name that it is shown under; its id and all links stay",
    )
    command.add_argument(
        "--withdraw",
        action="append",
        default=[],
        metavar="METRIC",
        help="a metric that was logged by mistake counts as not logged; may be repeated",
    )


def _edit(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.edits.planned import plan
    from tensorboard_cnc.edits.written import write_changes
    from tensorboard_cnc.errors import CncError, WriterError
    from tensorboard_cnc.results.runs import read
    from tensorboard_cnc.wording import printable

    directory: Path = arguments.directory
    try:
        if not directory.is_dir():
            complain(printable(f"{directory} is no directory here. Name a local log directory."))
            return _WRONG_USAGE
        planned = plan(read([directory]), arguments.models, _wanted(arguments))
        written = 0 if arguments.dry_run else write_changes(directory, planned)
    except WriterError as error:
        complain(printable(str(error)))
        return _NOT_WRITTEN
    except (CncError, OSError) as error:
        complain(printable(str(error)))
        return _WRONG_USAGE
    say("\n".join(_told(planned, written)))
    return _DONE


def _wanted(arguments: argparse.Namespace) -> Wanted:
    from tensorboard_cnc.edits.wanted import Wanted, parsed_operation, without
    from tensorboard_cnc.errors import ArgumentError

    names = ("description", "checkpoint", "replicate_of", "status", "note", "hidden", "renamed")
    given: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    given["parents"] = arguments.parent
    given["operation"] = arguments.operation and parsed_operation(arguments.operation)
    said = {name: value for name, value in given.items() if value is not None}
    wanted = Wanted(
        without(said, arguments.clear),
        arguments.tag,
        arguments.untag,
        arguments.withdraw,
        arguments.reason,
    )
    if not (said or arguments.clear or arguments.tag or arguments.untag or arguments.withdraw):
        raise ArgumentError(
            "No change is given", "What is left out stays as it is", "See --help for what there is"
        )
    return wanted


def _told(planned: Sequence[Planned], written: int) -> Iterator[str]:
    """Every model with what changes, then how many were changed."""
    from tensorboard_cnc.wording import printable, shortened

    for each in planned:
        yield printable(f"{shortened(each.model.id)} (run {each.model.run})")
        changes = list(each.changes())
        for name, before, after in changes:
            yield "  " + printable(f"{name}: {before} → {after}")
        if not changes:
            yield "  nothing to change"
    if written:
        models = "1 model was" if written == 1 else f"{written:,} models were"
        yield f"{models} changed. TensorBoard shows it within seconds."
    elif any(each.said or each.withdrawn for each in planned):
        yield "Nothing was written (--dry-run)."
