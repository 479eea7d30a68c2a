"""Slices × models as a matrix: how much is in sight, and what stands beside and instead of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab, settled_box
from tests.browser.controls import MOST_CONTROLS, controls_at_rest
from tests.browser.test_behaviors_data import open_behaviors

ServeProcess = Callable[..., str]
MODELS = [f"prune-{20 + 5 * at}-int{8 if at % 2 else 4}" for at in range(12)]
# Rows that are whole in sight, and the fewest cells of one.
_IN_SIGHT = """table => {
  const rows = [...table.querySelectorAll('[role=row]')].filter(row => {
    const { top, bottom } = row.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight && row.querySelector('[role=cell]');
  });
  const cells = rows.map(row => [...row.querySelectorAll('[role=cell]')].filter(cell => {
    const { left, right } = cell.getBoundingClientRect();
    const sheet = table.closest('.sheet').getBoundingClientRect();
    return left >= sheet.left && right <= sheet.right + 0.5 && cell.textContent.trim();
  }).length);
  return [rows.length, Math.min(...cells)];
}"""
# Letters that do not fit into their cell.
_CUT = """table => [...table.querySelectorAll('.heat')].filter(
  heat => heat.scrollWidth > heat.clientWidth).length"""


def log(logdir: Path, classes: int, n: int, names: Sequence[str] = MODELS) -> Any:
    """Models that each break a class more than the others; the labels (n,)."""
    chance = np.random.default_rng(1)
    labels = chance.integers(0, classes, n)
    ids = np.arange(n)
    cnc_summary.dataset(
        logdir / "data",
        "test",
        ids,
        labels=labels,
        classes=[f"class {at:03}" for at in range(classes)],
        attributes={"ink": chance.normal(size=n)},
    )
    dense = np.where(chance.random(n) < 0.94, labels, chance.integers(0, classes, n))
    for at, name in enumerate(["dense", *names]):
        made = cnc_summary.operation("prune", amount=0.2 + at / 20) if at else None
        answers = dense.copy()
        if at:
            broken = (labels == at % classes) & (chance.random(n) < 0.4)
            broken |= chance.random(n) < 0.02
            answers[broken] = (labels[broken] + 1) % classes
        parents = "dense" if at else ()
        with cnc_summary.model(logdir / name, name, parents=parents, operation=made) as m:
            m.predictions("test", ids, predicted=answers)
    return labels


def slices(frame: FrameLocator) -> Locator:
    return frame.get_by_role("table", name="Slices")


def summary(frame: FrameLocator, model: str) -> Locator:
    return frame.get_by_role("region", name=f"Summary of {model}", exact=True)


def sideways(frame: FrameLocator) -> int:
    """Px that the sheet scrolls sideways."""
    found: int = frame.locator(".sheet").evaluate("it => it.scrollWidth - it.clientWidth")
    return found


def test_twelve_models_and_fifteen_rows_are_in_sight(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    labels = log(tmp_path, classes=40, n=6000)
    frame = open_behaviors(page, serve_process(tmp_path))
    table = slices(frame)
    expect(table.get_by_role("row").first.get_by_role("cell")).to_have_count(13)
    settled_box(table.get_by_role("row").first)
    rows, cells = table.evaluate(_IN_SIGHT)
    assert rows >= 15, f"{rows} rows"
    assert cells == 13
    assert sideways(frame) == 0
    assert table.evaluate(_CUT) == 0
    # Beside it stands the model by which rows are sorted.
    sorting = frame.get_by_role("combobox", name="Sort").evaluate(
        "select => select.selectedOptions[0].textContent.split(':')[0].trim()"
    )
    expect(summary(frame, sorting)).to_contain_text("who became what")

    frame.get_by_role("button", name="Summary of prune-50-int4", exact=True).click()
    pane = summary(frame, "prune-50-int4")
    expect(pane).to_contain_text(re.compile(r"\d+ of 6,000 changed, in \d+ ways: \d+ broke"))
    expect(pane.get_by_role("slider", name="correct of prune-50-int4")).to_be_visible()
    assert sideways(frame) == 0
    # Its column has bars, the change of its class is the most frequent one.
    at = 1 + MODELS.index("prune-50-int4")
    cell = table.get_by_role("row").first.get_by_role("cell").nth(at)
    expect(cell.locator(".bar")).to_have_count(1)
    flow = pane.get_by_role("listbox")
    first = flow.get_by_role("option").first
    expect(first).to_have_attribute(
        "aria-label", re.compile(rf"^class {at:03} ▸ class {at + 1:03}, ")
    )
    flow.focus()
    page.keyboard.press("Enter")
    expect(frame.get_by_role("button", name=re.compile("^Drop filter"))).to_have_count(1)
    page.wait_for_url(re.compile(r"(?=.*p\.cnc\.bh=)(?=.*p\.cnc\.bw=)"))
    page.reload()
    expect(summary(frame, "prune-50-int4")).to_be_visible()
    expect(flow.get_by_role("option", selected=True)).to_have_count(1)
    frame.locator("body").press("Control+z")
    expect(frame.get_by_role("button", name=re.compile("^Drop filter"))).to_have_count(1)
    assert labels.max() == 39


def test_few_controls_are_on_screen_at_rest(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log(tmp_path, classes=10, n=2000, names=MODELS[:3])
    frame = open_behaviors(page, serve_process(tmp_path))
    expect(frame.get_by_text("who became what", exact=True)).to_be_visible()
    found = controls_at_rest(page, frame)
    assert len(found) <= MOST_CONTROLS, found
    # Saving comes with the pointer, and with the keyboard.
    save = frame.get_by_role("button", name="Save who became what in").first
    expect(save.locator("..")).to_have_css("opacity", "0")
    save.focus()
    expect(save.locator("..")).to_have_css("opacity", "1")


def test_a_small_window_keeps_the_base_and_the_sorting_model(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log(tmp_path, classes=40, n=6000)
    page.set_viewport_size({"width": 1100, "height": 700})
    frame = open_behaviors(page, serve_process(tmp_path))
    table = slices(frame)
    frame.get_by_role("button", name="Sort by prune-75-int8, now none").click()
    row = table.get_by_role("row").first
    pinned = row.get_by_role("cell").nth(12)
    expect(pinned).to_be_in_viewport(ratio=0.99)
    assert table.evaluate(_IN_SIGHT)[0] >= 10
    assert sideways(frame) > 0
    frame.get_by_role("button", name="Sort by prune-20-int4, now none").click()
    frame.locator(".sheet").evaluate("it => it.scrollTo(it.scrollWidth, 0)")
    expect(row.get_by_role("cell").nth(1)).to_be_in_viewport(ratio=0.99)
    expect(row.get_by_role("cell").first).to_be_in_viewport(ratio=0.99)
    # In the narrowest window a summary opens below the rows, where it is asked for.
    page.set_viewport_size({"width": 800, "height": 800})
    pane = frame.get_by_role("region", name=re.compile("^Summary of"))
    expect(pane).to_have_count(0)
    frame.get_by_role("button", name="Summary of dense", exact=True).click()
    expect(pane).to_be_visible()
    frame.get_by_role("button", name="Close the summary").click()
    expect(pane).to_have_count(0)


def test_a_thousand_classes_are_read_without_waiting(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log(tmp_path, classes=1000, n=40_000, names=MODELS[:3])
    frame = open_behaviors(page, serve_process(tmp_path))
    table = slices(frame)
    counted = frame.get_by_text(re.compile("1,000 slices of 40,000 instances"))
    expect(counted).to_be_visible()
    pane = frame.get_by_role("region", name=re.compile("^Summary of"))
    options = pane.get_by_role("listbox").get_by_role("option")
    # The most frequent ones, and the rest as one.
    expect(options).to_have_count(17)
    expect(options.last).to_have_attribute("aria-label", re.compile(r"^[\d,]+ other changes, "))
    assert settled_box(pane.get_by_role("listbox"))["height"] < 500
    # Few rows are there, whatever they are scrolled to.
    frame.locator(".sheet").evaluate("it => it.scrollTo(0, it.scrollHeight)")
    expect(table.get_by_role("row").last).to_be_in_viewport()
    expect(table.get_by_role("row").last.get_by_role("cell").last).not_to_be_empty()
    assert table.get_by_role("row").count() < 120
    frame.get_by_role("combobox", name="Sort").select_option("largest")
    frame.locator(".sheet").evaluate("it => it.scrollTo(0, 0)")
    expect(table.get_by_role("row").first.get_by_role("cell").last).not_to_be_empty()


def test_small_slices_are_folded_and_numbers_are_lines(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    labels = log(tmp_path, classes=60, n=1800, names=MODELS[:2])
    few = int((np.bincount(labels) < 30).sum())
    assert 0 < few < 60
    frame = open_behaviors(page, serve_process(tmp_path))
    table = slices(frame)
    expect(table).to_have_attribute("aria-rowcount", str(60 - few))
    fold = frame.get_by_role("button", name=f"{few} slices of fewer than 30 instances ▸")
    fold.scroll_into_view_if_needed()
    fold.click()
    expect(table).to_have_attribute("aria-rowcount", "60")
    frame.get_by_role("combobox", name="By").select_option("ink")
    lines = frame.get_by_role("img", name="correct of 3 models by ink; the rows below")
    expect(lines.locator("path.line")).to_have_count(3)
    expect(lines.locator("path.band")).to_have_count(3)
    # Rows follow the axis.
    expect(frame.get_by_role("combobox", name="Sort")).to_have_value("level")
    first = table.get_by_role("row").first.get_by_role("rowheader")
    expect(first).to_contain_text(re.compile(r"^\s*−"))
    page.go_back()
    expect(frame.get_by_role("combobox", name="By")).to_have_value("label")


@pytest.mark.parametrize("kind", ["pictures", "texts"])
def test_what_broke_is_to_be_seen(
    kind: str, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(90)
    broken = ids < 20
    if kind == "pictures":
        labels = np.array(["cat", "dog", "eel"])[ids % 3]
        images = np.random.default_rng(0).random((90, 8, 8))
        names = ("cat", "dog", "eel", "fox")
        cnc_summary.dataset(
            tmp_path / "data", "test", ids, labels=labels, classes=names, images=images
        )
        answers: list[dict[str, Any]] = [
            {"predicted": labels},
            {"predicted": np.where(broken, "fox", labels)},
        ]
    else:
        said = [f"it is {at} by the clock" for at in ids]
        texts = [f"how late is it, {at}?" for at in ids]
        cnc_summary.dataset(tmp_path / "data", "test", ids, texts=texts, targets=said)
        wrong = [f"it was {at} by the clock" if at < 20 else said[at] for at in ids]
        right = np.ones(90)
        answers = [
            {"outputs": said, "scores": {"exact_match": right}},
            {"outputs": wrong, "scores": {"exact_match": 1.0 - broken}},
        ]
    made = cnc_summary.operation("quantize", bits=4)
    for name, given in zip(("dense", "int4"), answers, strict=True):
        step, parents = (None, ()) if name == "dense" else (made, "dense")
        with cnc_summary.model(tmp_path / name, name, parents=parents, operation=step) as m:
            m.predictions("test", ids, **given)
    frame = open_tab(page, serve_process(tmp_path), "&p.cnc.at=behaviors")
    frame.get_by_role("button", name=re.compile("direct descendant")).click()
    frame.get_by_role("group", name="Rows").get_by_text("what broke", exact=True).click()
    shown = frame.get_by_role("listbox", name="What broke in int4")
    first = shown.get_by_role("option").first
    # Those below the window are not there.
    expect(first).to_have_attribute("aria-setsize", "20")
    expect(frame.get_by_text("20 of 90 instances (22")).to_be_visible()
    if kind == "pictures":
        expect(first.get_by_role("img")).to_be_visible()
        expect(first).to_contain_text(re.compile("(cat|dog|eel) ▸ fox"))
    else:
        expect(first.locator("del")).to_have_text("is")
        expect(first.locator("ins")).to_have_text("was")
        was, now = settled_box(first.locator("del")), settled_box(first.locator("ins"))
        assert now["x"] > was["x"] + 100, "side by side"
    shown.focus()
    page.keyboard.press("ArrowRight" if kind == "pictures" else "ArrowDown")
    page.keyboard.press("Enter")
    expect(shown.get_by_role("option", selected=True)).to_have_attribute("id", "broken-1")
    expect(frame.get_by_role("complementary", name=re.compile("^Instance "))).to_be_visible()
