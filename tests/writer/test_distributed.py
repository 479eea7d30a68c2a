"""In a distributed job rank 0 writes, and nobody else."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import ModelCard
from tests.writer.logged import latest, only
from tests.writer.scripts import run_script


def pretend(
    monkeypatch: pytest.MonkeyPatch, *, rank: int, available: bool = True, initialized: bool = True
) -> None:
    module = SimpleNamespace(
        is_available=lambda: available,
        is_initialized=lambda: initialized,
        get_rank=lambda: rank,
        get_world_size=lambda: 2,
    )
    monkeypatch.setitem(sys.modules, "torch.distributed", module)


def test_other_ranks_write_nothing_and_may_have_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, rank=1)
    for writer in (tmp_path, None):
        with cnc_summary.model(writer, "m", metrics={"a": "max"}) as model:
            model.metrics({"a": 1})
            model.failed("diverged")
        with cnc_summary.attach(writer, "m") as attached:
            attached.metrics({"a": 1})
        cnc_summary.define_metrics(writer, cnc_summary.metric("a"))
    assert list(tmp_path.iterdir()) == []


def test_other_ranks_see_the_same_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, rank=1)
    with pytest.raises(ArgumentError):
        cnc_summary.model(tmp_path, "")
    with cnc_summary.model(tmp_path, "m") as model, pytest.raises(ArgumentError):
        model.metrics({"a": "0.5"})


@pytest.mark.parametrize(
    "state", [{"rank": 0}, {"rank": 1, "initialized": False}, {"rank": 1, "available": False}]
)
def test_everybody_else_writes(
    state: dict[str, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, **state)
    cnc_summary.model(tmp_path, "m").close()
    assert latest(tmp_path)


def test_a_real_job_of_two_processes(tmp_path: Path) -> None:
    run_script(
        """
        import sys, torch.distributed, torch.multiprocessing
        from tensorboard_cnc import cnc_summary

        def work(rank, where):
            store = f"file://{where}/store"
            torch.distributed.init_process_group("gloo", store, rank=rank, world_size=2)
            with cnc_summary.model(f"{where}/logs", f"rank-{rank}") as model:
                model.metrics({"a": rank})
            torch.distributed.barrier()
            torch.distributed.destroy_process_group()

        if __name__ == "__main__":
            torch.multiprocessing.spawn(work, [sys.argv[1]], nprocs=2)
        """,
        tmp_path,
    )
    assert only(ModelCard, tmp_path / "logs").id == "rank-0"
