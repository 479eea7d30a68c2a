"""Well-known metric names give away which way is better; others do not."""

from __future__ import annotations

import pytest

from tensorboard_cnc.analysis.metric_goals import guess_goal


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("accuracy", "max"),
        ("val/acc", "max"),
        ("Top-1 Accuracy", "max"),
        ("F1", "max"),
        ("eval_f1", "max"),
        ("ExactMatch", "max"),
        ("mAP", "max"),
        ("mIoU", "max"),
        ("throughput (img/s)", "max"),
        ("compression_ratio", "max"),
        ("Latency", "min"),
        ("latency_ms", "min"),
        ("latency_p95", "min"),
        ("Model Size", "min"),
        ("size_bytes", "min"),
        ("error rate", "min"),
        ("accuracy_drop", "min"),
        ("accuracyDrop", "min"),
        ("val_loss", "min"),
        ("perplexity", "min"),
        ("FLOPs", "min"),
        ("GFLOPs", "min"),
        ("Sparsity", None),
        ("Epochs", None),
        ("lossless", None),
        ("größe", None),
        ("", None),
        ("🙂", None),
    ],
)
def test_guess(name: str, goal: str | None) -> None:
    assert guess_goal(name) == goal
