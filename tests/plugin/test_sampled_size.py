"""A size that is estimated from a sample reaches the page with its interval."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
import torch
from torch import nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.efficiency import compression
from tests.conftest import Serve


def test_compressed_bytes_beyond_the_limit(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "EXACT_UP_TO", 1_000_000)
    torch.manual_seed(0)
    large, small = nn.Linear(1600, 1600), nn.Linear(200, 200)
    for run, net in (("large", large), ("small", small)):
        with cnc_summary.model(tmp_path / run, "m") as m:
            m.efficiency(net)
    tensorboard = serve(tmp_path)
    answer = tensorboard.models_when(
        lambda answer: sum("compressed_bytes" in each["metrics"] for each in answer["models"]) == 2
    )
    found = {each["run"]: each["metrics"]["compressed_bytes"] for each in answer["models"]}
    file = io.BytesIO()
    torch.save(large.state_dict(), file)
    exact = len(zlib.compress(file.getvalue()))
    interval = found["large"]["interval"]
    assert interval["low"] <= exact <= interval["high"] < 1.1 * exact
    assert interval["level"] == 0.95
    assert "interval" not in found["small"], "it was counted"
