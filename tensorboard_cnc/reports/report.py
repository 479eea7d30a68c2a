"""Writes a report: chooses the models, asks for the answers, and replaces the file at once."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tensorboard_cnc import __version__
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.reports.answers import Answers
from tensorboard_cnc.reports.behaviors_asked import ROWS
from tensorboard_cnc.reports.list_of_answers import ask_all
from tensorboard_cnc.reports.page import MARK, panel_script, report_page
from tensorboard_cnc.reports.private_data import held
from tensorboard_cnc.reports.subjects import compared, put_forward, steps
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.wire.report import Report
from tensorboard_cnc.wording import storable

MOST_BYTES = 20_000_000
# Of the file beside script and answers.
_AROUND_BYTES = 100_000
# So far into a file its mark is looked for.
_HEAD_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is to hold; `models` and `base` are named by id, key or run/id."""

    models: Sequence[str] = ()
    base: str | None = None
    instances: bool = True
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A report that was written."""

    nbytes: int
    compared: int
    # What it gives away, and what was left out for want of room; a sentence each.
    holds: Sequence[str]
    cut: Sequence[str]


def check_place(path: Path, *, force: bool = False) -> None:
    """Refuses to write over what is no report.

    Raises:
      ReadError: something else is there.
    """
    if path.is_dir():
        raise ReadError(
            f"{path} is a directory", "A report is one file", "Name a file: -o report.html"
        )
    if force or not path.exists():
        return
    with path.open("rb") as file:
        if MARK.encode() in file.read(_HEAD_BYTES):
            return
    raise ReadError(
        f"{path} is there already and is no report",
        "Only reports are replaced",
        "Name another file, or give --force",
    )


def write_report(runs: Runs, path: Path, request: Request, most_bytes: int = MOST_BYTES) -> Written:
    """Writes the report, whole or not at all.

    Raises:
      ReadError: a model does not exist, or the panel is not built.
      OSError: the file cannot be written.
    """
    chosen = compared(runs, request.models, request.base)
    script = panel_script()
    room = most_bytes - len(script.encode()) - _AROUND_BYTES
    answers = Answers(runs.contents, room, with_instances=request.instances)
    forward = put_forward(runs, chosen.base)
    pages = ask_all(answers, chosen, forward, steps(runs, chosen), request.instances)
    models = runs.contents.models
    report: Report = {
        "title": storable(request.title or "Compress & Compare"),
        "created": time.time(),
        "version": __version__,
        "base": chosen.base.key,
        "models": [model.key for model in chosen.models],
        "instances": request.instances,
        "rows": ROWS,
        "holds": held(models, pages, answers.images, with_instances=request.instances),
        "cut": [
            f"{part}: {n:,} of {n + answers.inside[part]:,} answers"
            for part, n in answers.left_out.items()
        ],
    }
    page = report_page(report, answers.written(), script).encode()
    _replace(path, page)
    return Written(len(page), len(chosen.models), report["holds"], report["cut"])


def _replace(path: Path, content: bytes) -> None:
    """The file is the old one or the new one, whatever happens."""
    place = path.resolve()
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(_mode(place))
        part.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _mode(place: Path) -> int:
    """The permissions of the file that is replaced, or of a new one."""
    if place.exists():
        return place.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
