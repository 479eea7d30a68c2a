"""What an import tells its user: what it read, how far it is, what it wrote."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

from tensorboard_cnc.imports.tables.experiment_table import ExperimentTable
from tensorboard_cnc.imports.tables.write_table import Written
from tensorboard_cnc.wording import plain

_T = TypeVar("_T")
_BAR_WIDTH = 40


def what_was_read(table: ExperimentTable, source: Path) -> str:
    """Models, operations and metrics of `table`, each with its number, and all oddities."""
    roots = sum(not model.card.parents for model in table.models)
    lines = [
        f"{source}: {_counted(len(table.models), 'model')}, {_counted(roots, 'root')}",
        f"  operations: {_operations(table)}",
        f"  metrics: {_metrics(table)}",
    ]
    if table.oddities:
        lines += ["Unusual, and what was done:"]
        lines += [f"  - {oddity}" for oddity in table.oddities]
    return "\n".join(lines)


def with_progress(items: Sequence[_T], stream: TextIO | None) -> Iterator[_T]:
    """The items, while `stream` shows how many are done if it is a terminal."""
    shown = stream is not None and stream.isatty()
    for done, item in enumerate(items, start=1):
        yield item
        if shown:
            filled = _BAR_WIDTH * done // len(items)
            end = "\n" if done == len(items) else ""
            bar = f"{'█' * filled}{'░' * (_BAR_WIDTH - filled)}"
            print(f"\r{bar} {done}/{len(items)}", end=end, file=stream, flush=True)


def what_was_written(written: Written, logdir: Path) -> str:
    """Where the runs are and how to open them."""
    lines = [f"Wrote {_counted(written.runs, 'run')} to {logdir}"]
    if written.updated:
        lines += [
            f"  {_counted(written.updated, 'run')} of these existed before: its models are updated,"
            " and what only an earlier table says of them stays until its directory is deleted"
        ]
    lines += [f"Open them with: tensorboard --logdir {shlex.quote(str(logdir))}"]
    return "\n".join(lines)


def _operations(table: ExperimentTable) -> str:
    applied = Counter(
        model.card.operation.name for model in table.models if model.card.operation is not None
    )
    return ", ".join(f"{plain(name)} {n}" for name, n in applied.most_common()) or "none"


def _metrics(table: ExperimentTable) -> str:
    measured = Counter({spec.name: 0 for spec in table.specs})
    measured.update(m.name for model in table.models for m in model.measurements)
    return ", ".join(f"{plain(name)} {n}" for name, n in measured.items()) or "none"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
