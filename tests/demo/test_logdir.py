from __future__ import annotations

from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.logdir import prepare


def write_run(run: Path) -> Path:
    run.mkdir(parents=True)
    event_file = run / "events.out.tfevents.1.host.1.0"
    event_file.write_bytes(b"")
    return event_file


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    assert prepare(tmp_path / "new" / "logs", ["dense"]) == 0
    assert (tmp_path / "new" / "logs").is_dir()


def test_earlier_runs_are_replaced_and_all_else_kept(tmp_path: Path) -> None:
    prepare(tmp_path, ["dense", "old", "noted"])
    removed = [write_run(tmp_path / run) for run in ("dense", "old", "noted")]
    note = tmp_path / "noted" / "note.txt"
    note.write_text("mine")
    other = write_run(tmp_path / "other")
    assert prepare(tmp_path, ["dense", "new"]) == 3
    assert not any(file.exists() for file in removed)
    assert not (tmp_path / "old").exists()
    assert note.exists()
    assert other.exists()


def test_runs_of_somebody_else_are_refused(tmp_path: Path) -> None:
    event_file = write_run(tmp_path / "dense")
    with pytest.raises(DemoError, match=r"'dense'.*--logdir"):
        prepare(tmp_path, ["dense", "magnitude-50"])
    assert event_file.exists()


def test_what_is_finished_is_not_replaced(tmp_path: Path) -> None:
    prepare(tmp_path, ["dense", "all-10"])
    for run in ("dense", "all-10"):
        write_run(tmp_path / run)
    assert prepare(tmp_path, ["dense", "all-10"], {"dense"}) == 1
    assert [path.name for path in sorted(tmp_path.iterdir()) if path.is_dir()] == ["dense"]
