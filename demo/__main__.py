"""Trains and compresses real networks, logs them, and shows them: ``python -m demo``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path

from demo.errors import DemoError
from demo.logdir import prepare
from demo.tensorboard_server import TensorBoardServer, serving

_NEEDED = {"torch": "torch", "sklearn": "scikit-learn", "tqdm": "tqdm"}
_INTERRUPTED = 130
LOGDIRS = {"digits": "demo/logs", "language": "demo/logs-language"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        usual = _logdir_of(options.story)
        folder = options.logdir or usual
        _require_packages(serve=options.serve)
        _run(options.story, folder, serve=options.serve, quick=options.quick)
    except DemoError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. What was logged so far is in {folder}.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _logdir_of(story: str) -> Path:
    if story not in LOGDIRS:
        raise DemoError(f"There is no story {story!r}. Choose one of {', '.join(LOGDIRS)}.")
    return Path(LOGDIRS[story])


def _run(name: str, folder: Path, *, serve: bool, quick: bool) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(folder)) if serve else None
        # Torch takes seconds to import: time in which TensorBoard starts.
        from demo.progress import make_and_tell
        from demo.stories import story_of

        story = story_of(name, quick=quick)
        kept = story.kept(folder)
        replaced = prepare(folder, story.runs, kept)
        if kept:
            made = f"{len(kept)} of {len(story.steps)} models are already made"
            print(f"Continuing: {made}.", flush=True)
        elif replaced:
            print(f"Replacing the {replaced} runs of an earlier demo in {folder}.", flush=True)
        if server:
            print(f"\n  Watch the map grow at {server.link()}\n", flush=True)
        make_and_tell(story, folder)
        if server:
            _serve_until_interrupted(server)
        else:
            print(
                f"To see them: {sys.executable} -m tensorboard.main --logdir {folder}", flush=True
            )


def _serve_until_interrupted(server: TensorBoardServer) -> None:
    print(f"\n  Compress & Compare: {server.link()}\n\n  Ctrl-C stops TensorBoard.", flush=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        print("\nStopped.")
    else:
        raise DemoError(f"TensorBoard exited unexpectedly. {server.last_words()}")


def _require_packages(*, serve: bool) -> None:
    pip = (
        f"Run `make demo`, which installs everything it needs, or: {sys.executable} -m pip install"
    )
    missing = [name for module, name in _NEEDED.items() if not importlib.util.find_spec(module)]
    if missing:
        raise DemoError(f"The demo needs {', '.join(missing)}. {pip} {' '.join(missing)}")
    if serve and not entry_points(group="tensorboard_plugins", name="cnc"):
        raise DemoError(f"TensorBoard has no tab: tensorboard-cnc is not installed. {pip} -e .")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument(
        "--story",
        default=os.environ.get("STORY") or "digits",
        help="digits or language (default: $STORY, else digits)",
    )
    parser.add_argument(
        "--logdir",
        type=Path,
        default=os.environ.get("LOGDIR") or None,
        help="where the runs are written (default: $LOGDIR, else demo/logs, by the story)",
    )
    parser.add_argument(
        "--serve",
        action=argparse.BooleanOptionalAction,
        default=os.environ.get("SERVE", "1") not in ("0", "no", "false"),
        help="start TensorBoard and print the link (default: yes, or no where SERVE=0 is set)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="train for one epoch only: all models and their lineage, but poor accuracy",
    )
    return parser


if __name__ == "__main__":
    # A plain `kill` ends the demo as Ctrl-C does, and TensorBoard with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
