"""Behaviors: what compression did to predictions, from a selection to the step that broke one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.axe import serious_violations
from tests.browser.conftest import open_tab, settled_box
from tests.browser.evaluated_digits import Digits, log_digits
from tests.browser.test_overview import node
from tests.browser.test_places import place

ServeProcess = Callable[..., str]
Logged = tuple[Path, Digits]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    logdir = tmp_path_factory.mktemp("digits")
    return logdir, log_digits(logdir)


def compare(page: Page, url: str, *ids: str) -> FrameLocator:
    """Selects models in the map and goes to Behaviors."""
    frame = open_tab(page, url)
    for index, model in enumerate(ids):
        node(frame, f"{model},").click(modifiers=["Shift"] if index else [])
    place(frame, "Behaviors").click()
    expect(heads(frame)).to_have_count(len(ids) + 2)
    return frame


def heads(frame: FrameLocator) -> Locator:
    table = frame.get_by_role("table", name="Models on the data set")
    return table.get_by_role("row").first.get_by_role("columnheader")


def rows(frame: FrameLocator, name: str = "Instances") -> Locator:
    return frame.get_by_role("grid", name=name, exact=True).get_by_role("row")


def show(frame: FrameLocator, kind: str) -> None:
    frame.get_by_role("group", name="Rows").get_by_text(kind, exact=True).click()


def summary(frame: FrameLocator, model: str) -> Locator:
    """What stands beside the rows of one model; its column is wide then."""
    frame.get_by_role("button", name=f"Summary of {model}", exact=True).click()
    return frame.get_by_role("region", name=f"Summary of {model}", exact=True)


def counted(frame: FrameLocator, n: int, of: int) -> Locator:
    """The words that so many instances are listed, with their share where they are not all."""
    share = "" if n == of else r" \([<>]?\s?[\d.]+\s%\)"
    return frame.get_by_text(re.compile(rf"(?<![\d,]){n:,} of {of:,} instances?{share}\s*·"))


def filters(frame: FrameLocator) -> Locator:
    return frame.get_by_role("list", name="Filters").get_by_role("button", name="Drop filter")


def test_from_a_selection_to_the_step_that_broke_it_and_back(
    logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-50", "prune-90-ft")
    expect(frame.get_by_role("table", name="Slices").get_by_role("row")).to_have_count(10)
    show(frame, "where it broke")
    broken = digits.broken("prune-90-ft")
    of_ones = int((broken & (digits.labels == 1)).sum())
    slices = frame.get_by_role("table", name="Broken slices")
    broke = slices.get_by_role("button", name="of label: 1 broke in prune-90-ft")
    mended = digits.right("prune-90-ft") & ~digits.right("dense") & (digits.labels == 1)
    expect(broke).to_contain_text(
        f"broke {of_ones}, mended {mended.sum()} of {(digits.labels == 1).sum()}"
    )
    broke.click()
    expect(counted(frame, of_ones, len(broken))).to_be_visible()
    expect(filters(frame)).to_have_count(2)
    first = np.flatnonzero(broken & (digits.labels == 1))[0]
    rows(frame).first.click()
    pane = frame.get_by_role("complementary", name=f"Instance {first}")
    expect(pane.get_by_role("img", name=f"instance {first}")).to_be_visible()
    step = "prune-90" if not digits.right("prune-90")[first] else "prune-90-ft"
    pane.get_by_role("button", name=re.compile(f"^{step} by ")).click()
    expect(place(frame, "Overview")).to_have_attribute("aria-current", "page")
    expect(node(frame, f"{step},")).to_have_attribute("aria-selected", "true")

    page.go_back()
    expect(pane).to_be_visible()
    expect(heads(frame)).to_have_count(4)
    page.go_back()
    expect(pane).to_have_count(0)
    expect(rows(frame).first).to_be_visible()
    page.go_back()
    expect(broke).to_be_visible()
    expect(filters(frame)).to_have_count(0)
    page.go_back()
    expect(frame.get_by_role("table", name="Slices").get_by_role("row")).to_have_count(10)
    page.go_back()
    expect(node(frame, "prune-50,")).to_have_attribute("aria-selected", "true")
    expect(node(frame, "prune-90-ft,")).to_have_attribute("aria-selected", "true")


def test_numbers_are_those_of_the_predictions(
    logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-90-ft")
    before, after = digits.right("dense").mean(), digits.right("prune-90-ft").mean()
    expect(heads(frame).nth(1)).to_contain_text(f"{before * 100:.1f}")
    expect(heads(frame).nth(2)).to_contain_text(f"{after * 100:.1f}")
    pane = summary(frame, "prune-90-ft")
    expect(pane).to_contain_text(f"{after:.1%}".replace("%", "\u202f%"))
    flips = digits.broken("prune-90-ft").sum()
    cell = pane.get_by_role("button", name="were right and became wrong")
    expect(cell).to_have_attribute("data-tip", re.compile(f"^{flips} of {len(digits.labels)} "))
    order = frame.get_by_role("combobox", name="Sort")
    table = frame.get_by_role("table", name="Slices")
    order.select_option("name")
    expect(table.get_by_role("row").first.get_by_role("rowheader")).to_contain_text(
        re.compile(r"n\s*97")
    )
    assert (digits.labels == 0).sum() == 97
    order.select_option("largest")
    largest = np.bincount(digits.labels).argmax()
    expect(table.get_by_role("row").first.get_by_role("button").first).to_have_text(
        re.compile(rf"^\s*{largest}\s*n\s*\d")
    )


def test_every_filter_comes_and_goes(
    logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-90-ft")
    show(frame, "instances")
    n = len(digits.labels)
    all_of_them = counted(frame, n, n)
    expect(all_of_them).to_be_visible()
    pane = summary(frame, "prune-90-ft")
    buttons: dict[str | re.Pattern[str], int] = {
        "were right and became wrong": int(digits.broken("prune-90-ft").sum()),
        "stayed right": int((digits.right("dense") & digits.right("prune-90-ft")).sum()),
        re.compile(r"changed"): int(
            (digits.answers["dense"] != digits.answers["prune-90-ft"]).sum()
        ),
    }
    for name, count in buttons.items():
        button = pane.get_by_role("button", name=name).first
        button.click()
        expect(counted(frame, count, len(digits.labels))).to_be_visible()
        expect(button).to_have_attribute("aria-pressed", "true")
        button.click()
        expect(all_of_them).to_be_visible()
    pane.get_by_role("listbox", name="Changes of predictions from dense to prune-90-ft").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    change = pane.get_by_role("option", selected=True)
    expect(change).to_have_attribute("id", "flow-1")
    label = change.get_attribute("aria-label") or ""
    kept = int(label.split(", ")[1].split()[0])
    before, after = (int(part) for part in label.split(",")[0].split(" ▸ "))
    dense, tuned = digits.answers["dense"], digits.answers["prune-90-ft"]
    assert kept == ((dense == before) & (tuned == after)).sum() > 2
    expect(counted(frame, kept, n)).to_be_visible()
    filters(frame).click()
    expect(all_of_them).to_be_visible()
    frame.get_by_label("Search instances").fill("no such thing")
    expect(frame.get_by_text("No instance passes the filters")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(all_of_them).to_be_visible()
    frame.get_by_role("button", name="+ filter").click()
    form = frame.get_by_role("dialog", name="Filter instances")
    threes = int((digits.labels == 3).sum())
    form.get_by_role("combobox", name="label").select_option(f"3 ({threes})")
    expect(counted(frame, threes, len(digits.labels))).to_be_visible()
    form.get_by_role("combobox", name="prune-90-ft").select_option("right → wrong")
    count = int((digits.broken("prune-90-ft") & (digits.labels == 3)).sum())
    expect(counted(frame, count, len(digits.labels))).to_be_visible()
    page.wait_for_url(re.compile("p.cnc.bw=.*flip"))
    page.reload()
    expect(filters(frame)).to_have_count(2)
    frame.get_by_role("button", name="Clear filters").click()
    expect(all_of_them).to_be_visible()
    page.keyboard.press("Control+z")
    expect(filters(frame)).to_have_count(2)


def test_brushes_of_two_models_hold_together(
    logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-50", "prune-90-ft")
    show(frame, "instances")
    for model, end in (("prune-50", "ArrowRight"), ("prune-90-ft", "ArrowLeft")):
        plot = summary(frame, model).get_by_role("slider", name=f"correct of {model}")
        plot.focus()
        page.keyboard.press(end)
    both = int((~digits.right("prune-50") & digits.right("prune-90-ft")).sum())
    expect(counted(frame, both, len(digits.labels))).to_be_visible()
    expect(filters(frame)).to_have_count(2)
    page.keyboard.press("Delete")
    wrong = int((~digits.right("prune-50")).sum())
    expect(counted(frame, wrong, len(digits.labels))).to_be_visible()
    plot = summary(frame, "prune-50").get_by_role("slider", name="correct of prune-50")
    plot.scroll_into_view_if_needed()
    box = settled_box(plot)
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 20)
    right = int(digits.right("prune-50").sum())
    expect(counted(frame, right, len(digits.labels))).to_be_visible()


def test_by_keyboard_alone(logged: Logged, page: Page, serve_process: ServeProcess) -> None:
    logdir, _ = logged
    frame = compare(page, serve_process(logdir), "prune-90-ft")
    show(frame, "instances")
    expect(rows(frame).first).to_be_visible()
    frame.get_by_role("combobox", name="Sort").select_option("as logged")
    # Keys walk over the rows that are there.
    expect(rows(frame).first).to_contain_text("#0")
    frame.locator("body").press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("complementary", name="Instance 1")).to_be_visible()
    page.keyboard.press("j")
    expect(frame.get_by_role("complementary", name="Instance 2")).to_be_visible()
    grid = frame.get_by_role("grid", name="Instances")
    grid.focus()
    page.keyboard.press("End")
    expect(frame.get_by_role("complementary", name="Instance 996")).to_be_visible()
    expect(grid).to_have_attribute("aria-activedescendant", "instance-996")
    expect(frame.locator("#instance-996")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(frame.get_by_role("complementary", name="Instance 0")).to_be_visible()
    page.keyboard.press("Escape")
    expect(frame.get_by_role("complementary")).to_have_count(0)
    expect(heads(frame)).to_have_count(3)
    show(frame, "slices")
    slices = frame.get_by_role("table", name="Slices").get_by_role("button")
    slices.first.focus()
    page.keyboard.press("j")
    expect(slices.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(filters(frame)).to_have_count(1)


def test_columns_sort(logged: Logged, page: Page, serve_process: ServeProcess) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-90-ft")
    show(frame, "instances")
    frame.get_by_role("button", name="Sort by prune-90-ft, now none").click()
    wrong = np.flatnonzero(~digits.right("prune-90-ft"))
    expect(rows(frame).first).to_contain_text(f"#{wrong[0]}")
    frame.get_by_role("button", name="Sort by prune-90-ft, now ascending").click()
    expect(rows(frame).first).to_contain_text(f"#{np.flatnonzero(digits.right('prune-90-ft'))[0]}")
    frame.get_by_role("combobox", name="Sort").select_option("most disagreement")
    differ = np.flatnonzero(digits.answers["dense"] != digits.answers["prune-90-ft"])
    expect(rows(frame).first).to_contain_text(f"#{differ[0]}")


def test_a_model_takes_its_filters_and_its_sort_with_it(
    logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-50", "prune-90-ft")
    show(frame, "instances")
    frame.get_by_role("button", name="Sort by prune-90-ft, now none").click()
    frame.get_by_role("button", name="were right and became wrong").last.click()
    expect(filters(frame)).to_have_count(1)
    frame.get_by_role("button", name="Remove prune-90-ft").click()
    expect(heads(frame)).to_have_count(3)
    expect(filters(frame)).to_have_count(0)
    n = len(digits.labels)
    expect(counted(frame, n, n)).to_be_visible()
    expect(rows(frame).first).to_contain_text(f"#{np.flatnonzero(digits.broken('prune-50'))[0]}")


def test_forgotten_by_the_family(logged: Logged, page: Page, serve_process: ServeProcess) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-90", "prune-90-ft")
    show(frame, "forgotten")
    one, other = digits.answers["prune-90"], digits.answers["prune-90-ft"]
    family = frame.get_by_text(re.compile("instances? on which the vote of"))
    expect(family).to_be_visible()
    assert ((one == other) & (one != digits.answers["dense"])).any()
    frame.get_by_text("all descendants of the base", exact=True).click()
    expect(family).to_contain_text("the vote of 3 models")
    expect(rows(frame, "Forgotten instances").first).to_contain_text("votes")


def test_files_hold_the_filtered_rows(
    logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, digits = logged
    frame = compare(page, serve_process(logdir), "prune-90-ft")
    pane = summary(frame, "prune-90-ft")
    pane.get_by_role("button", name="were right and became wrong").click()
    show(frame, "instances")
    count = int(digits.broken("prune-90-ft").sum())
    expect(counted(frame, count, len(digits.labels))).to_be_visible()
    with page.expect_download() as downloading:
        frame.get_by_role("link", name="CSV").click()
    lines = Path(downloading.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == count + 1
    with page.expect_download() as downloading:
        frame.get_by_role("button", name="CSV").first.click()
    of_models = Path(downloading.value.path()).read_text(encoding="utf-8")
    assert f",{count}," in of_models


@pytest.mark.parametrize(("kind", "role"), [("what broke", "option"), ("instances", "gridcell")])
def test_rows_on_their_way_are_accessible(
    kind: str,
    role: Literal["option", "gridcell"],
    logged: Logged,
    page: Page,
    serve_process: ServeProcess,
) -> None:
    logdir, _ = logged
    page.route(re.compile("instances.*offset=[1-9]"), lambda _: None)
    frame = compare(page, serve_process(logdir), "prune-90-ft", "prune-50")
    page.set_viewport_size({"width": 1920, "height": 7000})
    show(frame, kind)
    expect(frame.get_by_role(role, name=re.compile("Instance 101, loading"))).to_have_count(1)
    assert serious_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_is_accessible(
    scheme: str, logged: Logged, page: Page, serve_process: ServeProcess
) -> None:
    logdir, _ = logged
    frame = compare(page, serve_process(logdir), "prune-90-ft", "prune-50")
    if scheme == "dark":
        page.evaluate("document.body.classList.add('dark-mode')")
    expect(frame.locator(f"html[data-theme={scheme}]")).to_have_count(1)
    for kind in ("slices", "where it broke", "what broke", "forgotten", "instances"):
        show(frame, kind)
        expect(frame.get_by_role("main").get_by_role("status")).to_have_count(0)
        assert serious_violations(page) == []
    rows(frame).first.click()
    expect(frame.get_by_role("complementary", name=re.compile("Instance"))).to_be_visible()
    assert serious_violations(page) == []
