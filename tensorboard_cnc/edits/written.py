"""Writes planned changes beside what was logged: a new event file for each run, none is touched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.edits.planned import Planned
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.wording import quoted


def write_changes(logdir: Path, planned: Sequence[Planned]) -> int:
    """Says what is planned in the run of each model; returns how many models were changed.

    Raises:
      ReadError: the directory of a run is not there.
      WriterError: it cannot be written.
    """
    changed = [each for each in planned if each.said or each.withdrawn]
    places = [run_directory(logdir, each.model.run or ".") for each in changed]
    for place, each in zip(places, changed, strict=True):
        if each.said:
            cnc_summary.edit(place, each.model.id, **each.said)
        if each.withdrawn:
            with cnc_summary.attach(place, each.model.id) as handle:
                handle.metrics(dict.fromkeys(each.withdrawn))
    return len(changed)


def run_directory(logdir: Path, run: str) -> Path:
    """Where the event files of a run lie.

    Raises:
      ReadError: there is no such directory.
    """
    place = logdir / run
    if not place.is_dir():
        raise ReadError(
            f"The directory of the run {quoted(run)} is not there",
            "A change is written beside what it is about",
            "Name the directory that was read, and look whether it was moved",
        )
    return place
