"""``tensorboard-cnc adopt``: makes models of runs that were logged without a line of ours."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_cnc.commands.output import complain, say
from tensorboard_cnc.commands.places import local_logs

if TYPE_CHECKING:
    from tensorboard_cnc.edits.adopted import Adoption
    from tensorboard_cnc.records.models import MetricSpec

_DONE, _NOT_WRITTEN, _WRONG_USAGE = 0, 1, 2
_SUGGESTED = 10
Commands = argparse._SubParsersAction


def add_adopt(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command to a parser's."""
    command = commands.add_parser(
        "adopt",
        help="make models of TensorBoard runs that were logged before",
        description="Every run that has one of the named scalars becomes a model, with its name as "
        "id and the scalars as metrics. Event files are written beside those that are there, which "
        "are not touched. Adopting again adds what is new.",
        epilog="Exit code 0: done. 1: it could not be written. 2: wrong usage, such as a scalar "
        "that no run has.",
    )
    command.add_argument(
        "directory", type=local_logs, metavar="DIR", help="a log directory on this machine"
    )
    for option, what, how in (
        ("--scalar", "NAME=TAG", "a metric, and the scalar that it is the last value of"),
        ("--goal", "NAME=max|min", "which way a metric is better"),
        ("--summary", "NAME=best", "another value of the scalar: best, max, min or at:<step>"),
        ("--unit", "NAME=UNIT", "the unit of a metric"),
        ("--map", "RUN=PARENT", "the model that a run was made from"),
    ):
        command.add_argument(
            option, action="append", default=[], metavar=what, help=f"{how}; may be repeated"
        )
    command.add_argument(
        "--parent", default="", metavar="ID", help="the model that all other runs were made from"
    )
    command.add_argument(
        "--guess",
        action="store_true",
        help='take the parents that names suggest, such as "dense" of "dense-int8"; see --dry-run',
    )
    command.add_argument(
        "--dry-run", action="store_true", help="only say what would become of it, write nothing"
    )
    command.set_defaults(run=_adopt)


def _adopt(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.edits.adopted import Lineage, plan_adoption, write_adoption
    from tensorboard_cnc.errors import CncError, WriterError
    from tensorboard_cnc.wording import printable

    directory: Path = arguments.directory
    try:
        if not directory.is_dir():
            complain(printable(f"{directory} is no directory here. Name a local log directory."))
            return _WRONG_USAGE
        lineage = Lineage(_pairs("--map", arguments.map), arguments.parent, arguments.guess)
        adoption = plan_adoption(directory, _specs(arguments), lineage)
        if not arguments.dry_run:
            write_adoption(directory, adoption)
    except WriterError as error:
        complain(printable(str(error)))
        return _NOT_WRITTEN
    except (CncError, OSError) as error:
        complain(printable(str(error)))
        return _WRONG_USAGE
    for message in adoption.unread:
        complain(printable(message))
    say("\n".join(map(printable, _told(adoption, arguments.dry_run))))
    return _DONE


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    from tensorboard_cnc.errors import ArgumentError

    found: dict[str, str] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not name or not value or name in found:
            raise ArgumentError(
                f"{option} is {text!r}" + (", for the second time" if name in found else ""),
                "It has the form NAME=VALUE, and each name comes once",
                f"Write {option} {'dense-int8=dense' if option == '--map' else 'accuracy=…'}",
            )
        found[name] = value
    return found


def _specs(arguments: argparse.Namespace) -> list[MetricSpec]:
    from tensorboard_cnc.edits.adopted import specs_of

    options = ("goal", "summary", "unit")
    said = {name: _pairs(f"--{name}", getattr(arguments, name)) for name in options}
    return specs_of(_pairs("--scalar", arguments.scalar), said)


def _told(adoption: Adoption, dry_run: bool) -> Iterator[str]:
    for run, card in adoption.cards.items():
        made = f" ← {', '.join(card.parents)}" if card.parents else ""
        points = ", ".join(f"{tag} ({n:,})" for tag, n in adoption.found[run].points.items())
        yield f"{card.id}{made}: {points}"
    if adoption.known:
        count = len(adoption.known)
        yield f"{count:,} {'run is' if count == 1 else 'runs are'} models already"
    if adoption.suggested:
        first = list(adoption.suggested.items())[:_SUGGESTED]
        listed = ", ".join(f"{child} ← {parent}" for child, parent in first)
        more = f" and {len(adoption.suggested) - _SUGGESTED:,} more" * (
            len(adoption.suggested) > _SUGGESTED
        )
        yield f"Names suggest {listed}{more}: --guess takes these, --map says others"
    models = f"{len(adoption.cards):,} {'model' if len(adoption.cards) == 1 else 'models'}"
    if not adoption.cards and not adoption.specs:
        yield "Nothing is new."
    else:
        yield "Nothing was written (--dry-run)." if dry_run else f"Wrote {models}."
