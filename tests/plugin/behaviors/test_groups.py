"""The groups of a data set reach the comparison, wherever they were said, with both loaders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.behaviors.instances import instances_of
from tensorboard_cnc.records.instances import Dataset, Predictions
from tests.conftest import Serve
from tests.plugin.behaviors.evaluated import Evaluated, keys

PLAIN = Dataset("test", np.arange(6), "classes", "f", ("a", "b"), np.zeros(6, np.int32))
GROUPED = replace(PLAIN, ids=np.arange(6)[::-1], groups=np.array([0, 0, 1, 1, 2, 2]))


def summary(*records: Dataset) -> Any:
    """Of two models, each with predictions on a data set of its own run."""
    log = Evaluated()
    for name, record in zip(("base", "other"), records, strict=True):
        log.model(name)
        log.dataset(record, name)
        log.predictions(
            Predictions(name, "test", PLAIN.ids, "classes", ("a", "b"), predicted=PLAIN.labels)
        )
    return log.ask(base=keys("base"), models=keys("other"))


def test_the_writers_groups_are_counted(tmp_path: Path, serve: Serve) -> None:
    cnc_summary.dataset(
        tmp_path / "data", "test", range(6), labels=[0, 1] * 3, groups=list("aabbcd")
    )
    for name in ("base", "other"):
        with cnc_summary.model(tmp_path / name, name) as model:
            model.predictions("test", range(6), predicted=[0, 1, 1, 0, 0, 1])
    served = serve(tmp_path)
    served.models_when(
        lambda found: (
            found["datasets"] and all(m["logged"]["predictions"] for m in found["models"])
            and len(found["models"]) == 2
        )
    )  # fmt: skip
    query = {"base": keys("base"), "models": keys("other")}
    answer = served.client.get("/data/plugin/cnc/behaviors", query_string=query).get_json()
    assert (answer["groups"], answer["n"], answer["notes"]) == (4, 6, [])


def test_groups_said_in_one_run_hold_in_all_that_have_the_instances() -> None:
    assert summary(PLAIN, PLAIN)["groups"] is None
    assert summary(PLAIN, GROUPED)["groups"] == 3
    assert summary(GROUPED, PLAIN)["groups"] == 3
    assert summary(PLAIN, replace(GROUPED, fingerprint="g"))["groups"] is None
    lie = replace(GROUPED, ids=np.arange(1, 7))
    assert (
        summary(PLAIN, replace(lie, ids=np.arange(7), labels=None, groups=np.arange(7) // 3))[
            "groups"
        ]
        is None
    )


def test_one_group_is_remarked() -> None:
    (note,) = summary(PLAIN, replace(GROUPED, groups=np.zeros(6, np.int64)))["notes"]
    assert note["message"].startswith("All 6 instances are of one group")
    assert "groups=" in note["remedy"]


def test_groups_of_one_are_no_groups() -> None:
    assert instances_of(replace(GROUPED, groups=np.arange(6)), []).truth.groups is None
    assert instances_of(PLAIN, []).truth.n_groups is None
    assert instances_of(GROUPED, []).truth.n_groups == 3
