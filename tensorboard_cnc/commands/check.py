"""``tensorboard-cnc check``: whether models keep what is asked of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from tensorboard_cnc.commands.output import complain, say

_WRONG_USAGE = 2
Commands = argparse._SubParsersAction


def add_check(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command to a parser's."""
    command = commands.add_parser(
        "check",
        help="whether models keep budgets and do no harm, for CI",
        description="Holds models to the budgets that were logged with their metrics, and to what "
        "is asked here. Reads the event files; no TensorBoard runs.",
        epilog="Exit code 0: all holds. 1: something fails. 2: wrong usage, such as a model that "
        "does not exist. 3: nothing fails, and something cannot be judged: it was not logged, or "
        "there is too little to tell.",
    )
    command.add_argument("directory", metavar="DIR", help="a log directory, or an address")
    command.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="ID",
        help="the model to check: its id, its key or run/id; may be repeated",
    )
    command.add_argument(
        "--base",
        metavar="ID",
        help="what it is compared with; by default the oldest root that it was made from",
    )
    command.add_argument(
        "--require",
        action="append",
        default=[],
        metavar="LIMIT",
        help='a limit on a metric, such as "accuracy >= base - 1 pt" or "size <= 20 kB"; may be '
        "repeated",
    )
    command.add_argument(
        "--no-harm",
        action="store_true",
        help="no part of the data may be harmed more than the rest",
    )
    command.add_argument(
        "--see",
        metavar="AMOUNT",
        help="with --no-harm: so much more broken in a slice of 100 must not have stayed unseen, "
        'by default "10 pt"; of scores and losses so much worse, in their unit',
    )
    command.add_argument(
        "--measure",
        metavar="NAME",
        help="with --no-harm: harm by this measure of Behaviors, such as a score or a loss that "
        'was logged with predictions, or "nll"; by default by what is right',
    )
    command.add_argument(
        "--data",
        metavar="NAME",
        help="with --no-harm: the data set; by default all that both models have predictions on",
    )
    command.add_argument("--junit", type=Path, metavar="FILE", help="writes a report for CI")
    command.add_argument("--markdown", type=Path, metavar="FILE", help="writes a table")
    command.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.checks import reports
    from tensorboard_cnc.checks.check import Question, check
    from tensorboard_cnc.checks.outcome import exit_code
    from tensorboard_cnc.errors import CncError
    from tensorboard_cnc.results.runs import read
    from tensorboard_cnc.wording import printable

    question = Question(
        arguments.model,
        arguments.base,
        arguments.require,
        arguments.no_harm,
        arguments.see,
        arguments.data,
        arguments.measure,
    )
    try:
        runs = read([arguments.directory])
        outcomes = check(runs, question)
        for file, report in (
            (arguments.junit, reports.junit),
            (arguments.markdown, reports.markdown),
        ):
            if file is not None:
                file.write_text(report(outcomes), encoding="utf-8")
    except (CncError, OSError) as error:
        complain(printable(str(error)))
        return _WRONG_USAGE
    for problem in runs.problems:
        complain(printable(problem["message"]))
    say(reports.lines(outcomes))
    return exit_code(outcomes)
