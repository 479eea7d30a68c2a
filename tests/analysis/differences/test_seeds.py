"""Ids that a seed alone tells apart, as in frontend/src/model/replicates.ts."""

from __future__ import annotations

import pytest

from tensorboard_cnc.analysis.differences.seeds import without_seed


@pytest.mark.parametrize(
    ("model_id", "rest"),
    [
        ("dense", "dense"),
        ("dense-seed3", "dense"),
        ("dense_seed=1", "dense"),
        ("dense.run-2", "dense"),
        ("seed0/dense", "/dense"),
        ("trial_7", ""),
        ("prune50", "prune50"),
        ("overrun2", "overrun2"),
    ],
)
def test_an_id_without_its_seed(model_id: str, rest: str) -> None:
    assert without_seed(model_id) == rest
