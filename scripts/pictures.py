"""Takes the pictures of the documentation from a story's page: ``make pictures`` (STORY=language).

The story's logs must be there: ``make demo SERVE=0`` makes them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from chromium import find
from playwright.sync_api import Locator, Page, ViewportSize, expect, sync_playwright

from demo.__main__ import LOGDIRS
from demo.tensorboard_server import serving

IMAGES = Path(__file__).parents[1] / "docs" / "images"
_SIZE = ViewportSize(width=1440, height=900)
_SETTLED_MS = 2000


def main() -> None:
    story = os.environ.get("STORY") or "digits"
    logdir = Path(os.environ.get("LOGDIR") or LOGDIRS[story])
    if not logdir.is_dir():
        sys.exit(f"error: there are no logs in {logdir}. Run make demo STORY={story} SERVE=0")
    expect.set_options(timeout=30_000)
    with serving(logdir) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport=_SIZE, device_scale_factor=1.5)
        {"digits": _digits, "language": _language}[story](Camera(page, server.link()))
        browser.close()


class Camera:
    """The page of a story, and what is done in it before a picture is taken."""

    def __init__(self, page: Page, link: str) -> None:
        self._page = page
        self._link = link
        self.frame = page.frame_locator("iframe[src*='name=cnc']")

    def open(self, *models: str, view: str = "", choices: str = "") -> None:
        """A new page with these models selected, one after the other, and a view opened."""
        self._page.goto("about:blank")
        self._page.goto(self._link + choices)
        expect(self._node("dense")).to_be_visible()
        for number, model in enumerate(models):
            self._node(model).click(modifiers=["Shift"] if number else [])
        if view:
            self.frame.get_by_role("button", name=view, exact=True).click()

    def take(self, name: str, part: Locator | None = None) -> None:
        self._page.mouse.move(700, 20)
        # Until a second reading has shown as much.
        expect(self.frame.get_by_text("models so far")).to_have_count(0)
        self._page.wait_for_timeout(_SETTLED_MS)
        (part or self._page).screenshot(path=IMAGES / f"{name}.png")

    def _node(self, model: str) -> Locator:
        return self.frame.get_by_label("Model Map").get_by_label(f"{model}, ").first


def _digits(camera: Camera) -> None:
    frame = camera.frame
    camera.open("iterative-90")
    camera.take("overview")
    camera.open()
    camera.take("digits-map")
    camera.take("digits-tradeoff", frame.get_by_role("region", name="Trade-offs"))

    camera.open("one-shot-50", "one-shot-90-ft", "dense-seed3", view="Behaviors")
    frame.get_by_role("combobox", name="By").select_option(label="scan")
    expect(frame.get_by_text("4 slices")).to_be_visible()
    camera.take("digits-behaviors")
    # What pruning broke, from the summary to one digit along its lineage.
    camera.open("iterative-95", "iterative-99", view="Behaviors")
    frame.get_by_role("button", name="were right and became wrong").first.click()
    frame.get_by_text("instances", exact=True).click()
    frame.get_by_role("grid", name="Instances").get_by_role("row").first.click()
    expect(frame.get_by_role("complementary")).to_be_visible()
    frame.locator(".sheet").evaluate("sheet => sheet.scrollTo(0, 0)")
    camera.take("behaviors")

    camera.open("one-shot-80", "one-shot-80-bn", "one-shot-80-conv3", view="Layers")
    frame.get_by_text("activations", exact=True).click()
    expect(frame.get_by_text("cumulative")).to_be_visible()
    camera.take("digits-layers")
    camera.open("one-shot-90", "one-shot-90-ft", "dense-int8", view="Layers")
    camera.take("layers")


def _language(camera: Camera) -> None:
    camera.open(choices="&p.cnc.x=effective_bytes&p.cnc.y=F1")
    camera.take("language-map")
    camera.open("all-10", "all-10-norms", view="Layers")
    camera.take("language-layers")
    camera.open("all-10", "all-10-norms", view="Behaviors")
    camera.take("language-behaviors")


if __name__ == "__main__":
    main()
