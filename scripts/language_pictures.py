"""Takes the pictures of docs/stories/language.md: ``make pictures STORY=language``.

The story's logs must be there: ``make demo STORY=language SERVE=0`` makes them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from chromium import find
from playwright.sync_api import FrameLocator, Locator, ViewportSize, expect, sync_playwright

from demo.tensorboard_server import serving

IMAGES = Path(__file__).parents[1] / "docs" / "images"
LOGDIR = Path(os.environ.get("LOGDIR") or "demo/logs-language")
_SIZE = ViewportSize(width=1440, height=900)


def main() -> None:
    if not LOGDIR.is_dir():
        sys.exit(f"error: there are no logs in {LOGDIR}. Run make demo STORY=language SERVE=0")
    expect.set_options(timeout=30_000)
    with serving(LOGDIR) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport=_SIZE)
        page.goto(f"{server.link()}&p.cnc.x=effective_bytes&p.cnc.y=F1")
        frame = page.frame_locator("iframe[src*='name=cnc']")

        def take(name: str) -> None:
            page.mouse.move(700, 20)
            page.wait_for_timeout(2000)
            page.screenshot(path=IMAGES / f"language-{name}.png")

        expect(_node(frame, "all-10,")).to_be_visible()
        take("map")
        _node(frame, "all-10,").click()
        _node(frame, "all-10-norms,").click(modifiers=["Shift"])
        frame.get_by_role("button", name="Layers").click()
        expect(frame.get_by_text("Where did it change most?")).to_be_visible()
        take("layers")
        frame.get_by_role("button", name="Behaviors").click()
        expect(frame.get_by_text("all 344 instances")).to_be_visible()
        take("behaviors")
        browser.close()


def _node(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_label("Model Map").get_by_label(name).first


if __name__ == "__main__":
    main()
