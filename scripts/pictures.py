"""Takes the pictures of the documentation from the real page: ``make pictures``.

The demo's logs must be there: ``make demo SERVE=0`` makes them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from chromium import find
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from demo.tensorboard_server import serving

IMAGES = Path(__file__).parents[1] / "docs" / "images"
LOGDIR = Path(os.environ.get("LOGDIR") or "demo/logs")
_SIZE = ViewportSize(width=1440, height=900)


def main() -> None:
    if not LOGDIR.is_dir():
        sys.exit(f"error: there are no logs in {LOGDIR}. Make them first: make demo SERVE=0")
    with serving(LOGDIR) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport=_SIZE, device_scale_factor=1.5)
        page.goto(server.link())
        _overview(page)
        _behaviors(page)
        _layers(page)
        browser.close()


def _overview(page: Page) -> None:
    """The whole tab with one model selected."""
    expect.set_options(timeout=30_000)
    frame = page.frame_locator("iframe[src*='name=cnc']")
    nodes = frame.get_by_label("Model Map").get_by_role("treeitem")
    expect(nodes.nth(20)).to_be_visible()
    frame.get_by_label("Model Map").get_by_label("magnitude-90-ft, fine-tune").first.click()
    page.mouse.move(700, 20)
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / "overview.png")


def _behaviors(page: Page) -> None:
    """What pruning broke, from the summary to one digit along its lineage."""
    frame = page.frame_locator("iframe[src*='name=cnc']")
    for model in ("iterative-98, ", "iterative-98-ft, "):
        frame.get_by_label("Model Map").get_by_label(model).first.click(modifiers=["Shift"])
    frame.get_by_role("button", name="Behaviors").click()
    frame.get_by_role("button", name="were right and became wrong").first.click()
    frame.get_by_text("instances", exact=True).click()
    frame.get_by_role("grid", name="Instances").get_by_role("row").first.click()
    expect(frame.get_by_role("complementary")).to_be_visible()
    frame.locator(".sheet").evaluate("sheet => sheet.scrollTo(0, 0)")
    page.mouse.move(700, 20)
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / "behaviors.png")


def _layers(page: Page) -> None:
    """A pruned network, its fine-tuned child and an int8 version against the dense one."""
    frame = page.frame_locator("iframe[src*='name=cnc']")
    frame.get_by_role("button", name="Overview").click()
    frame.get_by_role("button", name="Clear", exact=True).click()
    for model in ("magnitude-90, ", "magnitude-90-ft, ", "dense-int8, "):
        frame.get_by_label("Model Map").get_by_label(model).first.click(modifiers=["Shift"])
    frame.get_by_role("button", name="Layers").click()
    expect(frame.get_by_text("Where did it change most?")).to_be_visible()
    page.mouse.move(700, 20)
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / "layers.png")


if __name__ == "__main__":
    main()
