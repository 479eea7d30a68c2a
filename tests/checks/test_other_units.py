"""Limits that are typed in another unit than the metric was logged in are not judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main


@pytest.mark.parametrize(
    ("metric", "value", "limit", "code"),
    [
        # More than 0.9, and less than 90 %.
        ("accuracy", 12.0, ">= 0.9", 3),
        ("accuracy", 0.91, ">= 90", 3),
        ("top1_accuracy", 50.0, ">= 0.9", 3),
        # The same either way.
        ("accuracy", 91.0, ">= 0.9", 0),
        ("accuracy", 0.8, ">= 90", 1),
        ("accuracy", 91.0, ">= 90", 0),
        ("accuracy", 0.91, ">= 0.9", 0),
        # In per cent errors are small, and others may be any number.
        ("error_rate", 0.5, "<= 5", 0),
        ("error_rate", 2.3, "<= 0.05", 1),
        ("speedup", 2.3, ">= 0.9", 0),
    ],
)
def test_a_share_and_per_cent(
    metric: str, value: float, limit: str, code: int, tmp_path: Path
) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({metric: value})
    asked = ["check", str(tmp_path), "--model", "m", "--require", f"{metric} {limit}"]
    assert main(asked) == code
