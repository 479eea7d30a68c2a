"""Filters, the search, and the table that follows them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import open_tab, settled_box
from tests.browser.published import log_noisy_sweep

ServeProcess = Callable[..., str]


def table(frame: FrameLocator) -> Locator:
    return frame.get_by_role("grid", name="Models")


def shown(frame: FrameLocator) -> Locator:
    return table(frame).get_by_role("rowheader")


def head(frame: FrameLocator, name: str) -> Locator:
    return table(frame).get_by_role("columnheader", name=re.compile(name)).get_by_role("button")


def test_filters_fade_hide_and_come_off(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    frame.get_by_role("button", name="Filters").click()
    form = frame.get_by_role("region", name="Filters")
    form.get_by_role("group", name="Operation").get_by_text("fine-tune").click()
    form.get_by_label("accuracy, % at least").fill("0.9")
    form.get_by_label("accuracy, % at least").press("Enter")
    expect(form.get_by_role("status")).to_have_text("2 of 7 models pass")
    page.keyboard.press("Escape")
    chips = frame.get_by_role("group", name="Active filters")
    expect(chips).to_contain_text("2 of 7")
    expect(shown(frame)).to_have_count(7)
    chips.get_by_text("hide").click()
    # The map keeps the way to the two that pass, the table does not.
    expect(shown(frame)).to_have_count(2)
    expect(frame.get_by_role("treeitem")).to_have_count(5)
    page.wait_for_url(re.compile("p.cnc.hide=1"))
    page.reload()
    expect(shown(frame)).to_have_count(2)
    chips.get_by_role("button", name=re.compile("Remove the filter accuracy")).click()
    expect(chips).to_contain_text("3 of 7")
    page.keyboard.press("Control+z")
    expect(chips).to_contain_text("2 of 7")
    chips.get_by_role("button", name="Clear").click()
    expect(shown(frame)).to_have_count(7)
    expect(chips).to_have_count(0)


def test_an_operation_is_left_out(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    frame.get_by_role("button", name="Filters").click()
    form = frame.get_by_role("region", name="Filters")
    form.get_by_role("button", name="Not fine-tune").click()
    expect(form.get_by_role("status")).to_have_text("4 of 7 models pass")
    form.get_by_role("checkbox", name="magnitude prune").check()
    expect(form.get_by_role("status")).to_have_text("3 of 7 models pass")
    page.keyboard.press("Escape")
    chips = frame.get_by_role("group", name="Active filters")
    expect(chips).to_contain_text("operation: magnitude prune, not fine-tune")
    page.wait_for_url(re.compile("p.cnc.fl=.*magnitude"))
    page.reload()
    expect(chips).to_contain_text("operation: magnitude prune, not fine-tune")
    shown(frame).first.click(button="right")
    frame.get_by_role("menuitem", name="Show all but magnitude prune").click()
    expect(chips).to_contain_text("operation: not fine-tune or magnitude prune")
    expect(chips).to_contain_text("1 of 7")


def test_a_search_brings_what_it_finds_to_the_top(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    search = frame.get_by_label("Search models")
    search.fill("prune -ft")
    found = ["prune-50", "prune-75", "prune-90"]
    rest = ["dense", "prune-50-ft", "prune-75-ft", "prune-90-ft"]
    expect(frame.get_by_role("search").get_by_role("status")).to_have_text("3 of 7 found")
    expect(shown(frame)).to_have_text([re.compile(rf"{name}\s*$") for name in [*found, *rest]])
    search.fill('"prune-90-ft"')
    expect(shown(frame).first).to_have_text(re.compile("prune-90-ft"))


def test_a_histogram_is_brushed(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    frame.get_by_role("button", name="Filters").click()
    form = frame.get_by_role("region", name="Filters")
    box = settled_box(form.get_by_role("group", name="accuracy, %").locator("svg"))
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle)
    page.mouse.up()
    expect(form.get_by_role("status")).to_have_text("6 of 7 models pass")
    page.mouse.click(box["x"] + 4, middle)
    expect(form.get_by_role("status")).to_have_text("7 of 7 models pass")


def test_sorting_modes_columns_and_csv(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    head(frame, "^operation").click()
    head(frame, "^accuracy").click(modifiers=["Shift"])
    expected = ["prune-50-ft", "prune-75-ft", "prune-90-ft", "prune-50", "prune-75", "prune-90"]
    expect(shown(frame)).to_have_text([re.compile(name) for name in [*expected, "dense"]])
    frame.get_by_role("combobox", name="Metrics").select_option("vs base")
    row = table(frame).get_by_role("row").filter(has_text="prune-90-ft")
    expect(row).to_contain_text("−11.0\u202fpt")
    expect(row.get_by_label("worse")).to_be_visible()
    frame.get_by_role("button", name=re.compile("^Columns")).click()
    chooser = frame.get_by_role("dialog", name="Columns of the table")
    chooser.get_by_label("operation").uncheck()
    chooser.get_by_text("pin", exact=True).nth(1).click()
    page.keyboard.press("Escape")
    expect(head(frame, "^operation")).to_have_count(0)
    page.wait_for_url(re.compile("p.cnc.hc=operation"))
    with page.expect_download() as download:
        frame.get_by_role("button", name="CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == [*expected, "dense"]
    assert "operation" not in rows[0]
    assert rows[2]["unit of accuracy vs base"] == "percentage points"
    assert abs(float(rows[2]["accuracy vs base"]) + 11) < 1e-9
