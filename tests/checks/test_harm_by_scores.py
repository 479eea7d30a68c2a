"""`tensorboard-cnc check --no-harm --measure`: harm by a score or a loss that was logged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main

N = 3000
KIND = np.where(np.arange(N) % 6 == 0, "table", "prose")
TABLES = KIND == "table"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers that are right as often, with scores that are worse on tables of one model."""
    folder = tmp_path_factory.mktemp("logs")
    random = np.random.default_rng(5)
    cnc_summary.dataset(
        folder, "qa", range(N), targets=["yes"] * N, attributes={"kind": KIND.tolist()}
    )
    rouge, loss = random.uniform(0.3, 0.7, N), random.uniform(3, 6, N)
    noise = random.normal(0, 0.03, N)
    for name, lost in {
        "dense": 0 * noise,
        "honest": noise,
        "harmful": noise + 0.2 * TABLES,
    }.items():
        log_model(folder, name, rouge - lost, loss + 3 * lost)
    return folder


def log_model(
    folder: Path, name: str, rouge: NDArray[np.float64], loss: NDArray[np.float64]
) -> None:
    parents = [] if name == "dense" else ["dense"]
    operation = cnc_summary.operation("quantize", bits=4) if parents else None
    with cnc_summary.model(folder / name, name, parents=parents, operation=operation) as m:
        scores = {"rouge": rouge, "loss": loss}
        m.predictions("qa", range(N), outputs=["yes"] * N, scores=scores)


def check(folder: Path, model: str, *options: str) -> int:
    return main(["check", str(folder), "--model", model, "--no-harm", *options])


def test_of_a_score_its_change_is_told(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(logs, "harmful", "--measure", "rouge") == 1
    out = capsys.readouterr().out
    assert "FAILS harmful: no harm by rouge on qa: 1 of 2 slices is harmed; kind table: " in out
    assert "rouge worse by 0.199, in 500 of 500" in out
    assert check(logs, "honest", "--measure", "rouge") == 0
    out = capsys.readouterr().out
    assert "none of 2 slices is harmed; rouge worse by 0.00" in out
    assert "broke" not in out


def test_of_a_loss_more_is_worse(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(logs, "harmful", "--measure", "score/loss") == 1
    assert "kind table: loss worse by 0.596" in capsys.readouterr().out


def test_of_what_is_no_share_it_is_to_be_said_how_much(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(logs, "honest", "--measure", "loss") == 3
    assert "name with --see how much worse must not have stayed unseen" in capsys.readouterr().out
    assert check(logs, "honest", "--measure", "loss", "--see", "2") == 0
    assert check(logs, "honest", "--measure", "loss", "--see", "0.001") == 3
    assert "too few to tell" in capsys.readouterr().out


def test_by_default_it_is_by_the_first_measure_with_a_goal(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where scores were logged, texts are not right or wrong by their letters."""
    assert check(logs, "harmful") == 1
    assert "no harm on qa: 1 of 2 slices is harmed; kind table: rouge worse" in (
        capsys.readouterr().out
    )
    assert check(logs, "harmful", "--measure", "correct") == 2
    assert '"score/rouge", "score/loss", "agrees"' in capsys.readouterr().err


def test_what_compares_with_the_base_cannot_be_judged(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(logs, "honest", "--measure", "agrees") == 3
    assert "is a comparison with the base itself" in capsys.readouterr().out
