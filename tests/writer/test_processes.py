"""Several processes on one directory, and processes that fork."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tensorboard_cnc.format.tags import shown_run
from tensorboard_cnc.records.models import Metrics, ModelCard
from tests.writer.logged import all_of, event_files, latest, logged
from tests.writer.scripts import run_script, start_script

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")

LOGGER = """
    import sys
    from tensorboard_cnc import cnc_summary
    where, number = sys.argv[1:3]
    sys.stdin.readline()
    with cnc_summary.model(where, f"m{number}") as model:
        for repetition in range(20):
            model.metrics({"a": repetition})
"""


def test_processes_that_start_at_once_get_a_file_each(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    processes = [start_script(LOGGER, logs, str(number)) for number in range(6)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert {card.id for card in all_of(ModelCard, logs)} == {f"m{n}" for n in range(6)}
    directories = [path.parent for path in event_files(logs)]
    assert len(directories) == len(set(directories)) == 6, event_files(logs)
    assert logs / "cnc" in directories
    assert {run for run, _ in latest(logs)} == {"."}
    assert {m.measurements[0].repeats for m in all_of(Metrics, logs)} == {(19.0,)}


@needs_fork
def test_a_handle_belongs_to_its_process(tmp_path: Path) -> None:
    run_script(
        """
        import os, sys
        from tensorboard_cnc import cnc_summary
        from tensorboard_cnc.errors import ClosedError
        with cnc_summary.model(sys.argv[1], "m") as model:
            child = os.fork()
            if child == 0:
                try:
                    model.metrics({"a": 1})
                except ClosedError as error:
                    assert "opened by the process that this one was forked from" in str(error)
                    assert 'cnc_summary.attach(directory, "m")' in str(error)
                    model.close()
                    sys.exit(7)  # Leaves the with block, and runs exit hooks.
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
            model.metrics({"a": 2})
        """,
        tmp_path / "logs",
    )
    cards = [e.record for e in logged(tmp_path) if isinstance(e.record, ModelCard)]
    assert [card.status for card in cards] == ["running", "finished"]
    assert len(event_files(tmp_path)) == 1


@needs_fork
def test_a_forked_process_gets_a_sub_run_of_its_own(tmp_path: Path) -> None:
    run_script(
        """
        import os, sys
        from tensorboard_cnc import cnc_summary
        with cnc_summary.model(sys.argv[1], "parent"):
            child = os.fork()
            if child == 0:
                with cnc_summary.attach(sys.argv[1], "parent") as attached:
                    attached.metrics({"a": 1})
                cnc_summary.model(sys.argv[1], "child")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        """,
        tmp_path / "logs",
    )
    runs = {path.parent.relative_to(tmp_path).as_posix() for path in event_files(tmp_path)}
    assert len(runs) == 2
    assert {shown_run(run) for run in runs} == {"logs"}
    assert len(all_of(Metrics, tmp_path)) == 1


@needs_fork
def test_a_fork_while_another_thread_logs(tmp_path: Path) -> None:
    """A lock that was held at the moment of the fork must not stop the new process."""
    run_script(
        """
        import os, sys, threading
        from tensorboard_cnc import cnc_summary
        where = sys.argv[1]
        done = threading.Event()
        def log():
            with cnc_summary.model(where, "busy") as model:
                while not done.is_set():
                    model.metrics({"a": 1})
        busy = threading.Thread(target=log)
        busy.start()
        for number in range(20):
            child = os.fork()
            if child == 0:
                cnc_summary.model(where, f"child-{number}").close()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        done.set()
        busy.join()
        """,
        tmp_path / "logs",
    )
    assert len(all_of(ModelCard, tmp_path)) == 21


@needs_fork
@pytest.mark.parametrize("module", ["torch.utils.tensorboard", "tensorboardX"])
def test_a_writer_of_the_process_before_the_fork_is_refused(module: str, tmp_path: Path) -> None:
    """Its thread is not there: flushing it would wait for ever."""
    run_script(
        f"""
        import os, sys
        from {module} import SummaryWriter
        from tensorboard_cnc import cnc_summary
        from tensorboard_cnc.errors import ClosedError
        writer = SummaryWriter(sys.argv[1])
        child = os.fork()
        if child == 0:
            try:
                cnc_summary.model(writer, "child")
            except ClosedError as error:
                assert "thread does not run in this process" in str(error)
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        cnc_summary.model(writer, "parent").close()
        writer.close()
        """,
        tmp_path / "logs",
    )
    (card,) = all_of(ModelCard, tmp_path)
    assert card.id == "parent"


def test_a_directory_needs_neither_torch_nor_tensorflow(tmp_path: Path) -> None:
    run_script(
        """
        import sys
        from tensorboard_cnc import cnc_summary
        with cnc_summary.model(sys.argv[1], "m", metrics={"a": "max"}) as model:
            model.metrics({"a": 1})
        heavy = {"torch", "tensorflow", "tensorboardX", "tensorboard.backend", "grpc"}
        assert not heavy & set(sys.modules)
        """,
        tmp_path / "logs",
    )
