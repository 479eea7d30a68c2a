"""Where the demo writes: its own runs of an earlier time are replaced, nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from demo.errors import DemoError

_MARKER = ".tensorboard-cnc-demo"
_EVENT_FILES = "events.out.tfevents.*"


def prepare(logdir: Path, runs: Iterable[str], kept: Collection[str] = ()) -> int:
    """Makes room for `runs` in `logdir`; returns how many runs of an earlier demo were removed.

    A marker file lists the runs that a demo wrote. Only their event files are ever removed, and
    those of the runs in `kept` are not.

    Raises:
      DemoError: `logdir` holds a run of the same name that no demo wrote.
    """
    marker = logdir / _MARKER
    earlier = marker.read_text().splitlines() if marker.is_file() else []
    wanted = list(runs)
    strangers = [run for run in wanted if run not in earlier and (logdir / run).exists()]
    if strangers:
        raise DemoError(
            f"{logdir} already holds {strangers[0]!r}, which the demo did not write. "
            "Choose another folder with --logdir."
        )
    removed = sum(_remove(logdir / run) for run in earlier if run not in kept)
    logdir.mkdir(parents=True, exist_ok=True)
    marker.write_text("\n".join(wanted) + "\n")
    return removed


def _remove(run: Path) -> bool:
    """Whether there was anything to remove."""
    events = list(run.glob(_EVENT_FILES))
    for file in events:
        file.unlink()
    if run.is_dir() and not any(run.iterdir()):
        run.rmdir()
    return bool(events)
