"""From a click to rows on screen, in Chromium: four CNNs on the demo's test digits."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import chromium
from playwright.sync_api import FrameLocator, Locator, Page, sync_playwright

from benchmarks.figures import Figure
from demo.digits.data import handwritten_digits
from demo.digits.logbook import digits_story
from demo.digits.scans import scans_of
from tests.tensorboard_host import tensorboard_process

_MODELS = ("dense", "one-shot-50", "one-shot-80", "one-shot-90")
_PEER = "published system 22.6 s (597 images × 4 CNNs)"


def measure() -> list[Figure]:
    story = digits_story(epochs=5)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        # How well they are trained makes no difference here.
        steps = tuple(step for step in story.steps if step.id in _MODELS)
        list(replace(story, steps=steps).tell(Path(folder)))
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        )
        with tensorboard_process("--logdir", folder) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            # Nothing of the predictions has been read, nor has the browser seen this place.
            first = _click_to_slices(page, server.url)
            again = statistics.median(_click_to_slices(page, server.url) for _ in range(5))
            instances = _click_to_instances(page)
        browser.close()
    images = len(scans_of(handwritten_digits().test).ids)
    what = f"click → rows on screen, {images:,} images × {len(_MODELS)} CNNs"
    return [
        Figure(f"{what}: slices, first time", f"{first:.2f} s", "≤ 0.5 s", _PEER),
        Figure(f"{what}: slices, again", f"{again:.2f} s", "≤ 0.5 s", _PEER),
        Figure(f"{what}: instances with thumbnails", f"{instances:.2f} s", "≤ 0.5 s", _PEER),
    ]


def _click_to_slices(page: Page, url: str) -> float:
    """Seconds from the click that opens Behaviors with the models selected to its rows."""
    page.goto("about:blank")
    page.goto(f"{url}/#cnc")
    frame = _panel(page)
    for index, model in enumerate(_MODELS[1:]):
        node = frame.get_by_role("treeitem", name=re.compile(f"^{model},"))
        node.click(modifiers=["Shift"] if index else [])
    tab = frame.get_by_role("button", name="Behaviors", exact=True)
    rows = frame.get_by_role("table", name="Slices").get_by_role("row")
    return _seconds(tab, rows)


def _click_to_instances(page: Page) -> float:
    frame = _panel(page)
    tab = frame.get_by_role("group", name="Rows").get_by_text("instances", exact=True)
    image = frame.get_by_role("grid", name="Instances").get_by_role("img")
    return _seconds(tab, image)


def _panel(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[src*='name=cnc']")


def _seconds(clicked: Locator, shown: Locator) -> float:
    clicked.wait_for()
    start = time.perf_counter()
    clicked.click()
    shown.first.wait_for(timeout=60_000)
    return time.perf_counter() - start
