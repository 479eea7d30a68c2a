"""A selection explains itself: what its models differ in, and what each difference does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.browser.conftest import open_tab
from tests.browser.published import log_noisy_sweep
from tests.simpson import log_simpsons_design

ServeProcess = Callable[..., str]


def details(frame: FrameLocator) -> Locator:
    return frame.get_by_label("Details of the selection")


def selecting(*runs_and_ids: tuple[str, str]) -> str:
    return "&p.cnc.sel=" + ",".join(model_key(run, name) for run, name in runs_and_ids)


def test_amount_by_fine_tune(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    log_noisy_sweep(tmp_path)
    names = [f"prune-{amount}{tuned}" for amount in (75, 50, 90) for tuned in ("", "-ft")]
    state = selecting(*((name, name) for name in names)) + "&p.cnc.xh=160&p.cnc.th=84"
    frame = open_tab(page, serve_process(tmp_path), state)
    panel = details(frame)
    expect(
        panel.get_by_role("heading", name="6 models differ in amount × fine-tune")
    ).to_be_visible()
    expect(panel.get_by_role("img", name="accuracy by amount and fine-tune")).to_be_visible()
    contrast = panel.get_by_role("button", name=re.compile("fine-tune without → with"))
    expect(panel.get_by_role("row").filter(has_text="without → with")).to_contain_text("+19.0")
    panel.get_by_role("button", name="What is charted").click()
    panel.get_by_role("group", name="Show").get_by_text("vs base").click()
    page.wait_for_url(re.compile("p.cnc.vd=1"))
    panel.get_by_role("combobox", name="Colour").select_option("none")
    expect(panel.get_by_role("heading", name="6 models differ in amount")).to_be_visible()
    tuned = panel.get_by_role("group", name="Only fine-tune").get_by_role("button", name="with 3")
    tuned.click()
    expect(panel.get_by_role("status")).to_contain_text("3 of 6 kept")
    contrast.click()
    expect(panel.get_by_role("heading", name=re.compile("^6 models"))).to_be_visible()


def test_a_head_tells_what_its_step_changed_at_each_amount(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    head = re.compile("^fine-tune")
    frame.get_by_role("region", name="Model Map").get_by_role("button", name=head).click()
    table = details(frame).get_by_role("table", name="What fine-tune changed")
    expect(table.get_by_role("rowheader")).to_have_text(
        [re.compile(f"magnitude prune {amount}.%") for amount in (50, 75, 90)]
    )
    expect(table.get_by_role("row").nth(3)).to_contain_text("+44.0\u202fpt")
    table.get_by_role("button", name=re.compile("prune 90")).click()
    chips = frame.get_by_role("banner")
    for name in ("prune-90", "prune-90-ft"):
        expect(chips.get_by_role("group", name=name, exact=True)).to_be_visible()


def test_where_a_sweep_breaks(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.metrics({"accuracy": 0.99})
    for amount, accuracy in ((50, 0.98), (80, 0.92), (90, 0.27)):
        name, prune = f"p{amount}", cnc_summary.operation("prune", amount=amount / 100)
        with cnc_summary.model(tmp_path / name, name, parents="dense", operation=prune) as m:
            m.metrics({"accuracy": accuracy})
    sweep = [(f"p{amount}", f"p{amount}") for amount in (50, 80, 90)]
    frame = open_tab(page, serve_process(tmp_path), selecting(*sweep))
    panel = details(frame)
    found = re.compile(r"80.% → 90.%: −0\.65")
    expect(panel.get_by_text(found)).to_be_visible()
    expect(panel.get_by_role("img", name="accuracy by amount")).to_contain_text("0.270")
    # One of them shows the same among its siblings.
    panel.get_by_role("columnheader", name="p80").get_by_role("button").click()
    expect(panel.get_by_role("heading", name="p80")).to_be_visible()
    expect(panel.get_by_role("img", name="accuracy by amount")).to_be_visible()
    expect(panel.get_by_text(found)).to_be_visible()


def test_models_of_different_roots(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    for root in ("resnet", "mobilenet"):
        with cnc_summary.model(tmp_path / root, root) as m:
            m.metrics({"accuracy": 0.9})
        prune = cnc_summary.operation("prune", amount=0.5)
        child = f"{root}-p"
        with cnc_summary.model(tmp_path / child, child, parents=root, operation=prune) as m:
            m.metrics({"accuracy": 0.8})
    state = selecting(("resnet-p", "resnet-p"), ("mobilenet-p", "mobilenet-p"))
    frame = open_tab(page, serve_process(tmp_path), state)
    panel = details(frame)
    expect(panel.get_by_role("heading", name="2 models differ in root")).to_be_visible()
    for root in ("resnet", "mobilenet"):
        recipe = panel.get_by_role("region", name=f"Recipe of {root}-p")
        expect(recipe.get_by_role("listitem").first).to_contain_text("first difference")
        expect(recipe).to_contain_text("prune 50")


def test_models_with_the_same_recipe(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.metrics({"accuracy": 0.9})
    for seed in range(3):
        name, prune = f"p{seed}", cnc_summary.operation("prune", amount=0.5, seed=seed)
        with cnc_summary.model(tmp_path / name, name, parents="dense", operation=prune) as m:
            m.metrics({"accuracy": 0.8 + seed / 100})
    state = selecting(*((f"p{seed}", f"p{seed}") for seed in range(3)))
    frame = open_tab(page, serve_process(tmp_path), state)
    heading = details(frame).get_by_role("heading", name="3 models with the same recipe")
    expect(heading).to_be_visible()


def test_hundreds_of_models(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.metrics({"accuracy": 0.9})
    names = []
    for number in range(300):
        names.append(f"p{number}")
        step = cnc_summary.operation(
            "prune", amount=number / 300, scope=("all", "some")[number % 2]
        )
        with cnc_summary.model(tmp_path / "sweep", names[-1], parents="dense", operation=step) as m:
            m.metrics({"accuracy": 0.9 - number / 1000})
    frame = open_tab(page, serve_process(tmp_path))
    frame.get_by_role("grid", name="Models").get_by_text("p0", exact=True).click()
    frame.get_by_role("grid", name="Models").focus()
    page.keyboard.press("Shift+End")
    expect(
        details(frame).get_by_role("heading", name="300 models differ in amount")
    ).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_simpsons_design_is_shown_like_with_like(
    scheme: str, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    """Plain accuracy falls along the amount; the page says that it rises, all else held."""
    ids = log_simpsons_design(tmp_path)
    state = selecting(*((name, name) for name in ids)) + "&p.cnc.xh=160&p.cnc.th=84"
    frame = open_tab(page, serve_process(tmp_path), state)
    if scheme == "dark":
        page.evaluate("document.body.classList.add('dark-mode')")
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    panel = details(frame)
    heading = panel.get_by_role("heading", name=f"{len(ids)} models differ in amount × schedule")
    expect(heading).to_be_visible()
    expect(panel.get_by_text(re.compile(r"30.% → 70.%: \+0\.9.pt.*all else held"))).to_be_visible()
    expect(panel.get_by_text(re.compile(r"plain means.*say −6\.6.pt"))).to_be_visible()
    expect(panel.get_by_role("status")).to_contain_text("of accuracy’s variance, adjusted")
    chart = panel.get_by_role("img", name="accuracy by amount and schedule")
    for value in ("90.5", "91.4", "80.0", "80.9"):
        expect(chart).to_contain_text(value)
    expect(chart).not_to_contain_text("83.")
    step = panel.get_by_role("row").filter(has_text="30\u202f% → 50\u202f%")
    expect(step).to_contain_text("better in 4 of 4")
    expect(panel.get_by_text("cannot tell")).to_have_count(0)
    table = panel.get_by_text("Table of cells that are mixed")
    table.click()
    expect(panel.get_by_role("cell").filter(has_text="mixed").first).to_be_visible()
