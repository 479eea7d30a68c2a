"""Scripts that end without closing their models."""

from __future__ import annotations

import itertools
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.models import ModelCard
from tensorboard_cnc.writer.sinks.event_file import EventFile
from tests.writer.logged import all_of, event_files, only, values
from tests.writer.scripts import run_script

HEAD = """
import sys
from tensorboard_cnc import cnc_summary
where = sys.argv[1]
"""
TORCH = HEAD + "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter(where)\n"
TENSORBOARDX = HEAD + "import tensorboardX\nwriter = tensorboardX.SummaryWriter(where)\n"
DIRECTORY = HEAD + "writer = where\n"
FORGOTTEN = "model = cnc_summary.model(writer, 'm')\nmodel.metrics({'a': 1})\n"


def status(logdir: Path) -> tuple[str, str]:
    card = only(ModelCard, logdir)
    return card.status, card.reason


@pytest.mark.parametrize("head", [DIRECTORY, TORCH, TENSORBOARDX], ids=["path", "torch", "x"])
def test_a_model_that_was_not_closed_is_finished(head: str, tmp_path: Path) -> None:
    errors = run_script(head + FORGOTTEN + "model.metrics({'a': 2})", tmp_path / "logs")
    assert "Warning" not in errors
    assert "Traceback" not in errors
    assert status(tmp_path / "logs") == ("finished", "")
    assert values(tmp_path / "logs") == {"a": (2.0,)}
    assert len(event_files(tmp_path)) == 1


@pytest.mark.parametrize("head", [DIRECTORY, TORCH], ids=["path", "torch"])
def test_an_uncaught_exception_marks_it_as_failed(head: str, tmp_path: Path) -> None:
    end = "raise ArithmeticError('the loss is NaN')"
    errors = run_script(head + FORGOTTEN + end, tmp_path / "logs", exit_code=1)
    assert "ArithmeticError: the loss is NaN" in errors
    assert status(tmp_path / "logs") == ("failed", "ArithmeticError: the loss is NaN")


def test_an_exit_on_purpose_is_no_failure(tmp_path: Path) -> None:
    run_script(DIRECTORY + FORGOTTEN + "sys.exit(3)", tmp_path / "logs", exit_code=3)
    assert status(tmp_path / "logs") == ("finished", "")


def test_a_reason_that_was_given_stands(tmp_path: Path) -> None:
    end = "model.failed('diverged')\nraise RuntimeError('stop')"
    run_script(DIRECTORY + FORGOTTEN + end, tmp_path / "logs", exit_code=1)
    assert status(tmp_path / "logs") == ("failed", "diverged")


def test_an_exception_in_an_interactive_session_ends_nothing(tmp_path: Path) -> None:
    interactive = "sys.ps1 = '>>> '\nsys.last_value = sys.last_exc = ValueError('a typo')\n"
    run_script(DIRECTORY + FORGOTTEN + interactive, tmp_path / "logs")
    assert status(tmp_path / "logs") == ("finished", "")


@pytest.mark.parametrize("head", [TORCH, TENSORBOARDX], ids=["torch", "x"])
def test_a_writer_that_was_closed_first_is_not_reopened(head: str, tmp_path: Path) -> None:
    errors = run_script(head + FORGOTTEN + "writer.close()", tmp_path / "logs")
    assert 'CncWarning: The model "m" stays marked as running.' in errors
    assert "Close the model first" in errors
    assert "Traceback" not in errors
    assert status(tmp_path / "logs") == ("running", "")
    assert len(event_files(tmp_path)) == 1


def test_many_forgotten_models_are_all_closed(tmp_path: Path) -> None:
    many = "models = [cnc_summary.model(f'{where}/{n}', f'm{n}') for n in range(300)]"
    assert run_script(DIRECTORY + many, tmp_path / "logs") == ""
    assert {card.status for card in all_of(ModelCard, tmp_path)} == {"finished"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_ctrl_c_outside_a_block(tmp_path: Path) -> None:
    end = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nsignal.pause()"
    run_script(DIRECTORY + FORGOTTEN + end, tmp_path / "logs", exit_code=-2)
    assert status(tmp_path / "logs") == ("failed", "KeyboardInterrupt")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("head", [DIRECTORY, TORCH, TENSORBOARDX], ids=["path", "torch", "x"])
def test_a_killed_script_has_logged_its_model(head: str, tmp_path: Path) -> None:
    end = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    code = head + "model = cnc_summary.model(writer, 'm')\n" + end
    run_script(code, tmp_path / "logs", exit_code=-9)
    assert status(tmp_path / "logs") == ("running", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_killed_script_has_logged_its_metrics_in_a_directory(tmp_path: Path) -> None:
    end = "model.metrics({'a': 2})\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    run_script(DIRECTORY + FORGOTTEN + end, tmp_path / "logs", exit_code=-9)
    assert values(tmp_path / "logs") == {"a": (2.0,)}


FAILED, FINISHED = ("failed", "KeyboardInterrupt"), ("finished", "")


# The head of the file, the card, the metrics, the card again, and nothing more.
@pytest.mark.parametrize(
    ("at", "expected"), [(1, FAILED), (2, FAILED), (3, FAILED), (4, FINISHED), (5, FINISHED)]
)
def test_ctrl_c_while_a_record_is_written_leaves_no_model_running(
    at: int, expected: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventFile.append
    calls = itertools.count(1)

    def interrupted(file: EventFile, frame: bytes) -> bool:
        if next(calls) == at:
            signal.raise_signal(signal.SIGINT)
        return append(file, frame)

    monkeypatch.setattr(EventFile, "append", interrupted)
    ended = pytest.raises(KeyboardInterrupt) if at < 5 else nullcontext()
    with ended, cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1})
    assert status(tmp_path) == expected
