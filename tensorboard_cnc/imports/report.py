"""What an import tells its user: what it read, and what it wrote."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path

from tensorboard_cnc.imports.imported import Imported
from tensorboard_cnc.imports.write_models import Written
from tensorboard_cnc.wording import plain


def what_was_read(imported: Imported, source: Path) -> str:
    """Models, operations and metrics of `imported`, each with its number, and all import notes."""
    roots = sum(not model.card.parents for model in imported.models)
    lines = [
        f"{source}: {_counted(len(imported.models), 'model')}, {_counted(roots, 'root')}",
        f"  operations: {_operations(imported)}",
        f"  metrics: {_metrics(imported)}",
    ]
    if imported.notes:
        lines += ["Import notes:"]
        lines += [f"  - {note}" for note in imported.notes]
    return "\n".join(lines)


def what_was_written(written: Written, logdir: Path) -> str:
    """Where the runs are and how to open them."""
    lines = [f"Wrote {_counted(written.runs, 'run')} to {logdir}"]
    if written.updated:
        lines += [
            f"  {_counted(written.updated, 'run')} of these existed before; their models were"
            " updated. What only an earlier source says about them stays until it is deleted."
        ]
    lines += [f"Open them with: tensorboard --logdir {shlex.quote(str(logdir))}"]
    return "\n".join(lines)


def _operations(imported: Imported) -> str:
    applied = Counter(
        model.card.operation.name for model in imported.models if model.card.operation is not None
    )
    return ", ".join(f"{plain(name)} {n}" for name, n in applied.most_common()) or "none"


def _metrics(imported: Imported) -> str:
    measured = Counter({spec.name: 0 for spec in imported.specs})
    measured.update(m.name for model in imported.models for m in model.measurements)
    return ", ".join(f"{plain(name)} {n}" for name, n in measured.items()) or "none"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
