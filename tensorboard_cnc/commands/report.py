"""``tensorboard-cnc report``: one HTML file that shows a comparison without a server."""

from __future__ import annotations

import argparse
from pathlib import Path

from tensorboard_cnc.commands.output import complain, say

_DONE, _NOT_WRITTEN, _WRONG_USAGE = 0, 1, 2
Commands = argparse._SubParsersAction


def add_report(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command to a parser's."""
    command = commands.add_parser(
        "report",
        help="one HTML file to pass on, which needs no server and no network",
        description="Writes the page into one file, with the answers about some models inside. "
        "Reads the event files; no TensorBoard runs.",
        epilog="Exit code 0: written. 1: the file cannot be written. 2: wrong usage, such as a "
        "model that does not exist, or a file there that is no report.",
    )
    command.add_argument("directory", metavar="DIR", help="a log directory, or an address")
    command.add_argument(
        "--models",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="the models to compare: id, key or run/id; by default those on the front of cost and "
        "quality, 8 at most",
    )
    command.add_argument(
        "--base",
        metavar="ID",
        help="what they are compared with; by default the oldest root that the first was made from",
    )
    command.add_argument(
        "--no-instances",
        action="store_true",
        help="leave out instances: their ids, texts, images and predictions",
    )
    command.add_argument("--title", metavar="TEXT", help="the title of the page")
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("report.html"),
        metavar="FILE",
        help="where to write it, by default report.html",
    )
    command.add_argument(
        "--force", action="store_true", help="replace a file that is no report, too"
    )
    command.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.errors import CncError
    from tensorboard_cnc.reports.report import Request, check_place, write_report
    from tensorboard_cnc.results.runs import read
    from tensorboard_cnc.wording import printable, text_of

    path: Path = arguments.output
    request = Request(arguments.models, arguments.base, not arguments.no_instances, arguments.title)
    try:
        check_place(path, force=arguments.force)
        runs = read([arguments.directory])
        written = write_report(runs, path, request)
    except CncError as error:
        complain(printable(str(error)))
        return _WRONG_USAGE
    except OSError as error:
        complain(printable(f"{path} cannot be written: {error.strerror or text_of(error)}."))
        return _NOT_WRITTEN
    for problem in runs.problems:
        complain(printable(problem["message"]))
    for sentence in written.holds:
        complain(printable(f"The report holds {sentence[:1].lower()}{sentence[1:]}"))
    for part in written.cut:
        complain(printable(f"Cut to stay below 20 MB: {part}."))
    say(f"Wrote {printable(str(path))}: {written.nbytes / 1e6:.1f} MB, models: {written.compared}")
    return _DONE
