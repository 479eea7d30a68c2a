"""Times that were measured under different conditions are never compared without a mark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from playwright.sync_api import Page, expect
from torch import nn

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab

ServeProcess = Callable[..., str]

MARK = "Measured under different conditions"


def log_pair(folder: Path, *, threads: tuple[int, int]) -> Path:
    """A network and a smaller one, each measured with so many threads."""
    before = torch.get_num_threads()
    try:
        for model_id, width, count in zip(("wide", "narrow"), (64, 8), threads, strict=True):
            torch.set_num_threads(count)
            parents = () if model_id == "wide" else "wide"
            with cnc_summary.model(folder / model_id, model_id, parents=parents) as model:
                model.metrics({"accuracy": 0.9})
                model.efficiency(nn.Linear(width, 10), torch.ones(4, width), repeats=3)
    finally:
        torch.set_num_threads(before)
    return folder


def test_other_threads_are_told(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(log_pair(tmp_path, threads=(1, 2)))
    frame = open_tab(page, url, "&p.cnc.x=latency_ms&p.cnc.y=accuracy")
    words = frame.get_by_role("region", name="Trade-offs")
    expect(words).to_contain_text("latency was measured under different conditions")
    head = frame.get_by_role("columnheader", name="latency ms")
    expect(head.get_by_role("img", name=MARK)).to_be_visible()
    expect(frame.get_by_role("columnheader", name="size").get_by_label(MARK)).to_have_count(0)
    frame.get_by_role("grid").get_by_text("narrow", exact=True).click()
    row = frame.get_by_role("row", name="latency ms").filter(has_text="median of 3")
    mark = row.get_by_role("img", name=MARK).first
    expect(mark).to_be_visible()
    mark.hover()
    expect(frame.get_by_text("threads: 2 · 1")).to_be_visible()


def test_alike_nothing_is_said(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(log_pair(tmp_path, threads=(1, 1)))
    frame = open_tab(page, url, "&p.cnc.x=latency_ms&p.cnc.y=accuracy")
    expect(frame.get_by_role("columnheader", name="latency ms")).to_be_visible()
    frame.get_by_role("grid").get_by_text("narrow", exact=True).click()
    row = frame.get_by_role("row", name="latency ms").filter(has_text="median of 3")
    expect(row).to_be_visible()
    expect(frame.get_by_label(MARK)).to_have_count(0)
    row.get_by_role("cell").first.hover()
    expect(frame.get_by_text("threads: 1")).to_be_visible()
