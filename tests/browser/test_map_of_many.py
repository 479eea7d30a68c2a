"""The Model Map of a thousand models: it fills its canvas, and cells open in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from benchmarks.sweep_models import write_sweep
from tests.browser.axe import serious_violations
from tests.browser.conftest import FRAME, open_tab, settled_box
from tests.tensorboard_host import tensorboard_process, wait_until

# The share of the canvas that cells cover.
_COVERED = """canvas => {
  const whole = canvas.getBoundingClientRect();
  const cells = [...canvas.querySelectorAll("rect[role=treeitem]")];
  return cells.map(cell => cell.getBoundingClientRect())
    .reduce((sum, { width, height }) => sum + width * height, 0)
    / (whole.width * whole.height);
}"""
_MOST_MARKS = 2000
# How light the ground of the first cell is on the canvas, 0 to 255.
_GROUND = """canvas => {
  const cell = document.querySelector("rect[role=treeitem]").getBoundingClientRect();
  const { left, top, width } = canvas.getBoundingClientRect();
  const scale = canvas.width / width;
  const at = [(cell.left + cell.width / 2 - left) * scale, (cell.top + 6 - top) * scale];
  const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, ...at.map(Math.round), 1, 1, 0, 0, 1, 1);
  const [red, green, blue] = copy.getImageData(0, 0, 1, 1).data;
  return (red + green + blue) / 3;
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("thousand")
    write_sweep(logdir, 1000)
    with tensorboard_process("--logdir", str(logdir)) as server:
        yield server.url


def _tree(frame: FrameLocator) -> Locator:
    return frame.get_by_role("tree", name="Model Map")


def _pruned(frame: FrameLocator, amount: int) -> Locator:
    return _tree(frame).get_by_role(
        "treeitem", name=re.compile(rf"models by magnitude prune, {amount}\W%")
    )


def _opened(frame: FrameLocator) -> Locator:
    return frame.get_by_role("tree", name="Opened cell").get_by_role("treeitem")


def _open(page: Page, url: str, state: str = "") -> FrameLocator:
    frame = open_tab(page, url, state)
    # All models are there once the worst are.
    expect(frame.get_by_text("1,000 models", exact=True).first).to_be_visible()
    expect(_pruned(frame, 95)).to_be_visible()
    return frame


def test_a_thousand_models_fill_the_canvas(page: Page, url: str) -> None:
    frame = _open(page, url)
    canvas = frame.locator("[data-marks]")
    assert canvas.evaluate(_COVERED) > 0.5
    marks = int(canvas.get_attribute("data-marks") or "0")
    assert 500 < marks <= _MOST_MARKS
    heads = frame.get_by_label("Model Map").get_by_role("button", name=re.compile("prune|tune"))
    assert settled_box(heads.first)["height"] < 40, "heads lie flat"


def test_a_click_opens_a_cell_where_it_is_and_nothing_else_moves(page: Page, url: str) -> None:
    frame = _open(page, url)
    before = [settled_box(_pruned(frame, amount)) for amount in (10, 95)]
    cell = settled_box(_pruned(frame, 50))
    _pruned(frame, 50).click()
    expect(_opened(frame).first).to_be_visible()
    assert [settled_box(_pruned(frame, amount)) for amount in (10, 95)] == before
    first = settled_box(_opened(frame).first)
    assert first["x"] < cell["x"] + cell["width"]
    assert first["x"] + first["width"] > cell["x"]
    page.wait_for_url(re.compile(r"f=a"))
    items = _opened(frame).count()
    page.reload()
    expect(_opened(page.frame_locator(FRAME))).to_have_count(items)
    frame.get_by_role("button", name="Close the cell").click()
    expect(_opened(frame)).to_have_count(0)


def test_an_old_link_opens_the_cell_of_the_first_group_that_it_names(page: Page, url: str) -> None:
    frame = _open(page, url)
    key = (_pruned(frame, 30).get_attribute("data-key") or "").removeprefix("+")
    page.goto("about:blank")
    frame = _open(page, url, f"&p.cnc.f=a;{key};gone")
    expect(_opened(frame).first).to_be_visible()
    expect(_pruned(frame, 30)).to_have_attribute("aria-expanded", "true")


def test_the_keyboard_walks_opens_and_closes_cells(page: Page, url: str) -> None:
    frame = _open(page, url)
    _pruned(frame, 50).focus()
    page.keyboard.press("ArrowDown")
    expect(_pruned(frame, 70)).to_be_focused()
    page.keyboard.press("Enter")
    expect(_opened(frame).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(_opened(frame).nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(_opened(frame)).to_have_count(0)
    expect(_pruned(frame, 70)).to_be_focused()
    page.keyboard.press("Space")
    expect(_pruned(frame, 70)).to_have_attribute("aria-selected", "true")
    expect(_pruned(frame, 70)).to_have_attribute("aria-label", re.compile("selected"))


def test_the_canvas_follows_a_theme_that_changes(page: Page, url: str) -> None:
    frame = _open(page, url)
    canvas = frame.locator("[data-marks] canvas")
    assert canvas.evaluate(_GROUND) > 128
    page.evaluate("document.body.classList.add('dark-mode')")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    wait_until(lambda: canvas.evaluate(_GROUND) < 128, "a dark ground")


def test_cells_are_saved_as_they_look(page: Page, url: str) -> None:
    frame = _open(page, url)
    frame.get_by_role("region", name="Model Map").hover()
    with page.expect_download() as download:
        frame.get_by_role("button", name="SVG", exact=True).click()
    drawing = ElementTree.parse(Path(download.value.path())).getroot()
    # What has no colour of its own is black in a file.
    bare = [e for e in drawing.iter() if e.tag.endswith(("rect", "path")) and not e.get("fill")]
    assert [e for e in bare if not e.get("stroke")] == []
    assert "magnitude" in "".join(drawing.itertext())


@pytest.mark.parametrize("dark", ["false", "true"])
def test_axe_finds_nothing_serious(dark: str, page: Page, url: str) -> None:
    page.goto(f"{url}/?darkMode={dark}#cnc")
    frame = page.frame_locator(FRAME)
    _pruned(frame, 50).click()
    expect(_opened(frame).first).to_be_visible()
    assert serious_violations(page) == []
