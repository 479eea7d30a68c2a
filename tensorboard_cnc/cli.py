"""The command ``tensorboard-cnc``. Each subcommand imports what it needs when it runs."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from tensorboard_cnc import __version__
from tensorboard_cnc.errors import TableError, WriterError

_DONE, _NOT_WRITTEN, _REFUSED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line `argv` and returns the exit code.

    0: done; 1: the log directory could not be written; 2: malformed input or usage.
    """
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        # Names from a table must not fail on a console that cannot show them.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    exit_code: int = arguments.run(arguments)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tensorboard-cnc", description="Compress & Compare for TensorBoard"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_import(commands)
    return parser


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "import",
        help="import an experiment table of Compress and Compare",
        description="Writes every model of an experiment table into the log directory, as a run "
        "of its own. Importing again updates the models.",
    )
    command.add_argument("table", type=Path, metavar="TABLE.json")
    command.add_argument("--logdir", type=_local_directory, required=True, metavar="DIR")
    command.set_defaults(run=_import)


def _local_directory(name: str) -> Path:
    if "://" in name:
        raise argparse.ArgumentTypeError(
            f"{name} is not on this machine. Import into a local directory and copy that."
        )
    if Path(name).is_file():
        raise argparse.ArgumentTypeError(f"{name} is a file. Name a directory, or a new one.")
    return Path(name)


def _import(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.tables.experiment_table import parse_table
    from tensorboard_cnc.tables.json_document import read_json
    from tensorboard_cnc.tables.progress import with_progress
    from tensorboard_cnc.tables.summary import what_was_read, what_was_written
    from tensorboard_cnc.tables.write_table import write_table

    source, logdir = arguments.table, arguments.logdir
    try:
        table = parse_table(read_json(source))
        print(what_was_read(table, source))
        written = write_table(table, logdir, lambda models: with_progress(models, sys.stderr))
    except TableError as error:
        return _failed(f"{source}: {error}", _REFUSED)
    except WriterError as error:
        return _failed(f"Nothing was imported. {error}", _NOT_WRITTEN)
    except OSError as error:
        remedy = f"Free some space for {logdir}, or give another --logdir."
        return _failed(f"Nothing was imported: {error.strerror or error}. {remedy}", _NOT_WRITTEN)
    except KeyboardInterrupt:
        return _failed("Nothing was imported: interrupted.", _NOT_WRITTEN)
    print(what_was_written(written, logdir))
    return _DONE


def _failed(message: str, exit_code: int) -> int:
    print(f"tensorboard-cnc: {message}", file=sys.stderr)
    return exit_code
