"""Directories: one sub-run per process, one event file per sub-run."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import fsspec
import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import WriterError
from tensorboard_cnc.format.tags import shown_run
from tensorboard_cnc.records.models import Metrics, MetricSpecs, ModelCard, Problems
from tests.writer.logged import all_of, event_files, events, latest, only, values


def subruns(logdir: Path) -> list[str]:
    return [path.parent.relative_to(logdir).as_posix() for path in event_files(logdir)]


def test_records_go_into_a_sub_run(tmp_path: Path) -> None:
    cnc_summary.model(tmp_path / "deep" / "run", "m").close()
    assert subruns(tmp_path) == ["deep/run/cnc"]
    assert [run for run, _ in latest(tmp_path)] == ["deep/run"]


def test_a_sub_run_that_exists_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "cnc").mkdir()
    cnc_summary.model(tmp_path, "m").close()
    (subrun,) = subruns(tmp_path)
    assert subrun.startswith("cnc/")
    assert shown_run(subrun) == "."


def test_all_handles_of_a_process_share_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "run", target_is_directory=True)
    with cnc_summary.model("run", "a"), cnc_summary.model(tmp_path / "run", "b"):
        cnc_summary.model(tmp_path / "x" / ".." / "run" / "", "c").close()
    cnc_summary.model(tmp_path / "link", "d").close()
    assert len(event_files(tmp_path / "run")) == 1
    assert {card.id for card in all_of(ModelCard, tmp_path / "run")} == set("abcd")


def test_a_change_of_directory_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with cnc_summary.model("run", "m") as model:
        monkeypatch.chdir(tmp_path / "elsewhere")
        model.metrics({"a": 1})
    assert subruns(tmp_path) == ["run/cnc"]


def test_paths_with_odd_characters(tmp_path: Path) -> None:
    for name in ("a b, c", "é", "100%", "#1", "it's"):
        cnc_summary.model(str(tmp_path / name), "m").close()
        assert only(ModelCard, tmp_path / name).status == "finished"


def test_events_are_in_the_file_when_a_call_returns(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1})
        model.metrics({"a": 2})
        assert values(tmp_path) == {"a": (2.0,)}


def test_the_file_begins_as_tensorboard_wants_it(tmp_path: Path) -> None:
    cnc_summary.model(tmp_path, "m").close()
    (file,) = event_files(tmp_path)
    first, *others = events(file)
    assert first.file_version == "brain.Event:2"
    assert all(event.wall_time >= first.wall_time > 1.7e9 for event in others)


def test_any_number_of_models_can_be_open_at_once(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX limits descriptors so")
    descriptors = len(list(Path("/dev/fd").iterdir()))
    threads = threading.active_count()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors + 20, hard))
    try:
        models = [cnc_summary.model(tmp_path / str(n), f"m{n}") for n in range(200)]
        assert threading.active_count() == threads
        for model in models:
            model.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(all_of(ModelCard, tmp_path)) == 200


def test_a_directory_deleted_under_a_running_script_is_made_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with cnc_summary.model(run, "m", metrics={"a": "max"}) as model:
        other = cnc_summary.attach(run, "m")
        model.metrics({"a": 1})
        shutil.rmtree(run)
        model.metrics({"b": 2})
        other.metrics({"c": 3})
        # Complete at once, for a script that is killed here.
        assert {m.name for each in all_of(Metrics, run) for m in each.measurements} == set("abc")
        assert only(ModelCard, run).status == "running"
        assert len(only(MetricSpecs, run).specs) == 1
    assert only(ModelCard, run).status == "finished"
    problems = {problem.message for each in all_of(Problems, run) for problem in each.problems}
    assert any("deleted, moved or damaged" in message for message in problems)
    shutil.rmtree(run)
    cnc_summary.model(run, "again").close()
    assert only(ModelCard, run).id == "again"


def test_a_directory_renamed_under_a_running_script(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "old", "m") as model:
        model.metrics({"a": 1})
        (tmp_path / "old").rename(tmp_path / "new")
        model.metrics({"b": 2})
    assert values(tmp_path / "old") == {"a": (1.0,), "b": (2.0,)}
    assert only(ModelCard, tmp_path / "old").status == "finished"
    assert values(tmp_path / "new") == {"a": (1.0,)}


def test_a_remote_directory_gets_a_sub_run_for_each_handle(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for model_id in ("a", "b"):
        with cnc_summary.model(f"memory://{tmp_path.name}/run/", model_id) as model:
            model.metrics({"x": 1})
    memory.get(f"/{tmp_path.name}", str(tmp_path / "copy"), recursive=True)
    memory.rm(f"/{tmp_path.name}", recursive=True)
    assert sorted(run for run, _ in latest(tmp_path / "copy")) == ["run"] * 4
    assert len(set(subruns(tmp_path / "copy"))) == 2
    assert [card.status for card in all_of(ModelCard, tmp_path)] == ["finished"] * 2


def test_a_file_address_is_a_directory(tmp_path: Path) -> None:
    cnc_summary.model(f"file://{tmp_path}/a%20run", "m").close()
    assert subruns(tmp_path) == ["a run/cnc"]


def test_a_remote_file_system_that_is_not_installed() -> None:
    with pytest.raises(WriterError, match=r"nonsense://x.* cannot be written: .*s3fs or gcsfs"):
        cnc_summary.model("nonsense://x/run", "m")
