"""The command ``tensorboard-cnc``. Each subcommand imports what it needs when it runs."""

from __future__ import annotations

import argparse
import io
import shlex
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TextIO

from tensorboard_cnc import __version__
from tensorboard_cnc.commands.adopt import add_adopt
from tensorboard_cnc.commands.check import add_check
from tensorboard_cnc.commands.edit import add_edit
from tensorboard_cnc.commands.listing import add_list, add_show
from tensorboard_cnc.commands.report import add_report
from tensorboard_cnc.errors import ArgumentError, CncError, WriterError

_DONE, _NOT_WRITTEN, _REFUSED = 0, 1, 2
_INCOMPLETE = 1
# Of tensors that were refused, how many are named.
_NAMED = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line `argv` and returns the exit code.

    0: done; 1: the log directory or standard output could not be written, or some tensors were
    refused; 2: malformed input or usage. Those of `check` are in its help.
    """
    parser = command_line()
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        # Names from a table must not fail on a console that cannot show them.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if arguments.run is None:
        parser.print_help()
        return _DONE
    exit_code: int = arguments.run(arguments)
    return exit_code


def command_line() -> argparse.ArgumentParser:
    """The parser of the whole command line, with one for each command."""
    parser = argparse.ArgumentParser(
        prog="tensorboard-cnc", description="Compress & Compare for TensorBoard"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    parser.set_defaults(run=None)
    _add_import(commands)
    _add_add(commands)
    add_adopt(commands)
    add_edit(commands)
    add_check(commands)
    add_report(commands)
    add_list(commands)
    add_show(commands)
    return parser


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "import",
        help="import experiments that other tools have logged",
        description="Writes every model of a source into the log directory, as a run of its own: "
        "of a table (CSV, TSV, Parquet), results of lm-evaluation-harness, an MLflow store, a "
        "trainer_state.json, or an experiment table of Compress and Compare. Importing again "
        "updates the models.",
    )
    command.add_argument("source", type=Path, metavar="SOURCE", help="a file or a directory")
    command.add_argument(
        "--logdir",
        type=_local_directory,
        required=True,
        metavar="DIR",
        help="the log directory that the models are written into",
    )
    command.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="MEANING=COLUMN",
        help="what a column of a table is: id, name, parent, operation, parameter, metric, "
        "description, checkpoint, status or ignored; may be repeated",
    )
    command.add_argument("--id", metavar="ID", help="the id of the only model of the source")
    command.add_argument(
        "--dry-run", action="store_true", help="only say what would be imported, write nothing"
    )
    command.set_defaults(run=_import)


def _add_add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "add",
        help="add a model from its checkpoint",
        description="Writes a model with sketches of its weights into the log directory, as a run "
        "of its own. The checkpoint is read piece by piece. Adding again updates the model.",
    )
    command.add_argument(
        "source",
        type=_path_or_address,
        metavar="CHECKPOINT",
        help="a file of safetensors, GGUF, ONNX or torch, an index, a directory, or an address",
    )
    command.add_argument(
        "--logdir",
        type=_local_directory,
        required=True,
        metavar="DIR",
        help="the log directory that the model is written into",
    )
    command.add_argument("--id", required=True, help="the id of the model")
    command.add_argument(
        "--parent",
        action="append",
        default=[],
        metavar="ID",
        help="a model that it was made from, the main one first; may be repeated",
    )
    command.add_argument(
        "--operation",
        nargs="+",
        default=[],
        metavar=("NAME", "k=v"),
        help="what was done to the parents, and its parameters",
    )
    command.add_argument(
        "--base",
        type=_path_or_address,
        metavar="CHECKPOINT",
        help="the weights that a LoRA adapter changes",
    )
    command.add_argument("--description", default="", help="anything worth reading")
    command.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what was measured; may be repeated",
    )
    command.add_argument(
        "--run",
        dest="place",
        type=_inner_path,
        metavar="PATH",
        help="the run in the log directory that it goes to, instead of one of its own",
    )
    command.add_argument(
        "--attach",
        action="store_true",
        help="add weights and metrics to a model that is logged elsewhere, nothing else",
    )
    command.set_defaults(run=_add)


def _path_or_address(name: str) -> Path | str:
    return name if "://" in name else Path(name)


def _local_directory(name: str) -> Path:
    if not name:
        raise argparse.ArgumentTypeError("it is empty. Write . for the current directory.")
    if "://" in name:
        raise argparse.ArgumentTypeError(
            f"{name} is not on this machine. Write into a local directory and copy that."
        )
    try:
        mode = Path(name).stat().st_mode
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{name!r} is not a path: {error}. Name a directory, or a new one."
        ) from error
    except OSError:
        # A new one, or one that cannot be written, which is told when that is tried.
        return Path(name)
    if stat.S_ISREG(mode):
        raise argparse.ArgumentTypeError(f"{name} is a file. Name a directory, or a new one.")
    return Path(name)


def _inner_path(name: str) -> str:
    path = PurePath(name)
    if not name or path.is_absolute() or ".." in path.parts:
        raise argparse.ArgumentTypeError(f"{name!r} leads out of the log directory. Name a run.")
    return name


def _import(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.imports.progress import with_progress
    from tensorboard_cnc.imports.report import what_was_read, what_was_written
    from tensorboard_cnc.imports.sources import read_source
    from tensorboard_cnc.imports.write_models import write_models

    source, logdir = arguments.source, arguments.logdir

    def work() -> tuple[str, str]:
        imported = read_source(source, arguments.map, arguments.id)
        _print(what_was_read(imported, source), sys.stdout)
        if arguments.dry_run:
            return "Nothing was written (--dry-run)", ""
        written = write_models(imported, logdir, lambda models: with_progress(models, sys.stderr))
        return what_was_written(written, logdir), ""

    return _carried_out(
        work,
        arguments,
        nothing="Nothing was imported",
        refused=f"{source}: ",
        interrupted="Nothing was imported: interrupted.",
        done=f"All models were imported into {logdir}",
    )


def _add(arguments: argparse.Namespace) -> int:
    from tensorboard_cnc.imports.checkpoints.add_model import (
        NewModel,
        add_model,
        typed_metrics,
        typed_parameters,
    )
    from tensorboard_cnc.imports.progress import with_progress

    logdir: Path = arguments.logdir
    name, *parameters = arguments.operation or [""]

    def work() -> tuple[str, str]:
        _check_attached(arguments)
        model = NewModel(
            arguments.id,
            arguments.source,
            arguments.parent,
            name,
            typed_parameters(parameters),
            arguments.description,
            arguments.base,
            typed_metrics(arguments.metric),
            arguments.place,
            arguments.attach,
        )
        added = add_model(model, logdir, lambda tensors: with_progress(tensors, sys.stderr))
        logged = max(added.tensors - len(added.refused), 0)
        count = f"{logged:,} of {added.tensors:,}" if added.refused else f"{logged:,}"
        said = (
            f"Wrote {count} tensors of {arguments.id} to {added.run}\n"
            f"Open it with: tensorboard --logdir {shlex.quote(str(logdir))}"
        )
        return said, _incomplete(added.refused, added.tensors)

    return _carried_out(
        work,
        arguments,
        nothing="Nothing was added",
        refused="",
        interrupted="interrupted. The model is marked as failed.",
        done=f"The model was added to {logdir}",
    )


def _check_attached(arguments: argparse.Namespace) -> None:
    said = [name for name in ("parent", "operation", "description") if getattr(arguments, name)]
    if arguments.attach and said:
        raise ArgumentError(
            f"--attach and --{said[0]} were given",
            "Where a model came from is said where it is logged",
            "Leave one of them out",
        )


def _carried_out(
    work: Callable[[], tuple[str, str]],
    arguments: argparse.Namespace,
    *,
    nothing: str,
    refused: str,
    interrupted: str,
    done: str,
) -> int:
    """Does `work`, prints what it says and what it left out, or how it failed.

    Returns the exit code.
    """
    try:
        said, left_out = work()
    except WriterError as error:
        return _failed(f"{nothing}. {error}", _NOT_WRITTEN)
    except CncError as error:
        return _failed(f"{refused}{error}", _REFUSED)
    except _PrintError as error:
        return _failed(f"{nothing}: {error}", _NOT_WRITTEN)
    except OSError as error:
        if error.filename and _is_read(Path(error.filename), arguments):
            reason = error.strerror or error
            return _failed(f"{error.filename} cannot be read: {reason}.", _REFUSED)
        return _failed(f"{nothing}: {_unwritable(arguments.logdir, error)}", _NOT_WRITTEN)
    except KeyboardInterrupt:
        return _failed(interrupted, _NOT_WRITTEN)
    try:
        _print(said, sys.stdout)
    except _PrintError as error:
        _failed(f"{done}, but {error}", _DONE)
    return _failed(left_out, _INCOMPLETE) if left_out else _DONE


def _incomplete(refused: Mapping[str, str], tensors: int) -> str:
    from tensorboard_cnc.wording import shortened

    if not refused:
        return ""
    first = [f"{shortened(name)}: {why.rstrip('.')}" for name, why in refused.items()][:_NAMED]
    more = f"; and {len(refused) - _NAMED:,} more" if len(refused) > _NAMED else ""
    were = "was" if len(refused) == 1 else "were"
    return f"{len(refused):,} of {tensors:,} tensors {were} refused. {'; '.join(first)}{more}."


def _is_read(path: Path, arguments: argparse.Namespace) -> bool:
    given = (arguments.source, getattr(arguments, "base", None))
    return any(each in (path, *path.parents) for each in given if isinstance(each, Path))


def _unwritable(logdir: Path, error: OSError) -> str:
    from tensorboard_cnc.wording import shortened

    path = shortened(str(error.filename or logdir))
    return (
        f"{path} cannot be written: {error.strerror or error}. "
        "Check the path, its permissions and the free space, or give another --logdir."
    )


def _failed(message: str, exit_code: int) -> int:
    # Without standard error, the exit code must do.
    with suppress(_PrintError):
        _print(f"tensorboard-cnc: {message}", sys.stderr)
    return exit_code


class _PrintError(Exception):
    """Standard output, or standard error, cannot be written."""


def _print(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        with suppress(OSError):
            # Or else Python tries again when it exits, and changes the exit code.
            stream.close()
        raise _PrintError(
            f"standard output cannot be written: {error.strerror or error}. Redirect it elsewhere."
        ) from error
