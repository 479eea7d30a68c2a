"""Layers → sensitivity: what layers bear, a plan for a size, and what came of plans before."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Download, FrameLocator, Locator, Page, expect
from torch import nn

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.results.plan import Plan
from tests.browser.axe import serious_violations
from tests.browser.conftest import open_tab
from tests.browser.test_places import place
from tests.writer.sensitivity.measured import layered, probe

ServeProcess = Callable[..., str]
SEEN = "&p.cnc.at=layers&p.cnc.ly=1"


def log(logdir: Path) -> nn.Module:
    """A network and what its layers bear, one of which breaks, and a plan that was carried out."""
    net: nn.Module = layered()
    inputs = probe(64)

    def breaks(weight: torch.Tensor) -> torch.Tensor:
        return weight if weight.shape[0] == 16 else torch.full_like(weight, 3e38)

    candidates = {"int8": None, "int4": None, "int2": None, "huge": breaks}
    with cnc_summary.model(logdir / "dense", "dense") as m:
        m.sensitivity(net, inputs, candidates=candidates, score="kl", progress=False)
    plan = tensorboard_cnc.read(logdir).plan("dense", size="1.2 kB")
    with cnc_summary.model(logdir / "plan", "plan", parents="dense", operation=plan.operation) as m:
        found = cnc_summary.damage(net, plan.apply(net), probe(64, seed=9), score="kl")
        m.metrics({"damage": found})
    return net


def cells(frame: FrameLocator) -> Locator:
    return frame.get_by_role("grid", name="Damage by layer and candidate")


def plan(frame: FrameLocator) -> Locator:
    return frame.get_by_role("region", name="Plan")


def names(frame: FrameLocator) -> list[str]:
    return cells(frame).locator("tbody th").all_inner_texts()


def test_half_the_size_becomes_a_recipe_in_python(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    net = log(tmp_path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    frame = open_tab(page, serve_process(tmp_path))
    place(frame, "Layers").click()
    frame.get_by_text("sensitivity", exact=True).click()
    expect(cells(frame).get_by_role("row")).to_have_count(5)
    expect(plan(frame)).to_contain_text("whole allocations that were measured came to")
    plan(frame).get_by_label("At most").fill("30 %")
    plan(frame).get_by_label("At most").press("Enter")
    dense = sum(each.numel() * each.element_size() for each in net.parameters())
    expect(plan(frame).get_by_role("heading")).to_contain_text("kB of")
    plan(frame).get_by_role("button", name="Copy").click()
    expect(plan(frame).get_by_role("button", name="Copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    found: dict[str, object] = {"net": net}
    exec(code, found)
    small = found["plan"]
    assert isinstance(small, Plan)
    assert small.bytes <= 0.3 * dense
    chosen = zip(names(frame), cells(frame).locator("tbody .plan").all_inner_texts(), strict=True)
    shown = {f"{name}.weight": to for name, to in chosen if to != "as it is"}
    assert shown == dict(small.allocation)


def test_the_slider_moves_the_recipe_and_what_came_of_plans_stands_beside_it(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log(tmp_path)
    frame = open_tab(page, serve_process(tmp_path), SEEN)
    slider = plan(frame).get_by_role("slider", name="Size")
    head = plan(frame).get_by_role("heading")
    slider.focus()
    slider.press("Home")
    expect(head).to_contain_text("(100")
    slider.press("End")
    expect(head).not_to_contain_text("(100")
    expect(cells(frame).locator("tbody .chosen")).to_have_count(4)
    expect(page).to_have_url(re.compile(r"p\.cnc\.lz=\d+"))
    promised = plan(frame).get_by_role("row").filter(has_text="plan")
    expect(promised.get_by_role("cell").nth(2)).not_to_have_text("–")
    promised.get_by_role("button").click()
    expect(head).to_contain_text("1.1")
    plan(frame).get_by_label("Write the plan for").select_option("torchao")
    expect(plan(frame).locator("pre")).to_contain_text("FqnToConfig")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_by_keys_and_for_screen_readers(
    tmp_path: Path, page: Page, serve_process: ServeProcess, theme: str
) -> None:
    log(tmp_path)
    url = serve_process(tmp_path)
    page.goto(f"{url}/{'?darkMode=true' if theme == 'dark' else ''}#cnc{SEEN}")
    frame = page.frame_locator("iframe[src*='name=cnc']")
    expect(cells(frame)).to_be_visible()
    first = cells(frame).locator("tbody td").first
    expect(first).to_have_attribute("tabindex", "0")
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(frame.get_by_role("tooltip")).to_contain_text("0.weight, int4")
    page.keyboard.press("Control+End")
    expect(cells(frame).locator("tbody td").last).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    head = frame.get_by_role("columnheader", name="int4", exact=False).first
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(frame.get_by_role("columnheader", name="Place")).to_be_visible()
    broken = frame.get_by_role("columnheader", name="huge")
    broken.get_by_role("button").click()
    expect(cells(frame).locator("tbody th").first).to_have_text("6")
    expect(cells(frame).locator("tbody tr").first).to_contain_text("∞")
    assert serious_violations(page) == []


def saved(download: Download) -> list[dict[str, str]]:
    return list(csv.DictReader(download.path().read_text(encoding="utf-8").splitlines()))


def test_tables_are_saved(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    log(tmp_path)
    frame = open_tab(page, serve_process(tmp_path), SEEN)
    with page.expect_download() as download:
        plan(frame).get_by_role("button", name="CSV").click()
    rows = saved(download.value)
    assert [row["layer"] for row in rows] == ["0.weight", "2.weight", "4.weight", "6.weight"]
    with page.expect_download() as download:
        frame.get_by_role("main").get_by_role("button", name="CSV").first.click()
    assert sum(row["damage, nats"] == "inf" for row in saved(download.value)) == 1


def test_without_any_the_page_says_how_to_log_it(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense"):
        pass
    frame = open_tab(page, serve_process(tmp_path), SEEN)
    expect(frame.get_by_text("m.sensitivity(net, inputs)")).to_be_visible()
