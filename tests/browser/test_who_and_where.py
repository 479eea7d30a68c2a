"""Where answers broke and which layer is to blame, known because it was made so."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from playwright.sync_api import FrameLocator, Page, expect

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.browser.conftest import open_tab, settled_box

ServeProcess = Callable[..., str]
RNG = np.random.default_rng(17)
N = 2000
LABELS, SCANS = RNG.integers(0, 5, N), RNG.integers(0, 4, N)
SCAN_NAMES = np.array(["clean", "faint", "noisy", "turned"])


def log_broken(logdir: Path, broken: NDArray[Any]) -> None:
    """A dense model that knows everything, and a pruned one that has `broken` wrong."""
    ids = np.arange(N)
    cnc_summary.dataset(
        logdir / "data",
        "scans",
        ids,
        labels=LABELS,
        classes=[str(digit) for digit in range(5)],
        attributes={"scan": SCAN_NAMES[SCANS].tolist()},
    )
    answers = {"dense": LABELS, "pruned": np.where(broken, (LABELS + 1) % 5, LABELS)}
    for name, predicted in answers.items():
        parents = () if name == "dense" else "dense"
        prune = None if name == "dense" else cnc_summary.operation("prune", amount=0.8)
        with cnc_summary.model(logdir / name, name, parents=parents, operation=prune) as m:
            # Of other images than those that are shown.
            m.metrics({"accuracy": 1.0 if name == "dense" else 0.99})
            m.predictions("scans", ids, predicted=predicted)


def open_pruned(page: Page, url: str, **values: str) -> FrameLocator:
    state = {"at": "behaviors", "sel": model_key("pruned", "pruned"), **values}
    return open_tab(page, url, "".join(f"&p.cnc.{name}={value}" for name, value in state.items()))


def test_what_broke_everywhere_the_same(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_broken(tmp_path, np.arange(N) % 5 == 0)
    frame = open_pruned(page, serve_process(tmp_path))
    summary = frame.get_by_role("region", name="Summary of pruned")
    heads = frame.get_by_role("table", name="Models on the data set")
    expect(summary).to_contain_text("−20.0\u202fpt")
    expect(summary).to_contain_text(
        re.compile(r"broke most.*\d+ of \d+ right → wrong, 0 wrong → right \(all others: (19|20)")
    )
    expect(summary).to_contain_text("No slice stands out; in a slice of")
    expect(summary).not_to_contain_text(re.compile("evenly|Harmed|q [<.]"))
    expect(heads.get_by_text("correct, %, Δ pt")).to_have_attribute(
        "data-tip", "Mean correct on scans, %, Δ pt"
    )
    expect(heads.get_by_text("logged accuracy: other data")).to_have_attribute(
        "data-tip", re.compile("pruned: accuracy 0.990 as logged, 80.0\u202f% here")
    )


def test_a_combination_that_breaks_more_than_its_parts(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    faint, both = SCANS == 1, (SCANS == 1) & (LABELS == 3)
    log_broken(tmp_path, both | (faint & (RNG.random(N) < 0.2)))
    frame = open_pruned(page, serve_process(tmp_path))
    # Slices open by what broke most.
    expect(frame.get_by_role("combobox", name="By")).to_have_value("attribute/scan")
    first = frame.get_by_role("table", name="Slices").get_by_role("row").first
    expect(first).to_contain_text("faint")
    rows_bar = frame.get_by_role("group", name="Rows")
    before = settled_box(rows_bar)
    rows_bar.get_by_text("where it broke", exact=True).click()
    pairs = frame.get_by_role("table", name="Broken pairs of slices")
    # Under the heads.
    expect(pairs.get_by_role("row")).to_have_count(2)
    expect(pairs).to_contain_text("▼ lost 100")
    expect(pairs).to_contain_text("label 3 · scan faint")
    expect(pairs).to_contain_text("100\u202f%")
    assert settled_box(rows_bar) == before, "the bar stays where it is"
    pairs.get_by_role("button", name="broke in pruned").click()
    expect(frame.get_by_text(f"{both.sum()} of {N:,} instances (")).to_be_visible()


def network() -> torch.nn.Module:
    torch.manual_seed(3)
    names = ("fc1", "fc2", "fc3", "fc4", "head")
    layers = ((name, torch.nn.Linear(24, 24, bias=False)) for name in names)
    return torch.nn.Sequential(OrderedDict[str, torch.nn.Module](layers))


def log_layers(logdir: Path) -> None:
    """A network, one of which the third layer is destroyed, and that with the layer restored."""
    inputs = torch.rand((64, 24), generator=torch.Generator().manual_seed(5))
    steps = (
        ("dense", (), None, 0.0, 0.95),
        ("noisy", "dense", cnc_summary.operation("noise", part="all"), 1.0, 0.5),
        ("restored", "noisy", cnc_summary.operation("restore", layer="fc3"), 0.0, 0.9),
    )
    for name, parents, operation, noise, accuracy in steps:
        net = network().eval()
        with torch.no_grad():
            layer = net.get_submodule("fc3")
            assert isinstance(layer, torch.nn.Linear)
            layer.weight += noise * torch.randn(
                (24, 24), generator=torch.Generator().manual_seed(1)
            )
        with cnc_summary.model(logdir / name, name, parents=parents, operation=operation) as m:
            m.metrics({"accuracy": accuracy})
            m.weights(net)
            m.activations(net, inputs)


def test_where_a_signal_starts_to_fall_and_who_proves_it(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_layers(tmp_path)
    noisy = model_key("noisy", "noisy")
    state = f"&p.cnc.at=layers&p.cnc.lv=activations&p.cnc.sel={noisy}"
    frame = open_tab(page, serve_process(tmp_path), state)
    ranking = frame.get_by_role("region", name="Where did it change most")
    first = ranking.get_by_role("listitem").first
    expect(first).to_contain_text("fc3.output")
    expect(first).to_contain_text("∞ →")
    proof = first.get_by_role("button", name="restore")
    expect(proof).to_contain_text("+80.0\u202f%")
    proof.click()
    expect(page).to_have_url(re.compile(model_key("restored", "restored")))
    ranking.get_by_text("change most?").click()
    expect(page).to_have_url(re.compile(r"p\.cnc\.lt=most"))
