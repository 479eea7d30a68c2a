"""`tensorboard-cnc check` as a job of continuous integration runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main

N = 4000
WRONG = np.arange(N) % 12 == 0
SCANS = np.where(np.arange(N) % 5 == 0, "blurred", "sharp")
LABELS = np.arange(N) % 2


def log_model(
    folder: Path, model_id: str, wrong: NDArray[np.bool_], n: int = N, **values: Any
) -> None:
    parents = [] if model_id == "dense" else ["dense"]
    operation = cnc_summary.operation("quantize", bits=8) if parents else None
    specs = [cnc_summary.metric("accuracy", goal="max"), *values.pop("specs", ())]
    with cnc_summary.model(
        folder / model_id, model_id, parents=parents, operation=operation, metrics=specs
    ) as m:
        m.metrics({"accuracy": 1 - float(wrong.mean()), **values})
        answers = np.where(wrong[:n], 1 - LABELS[:n], LABELS[:n])
        m.predictions("test", np.arange(n), predicted=answers)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base, an honest model, and one that is as accurate and harms blurred scans."""
    folder = tmp_path_factory.mktemp("logs")
    cnc_summary.dataset(
        folder, "test", np.arange(N), labels=LABELS, attributes={"scan": SCANS.tolist()}
    )
    log_model(folder, "dense", WRONG, size_bytes=40_000)
    random = np.random.default_rng(3)
    churn = random.random(N) < 0.004
    log_model(folder, "honest", WRONG ^ churn, size_bytes=10_000)
    harm = (SCANS == "blurred") & ~WRONG & (random.random(N) < 0.2)
    mended = np.flatnonzero(WRONG & (SCANS == "sharp"))[: harm.sum()]
    harmful = WRONG | harm
    harmful[mended] = False
    log_model(folder, "harmful", harmful, size_bytes=10_000)
    log_model(folder, "same", WRONG, size_bytes=10_000)
    return folder


def check(folder: Path, *arguments: str) -> int:
    return main(["check", str(folder), *arguments])


def test_an_honest_model_passes(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    limits = ["--require", "accuracy >= base - 1 pt", "--require", "size_bytes <= 50 % of base"]
    assert check(logs, "--model", "honest", *limits, "--no-harm") == 0
    out = capsys.readouterr().out
    assert "accuracy >= base - 1 pt" in out
    assert "10000 against ≤ 20000" in out
    assert "more broken in a slice of" in out
    assert "3 hold, 0 fail, 0 cannot be judged" in out


def test_harm_in_one_slice_fails_at_equal_accuracy(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same_accuracy = ["--require", "accuracy >= base - 0.5 pt"]
    assert check(logs, "--model", "harmful", *same_accuracy) == 0
    assert check(logs, "--model", "harmful", *same_accuracy, "--no-harm") == 1
    assert "scan blurred: " in capsys.readouterr().out


def test_a_model_that_predicts_the_same_harms_nothing(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(logs, "--model", "same", "--no-harm") == 0
    assert "no harm on test: nothing broke; " in capsys.readouterr().out


def test_a_smaller_harm_than_would_be_seen_cannot_be_judged(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(logs, "--model", "honest", "--no-harm", "--see", "0.5 pt") == 3
    assert "too few to tell" in capsys.readouterr().out


def test_too_few_predictions_cannot_be_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = {"scan": SCANS[:30].tolist()}
    cnc_summary.dataset(tmp_path, "test", np.arange(30), labels=LABELS[:30], attributes=few)
    wrong = WRONG[:30]
    log_model(tmp_path, "dense", wrong, 30)
    log_model(tmp_path, "int8", wrong ^ (np.arange(30) == 7), 30)
    assert check(tmp_path, "--model", "int8", "--no-harm") == 3
    out = capsys.readouterr().out
    assert "no harm on test" in out
    assert "0 hold, 0 fail, 1 cannot be judged" in out


def test_what_was_not_logged_cannot_be_judged(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(logs, "--model", "honest", "--require", "latency_ms <= 5") == 3
    assert 'no model logs a metric "latency_ms"' in capsys.readouterr().out
    assert check(logs, "--model", "honest", "--require", "acuracy >= 0.5") == 3
    assert 'there is "accuracy"' in capsys.readouterr().out
    assert check(logs, "--model", "dense", "--require", "accuracy >= base") == 3
    assert "name a base with --base" in capsys.readouterr().out


def test_what_fails_goes_before_what_cannot_be_judged(logs: Path) -> None:
    both = ["--require", "accuracy >= 0.99", "--require", "latency_ms <= 5"]
    assert check(logs, "--model", "honest", *both) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "honst", "--no-harm"], 'No model is called .* "honest"'),
        (["--model", "honest", "--base", "none", "--no-harm"], "No model is called 'none'"),
        (["--model", "honest"], "Nothing is asked"),
        (["--model", "honest", "--require", "accuracy"], "The requirement is 'accuracy'"),
        (["--model", "honest", "--require", "accuracy >= 5 kg"], "in kg, and the metric has no"),
        (["--model", "honest", "--no-harm", "--see", "120 %"], "The harm to be seen is 120 pt"),
        (["--model", "honest", "--no-harm", "--see", "none"], "The harm to be seen is 'none'"),
        (["--model", "honest", "--no-harm", "--measure", "f1"], 'no measure called "f1".*correct'),
        (["--model", "honest", "--no-harm", "--data", "x"], 'No.* data set "x"'),
        (["--model", "honest", "--no-harm", "--junit", "/no/such/dir/f"], "/no/such/dir/f"),
    ],
)
def test_wrong_usage(
    logs: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(logs, *arguments) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert re.search(said, err), err


def test_no_such_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path / "none", "--model", "m", "--no-harm") == 2
    assert "cannot be read" in capsys.readouterr().err


def test_logged_budgets_are_checked_by_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = cnc_summary.metric("latency_ms", goal="min", unit="ms", budget="<= base + 10 %")
    log_model(tmp_path, "dense", WRONG, latency_ms=[10.0, 11.0, 12.0], specs=[spec])
    log_model(tmp_path, "fast", WRONG, latency_ms=11.5)
    log_model(tmp_path, "slow", WRONG, latency_ms=[12.0, 13.0])
    assert check(tmp_path, "--model", "fast") == 0
    assert "11.5 ms against ≤ 12.1 ms" in capsys.readouterr().out
    assert check(tmp_path, "--model", "fast", "--model", "slow") == 1
    assert "2 repeats, 12 ms to 13 ms" in capsys.readouterr().out


def test_only_a_bound_is_known(tmp_path: Path) -> None:
    log_model(tmp_path, "dense", WRONG, macs=cnc_summary.value(1e6, bound="≥"))
    assert check(tmp_path, "--model", "dense", "--require", "macs <= 2 M") == 3
    assert check(tmp_path, "--model", "dense", "--require", "macs <= 1 k") == 1
    assert check(tmp_path, "--model", "dense", "--require", "macs >= 1 k") == 0
    assert check(tmp_path, "--model", "dense", "--require", "macs >= 2 M") == 3


def test_a_failed_model_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log_model(tmp_path, "dense", WRONG)
    broken = cnc_summary.model(tmp_path / "b", "broken")
    broken.metrics({"accuracy": 0.99})
    broken.failed("out of memory")
    assert check(tmp_path, "--model", "broken", "--require", "accuracy >= 0.5") == 1
    assert (
        "FAILS broken: has finished: it was logged as failed; out of memory"
        in capsys.readouterr().out
    )


def test_reports(logs: Path, tmp_path: Path) -> None:
    files = {"--junit": tmp_path / "report.xml", "--markdown": tmp_path / "report.md"}
    arguments = [str(each) for pair in files.items() for each in pair]
    assert check(logs, "--model", "harmful", "--no-harm", *arguments) == 1
    suite = ElementTree.parse(files["--junit"]).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    assert "| fails | `harmful` | `no harm on test` |" in files["--markdown"].read_text("utf-8")


def test_as_a_process(logs: Path, tmp_path: Path) -> None:
    """As a job runs it: exit codes and reports count, and neither torch nor TensorFlow is there."""
    for name in ("torch", "tensorflow"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('it is not needed')")
    command = [sys.executable, "-m", "tensorboard_cnc", "check", str(logs)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    codes = {}
    for model in ("honest", "harmful"):
        done = subprocess.run(
            [*command, "--model", model, "--no-harm"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        codes[model] = done.returncode
        assert done.stderr == ""
    assert codes == {"honest": 0, "harmful": 1}
