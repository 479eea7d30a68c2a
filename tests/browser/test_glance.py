"""What predictions, weights and activations say of a model, beside its metrics in Overview."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab
from tests.browser.test_overview import node

ServeProcess = Callable[..., str]

_N = 600


def log_two(logdir: Path) -> None:
    """A pruned model whose accuracy is as noisy as the loss is small, and which broke faint scans.

    Of 600 instances the first 150 are faint. The pruned model has 46 of them wrong, and 5 others;
    its second layer keeps a tenth of its weights, the first nearly all.
    """
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 3, _N)
    faint = np.arange(_N) < 150
    broken = (np.arange(_N) < 45) | (np.arange(_N) % 100 == 99)
    scan = np.where(faint, "faint", "plain").tolist()
    cnc_summary.dataset(
        logdir / "data", "scans", np.arange(_N), labels=labels, attributes={"scan": scan}
    )
    weights = {f"conv{at}.weight": rng.normal(size=(64, 64)) for at in (1, 2)}
    small = np.abs(weights["conv2.weight"]) < np.quantile(np.abs(weights["conv2.weight"]), 0.9)
    pruned = {**weights, "conv2.weight": np.where(small, 0, weights["conv2.weight"])}
    prune = cnc_summary.operation("prune", amount=0.9)
    for name, tensors, accuracies, answers in (
        ("dense", weights, [0.95, 0.94, 0.96], labels),
        ("pruned", pruned, [0.94, 0.95, 0.93], np.where(broken, (labels + 1) % 3, labels)),
    ):
        parents, operation = ((), None) if name == "dense" else ("dense", prune)
        with cnc_summary.model(logdir / name, name, parents=parents, operation=operation) as m:
            m.metrics({"accuracy": accuracies, "size_bytes": 10 if name == "dense" else 1})
            m.predictions("scans", np.arange(_N), predicted=answers)
            m.weights(tensors)


def test_a_model_that_looks_as_good_says_where_it_broke(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_two(tmp_path)
    frame = open_tab(page, serve_process(tmp_path))
    node(frame, "pruned,").click()
    glance = frame.get_by_role("group", name="pruned at a glance")
    expect(
        glance.get_by_role("button", name=re.compile("scans: 100.* → 91.5.% correct"))
    ).to_be_visible()
    broke = glance.get_by_role(
        "button",
        name=re.compile(r"Harmed: scan: faint, \d+ of \d+ right → wrong, 0 wrong → right; lost"),
    )
    expect(broke).to_be_visible()
    expect(frame.get_by_role("region", name="Trade-offs")).to_contain_text(
        re.compile(
            "Cannot tell pruned from dense by accuracy .*, "
            "but their predictions on scans differ: −8.50?.pt"
        )
    )
    layers = glance.get_by_role("button", name=re.compile("Changed most: conv2.weight, SQNR"))
    layers.click()
    expect(page).to_have_url(re.compile(r"p\.cnc\.at=layers.*p\.cnc\.li=conv2.weight"))
    page.go_back()
    broke.click()
    expect(page).to_have_url(re.compile(r"p\.cnc\.at=behaviors"))
    expect(frame.get_by_role("main")).to_contain_text("faint")


def test_where_nothing_was_logged_nothing_is_said(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    for name, parents in (("dense", ()), ("pruned", "dense")):
        with cnc_summary.model(tmp_path / name, name, parents=parents) as m:
            m.metrics({"accuracy": 0.9})
    frame = open_tab(page, serve_process(tmp_path))
    node(frame, "pruned,").click()
    panel = frame.get_by_label("Details of the selection")
    expect(panel.get_by_role("heading", name="pruned")).to_be_visible()
    expect(panel).not_to_contain_text("At a glance")
