"""The demo as a user runs it: one command, whose logs and server are looked at afterwards."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary

import demo.__main__
from demo.digits.logbook import DATA_RUN, REPEATS
from demo.digits.sweep import digits_sweep
from demo.planning import BESIDE, DAMAGE, PACKED, PLANNED, PREDICTED, UNIFORM
from tensorboard_cnc.format import instances as instance_format
from tensorboard_cnc.format.envelope import decode
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.records.models import Measurement, Metrics, MetricSpecs, ModelCard, Record

REPOSITORY = Path(demo.__main__.__file__).parents[1]
LINK = re.compile(r"http://127\.0\.0\.1:\d+/#cnc")


@contextmanager
def running_demo(*options: str) -> Iterator[subprocess.Popen[str]]:
    environment = {k: v for k, v in os.environ.items() if k not in ("SERVE", "LOGDIR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", *options],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], wanted: str) -> str:
    """Everything printed up to the line that contains `wanted`."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if wanted in line:
            return text
    raise AssertionError(f"the demo ended without {wanted!r}:\n{text}")


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=120) as response:
        body: bytes = response.read()
    return body


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found.group()


@dataclass(frozen=True)
class Demo:
    logdir: Path
    output: str
    plugins: dict[str, object]
    exit_code: int


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A whole sweep of short trainings, served, then ended by Ctrl-C."""
    logdir = tmp_path_factory.mktemp("demo") / "logs"
    with running_demo("--quick", f"--logdir={logdir}") as process:
        output = read_until(process, "Ctrl-C stops")
        address = link_in(output).removesuffix("#cnc")
        plugins = json.loads(fetch(f"{address}data/plugins_listing"))
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=120)
    with pytest.raises(urllib.error.URLError):
        fetch(address)
    return Demo(logdir, output + rest, plugins, process.returncode)


@pytest.fixture(scope="module")
def values(finished: Demo) -> list[tuple[str, Summary.Value]]:
    """Every value of ours in the log with its run, in the order written."""
    return [
        (file.parent.relative_to(finished.logdir).as_posix(), value)
        for file in sorted(finished.logdir.rglob("events.out.tfevents.*"))
        for event in EventFileLoader(str(file)).Load()
        for value in event.summary.value
        if value.tag.startswith("cnc/")
    ]


@pytest.fixture(scope="module")
def records(values: list[tuple[str, Summary.Value]]) -> list[tuple[str, Record]]:
    """Every record in the log with its run, in the order written."""
    return [
        (run, decode(value.tensor.string_val[0]))
        for run, value in values
        if value.metadata.data_class == DATA_CLASS_TENSOR
    ]


@pytest.fixture(scope="module")
def instances(values: list[tuple[str, Summary.Value]]) -> dict[str, InstanceRecord]:
    """The data set and the predictions by run."""
    return {
        run: instance_format.decode(value.tensor.string_val)
        for run, value in values
        if value.tag.startswith(("cnc/dataset/", "cnc/predictions/"))
    }


@pytest.fixture(scope="module")
def cards(records: list[tuple[str, Record]]) -> dict[str, ModelCard]:
    return {run: record for run, record in records if isinstance(record, ModelCard)}


@pytest.fixture(scope="module")
def metrics(records: list[tuple[str, Record]]) -> dict[str, dict[str, Measurement]]:
    """The last measurement of each metric by run."""
    found: dict[str, dict[str, Measurement]] = {}
    for run, record in records:
        if isinstance(record, Metrics):
            found.setdefault(run, {}).update({m.name: m for m in record.measurements})
    return found


def test_ends_cleanly(finished: Demo) -> None:
    assert finished.exit_code == 0
    assert finished.output.rstrip().endswith("Stopped.")
    assert "Traceback" not in finished.output
    assert "Warning" not in finished.output


def test_the_link_opens_the_tab(finished: Demo) -> None:
    assert "cnc" in finished.plugins


def test_lines_instead_of_a_bar_in_a_file(finished: Demo) -> None:
    assert "\r" not in finished.output
    assert "\x1b" not in finished.output
    for step in digits_sweep():
        assert f"\n{step.id} " in finished.output


def test_every_model_has_its_run_and_its_lineage(cards: dict[str, ModelCard]) -> None:
    assert len(cards) >= 24
    for step in digits_sweep(epochs=1, tuning_epochs=1):
        card = cards[step.id]
        assert card.id == step.id
        assert card.parents == step.parents
        assert card.operation is not None
        assert card.operation.name == step.recipe.operation
        assert dict(card.operation.parameters) == step.recipe.parameters
        assert card.description


def test_distillation_has_two_parents(cards: dict[str, ModelCard]) -> None:
    assert cards["small-distilled"].parents == ("small-init", "dense")


def test_one_model_diverged_and_says_so(
    cards: dict[str, ModelCard], metrics: dict[str, dict[str, Measurement]]
) -> None:
    failed = {card.id: card.reason for card in cards.values() if card.status == "failed"}
    assert list(failed) == ["one-shot-90-ft-too-hot"]
    assert "loss became nan" in failed["one-shot-90-ft-too-hot"]
    assert math.isnan(metrics["one-shot-90-ft-too-hot"]["loss"].repeats[0])
    others = {card.status for card in cards.values() if card.id not in failed}
    assert others == {"finished"}


def test_everything_is_measured_of_every_other_model(
    metrics: dict[str, dict[str, Measurement]], records: list[tuple[str, Record]]
) -> None:
    specs = {s.name: s for _, r in records if isinstance(r, MetricSpecs) for s in r.specs}
    assert all(spec.goal for spec in specs.values())
    of_plans = {DAMAGE.name, PREDICTED.name, PACKED.name, BESIDE.name}
    for step in digits_sweep():
        if step.recipe.operation in (PLANNED, UNIFORM):
            beside = set() if step.recipe.operation == UNIFORM else {BESIDE.name}
            expected = {"accuracy", "loss", *(of_plans - {BESIDE.name}), *beside}
            assert metrics[step.id].keys() == expected
        elif step.id != "one-shot-90-ft-too-hot":
            assert metrics[step.id].keys() == specs.keys() - of_plans
            assert len(metrics[step.id]["latency_ms"].repeats) == REPEATS
    assert metrics["one-shot-90"]["sparsity"].repeats[0] == pytest.approx(0.9, abs=0.02)
    dense, int8 = (metrics[run]["size_bytes"].repeats[0] for run in ("dense", "dense-int8"))
    assert int8 < dense / 2


def test_predictions_of_every_other_model(
    instances: dict[str, InstanceRecord], metrics: dict[str, dict[str, Measurement]]
) -> None:
    data = instances.pop(DATA_RUN)
    assert isinstance(data, Dataset)
    assert len(data.ids) == 4 * 797
    assert data.images is not None
    assert all(data.images)
    assert data.attributes.keys() == {"scan", "ink", "slant", "size"}
    assert instances.keys() == {s.id for s in digits_sweep()} - {"one-shot-90-ft-too-hot"}
    for run, record in instances.items():
        assert isinstance(record, Predictions)
        assert record.dataset_fingerprint == data.fingerprint
        assert record.dropped == ()
        assert record.correct is not None
        clean = np.char.endswith(np.asarray(record.ids, str), " clean")
        accuracy = metrics[run]["accuracy"].repeats[0]
        assert record.correct[clean].mean() == pytest.approx(accuracy, abs=1e-6)


def test_only_training_has_a_step(metrics: dict[str, dict[str, Measurement]]) -> None:
    assert metrics["dense"]["accuracy"].step == 1
    assert metrics["one-shot-50"]["accuracy"].step is None


def test_terminated_while_training_it_takes_tensorboard_along(tmp_path: Path) -> None:
    with running_demo("--quick", f"--logdir={tmp_path}") as process:
        output = read_until(process, "one-shot-50")
        process.terminate()
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Stopped. What was logged so far is in" in rest
    assert "Traceback" not in rest
    with pytest.raises(urllib.error.URLError):
        fetch(link_in(output))


def test_missing_packages_are_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(demo.__main__._NEEDED, "no_such_module", "no-such-package")
    assert demo.__main__.main(["--no-serve"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: The demo needs no-such-package. Run `make demo`")
    assert "pip install no-such-package" in said


def test_ctrl_c_while_packages_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press_ctrl_c(**_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(demo.__main__, "_require_packages", press_ctrl_c)
    assert demo.__main__.main(["--logdir=some/logs"]) == 130
    assert "Stopped. What was logged so far is in some/logs." in capsys.readouterr().err


def test_runs_of_somebody_else_stop_the_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dense").mkdir()
    assert demo.__main__.main(["--quick", "--no-serve", f"--logdir={tmp_path}"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "Choose another folder with --logdir" in said


def test_an_unknown_story_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORY", "images")
    assert demo.__main__.main(["--no-serve"]) == 1
    said = capsys.readouterr().err
    assert "There is no story 'images'. Choose one of digits, language." in said
