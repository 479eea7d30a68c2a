"""`tensorboard-cnc list` and `show`, and the command itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    accuracy = cnc_summary.metric("accuracy", goal="max", format=".1%")
    with cnc_summary.model(
        tmp_path / "a", "dense", metrics=[accuracy], description="the first"
    ) as m:
        m.metrics({"accuracy": 0.921, "size_bytes": 4800.0, "latency_ms": [1.0, 2.0, 4.0]})
    prune = cnc_summary.operation("magnitude prune", amount=0.5)
    with cnc_summary.model(tmp_path / "b", "prune-50", parents="dense", operation=prune) as m:
        m.metrics({"accuracy": cnc_summary.value(0.9, interval=(0.88, 0.92)), "macs": float("inf")})
    lost = cnc_summary.model(tmp_path / "c", "lost", parents=["prune-50", "gone"])
    lost.failed("out of memory")
    return tmp_path


def test_list(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(logs)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "dense *: accuracy 92.1 %, size_bytes 4800, latency_ms 2",
        "  prune-50 (magnitude prune amount=0.5): accuracy 90 %, macs ∞",
        "    lost [failed]",
        "gone [nobody logged it]",
    ]
    assert 'names the parent "gone"' in err


def test_show(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(logs), "prune-50"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "recipe       dense → magnitude prune amount=0.5" in lines
    assert "  accuracy: 90 % (88 % to 92 %)" in lines
    assert main(["show", str(logs), "dense"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "description  the first" in lines
    assert "  latency_ms: 2 (median of 3)" in lines
    assert main(["show", str(logs), "lost"]) == 0
    assert "reason       out of memory" in capsys.readouterr().out.splitlines()


def test_what_is_not_there(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(logs), "prune"]) == 2
    assert "No model is called 'prune'" in capsys.readouterr().err
    assert main(["list", str(logs / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    (logs / "empty").mkdir()
    assert main(["list", str(logs / "empty")]) == 0
    assert capsys.readouterr().out == "No model was logged here.\n"


def test_a_long_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither recursion nor indentation without end."""
    for at in range(1200):
        parents = [f"m{at - 1}"] if at else []
        cnc_summary.model(tmp_path, f"m{at}", parents=parents).close()
    assert main(["list", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].strip() == "m1199"
    assert max(map(len, lines)) < 60


def test_the_bare_command_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("import", "add", "adopt", "edit", "check", "list", "show"))


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tensorboard_cnc", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("tensorboard-cnc ")


def test_nobody_reads_on(logs: Path) -> None:
    """As behind `head`: no traceback, and the exit code stays."""
    command = [sys.executable, "-m", "tensorboard_cnc", "list", str(logs)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
