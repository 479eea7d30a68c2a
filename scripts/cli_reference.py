"""Generates docs/reference/cli.md: every command of ``tensorboard-cnc`` with its options.

Run it as ``make types``. It asks the parsers themselves, so that it is the same under every
version of Python, whatever that makes of ``--help``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tensorboard_cnc.cli import command_line

TARGET = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
HEADER = """\
# Command line

<!-- Generated from tensorboard_cnc/cli.py and commands/ by `make types`; edit the help there. -->

`tensorboard-cnc COMMAND --help` says the same in the terminal; `python -m tensorboard_cnc` is the
same program. None of the commands needs a running TensorBoard or TensorFlow; torch is needed for
files of torch alone.
"""
# Where commands are explained.
GUIDES = {
    "import": "../guides/existing-experiments.md#what-other-tools-have-logged",
    "add": "../guides/existing-experiments.md#from-a-checkpoint",
    "check": "../guides/ci-gate.md",
    "list": "../guides/ci-gate.md#in-the-terminal",
    "adopt": "../guides/existing-experiments.md#old-runs-of-tensorboard",
    "edit": "../guides/changing.md#tensorboard-cnc-edit",
    "report": "../report.md",
    "show": "../guides/ci-gate.md#in-the-terminal",
}
_NAMELESS = (argparse._HelpAction, argparse._VersionAction, argparse._SubParsersAction)


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(generated(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(TARGET.parents[2])}")


def generated() -> str:
    """The page."""
    return HEADER + "".join(_section(name, parser) for name, parser in commands().items())


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    (group,) = (
        action
        for action in command_line()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return dict(group.choices)


def options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """What a command takes, but for ``--help``."""
    return (action for action in parser._actions if not isinstance(action, _NAMELESS))


def spelling(action: argparse.Action) -> str:
    """How an argument is written: ``DIR``, ``--model ID``, ``--operation NAME [k=v …]``."""
    words = [action.option_strings[-1]] if action.option_strings else []
    if action.nargs != 0:
        words.append(_values(action))
    return " ".join(words)


def _values(action: argparse.Action) -> str:
    name = action.metavar or action.dest.upper()
    if isinstance(name, tuple):
        first, more = name
        return f"{first} [{more} …]"
    return {"+": f"{name} [{name} …]", "*": f"[{name} …]", "?": f"[{name}]"}.get(
        str(action.nargs), name
    )


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    usage = " ".join(_in_usage(action) for action in options(parser))
    rows = "".join(_row(action) for action in options(parser))
    parts = [
        f"\n## {name}\n",
        f"```text\ntensorboard-cnc {name} {usage}\n```\n",
        f"{parser.description}{_guide(name)}\n",
        f"| argument | |\n| --- | --- |\n{rows}",
    ]
    if parser.epilog:
        parts.append(f"{parser.epilog}\n")
    return "\n".join(parts)


def _guide(name: str) -> str:
    return f" [Guide]({GUIDES[name]})." if name in GUIDES else ""


def _in_usage(action: argparse.Action) -> str:
    needed = action.required or not action.option_strings
    return spelling(action) if needed else f"[{spelling(action)}]"


def _row(action: argparse.Action) -> str:
    assert action.help, f"{spelling(action)} has no help"
    text = action.help.replace("|", "\\|")
    needed = " Required." if action.required and action.option_strings else ""
    return f"| `{spelling(action)}` | {text[0].upper()}{text[1:]}.{needed} |\n"


if __name__ == "__main__":
    main()
