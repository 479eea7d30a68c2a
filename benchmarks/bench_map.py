"""The Model Map of 1,000 and 5,000 models in Chromium: time to interactive, panning, bytes."""

from __future__ import annotations

import gzip
import random
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import chromium
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from benchmarks.figures import Figure
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin.panel_files import ENTRY, STATIC
from tests.tensorboard_host import tensorboard_process

_OPERATIONS: dict[str, dict[str, list[Any]]] = {
    "magnitude prune": {"amount": [0.1, 0.3, 0.5, 0.7, 0.9]},
    "fine-tune": {"epochs": [1, 3, 10], "lr": [0.1, 0.01]},
    "int8 quantize": {"scheme": ["per-channel", "per-tensor"]},
    "low rank": {"rank": [8, 16, 32]},
}
_IMPORTED = re.compile(r"""(?:from|import)["']\./([\w.-]+\.js)["']""")
# Bytes on the wire of all that the panel's frame fetched.
_FETCHED = """() => performance.getEntriesByType("resource")
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""
_COUNT_FRAMES = """() => {
  window.frameTimes = [];
  const note = (time) => { window.frameTimes.push(time); requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""


def measure() -> list[Figure]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        )
        figures = [
            *_figures(browser, 1000, interactive="≤ 1.5 s", panning="≥ 50 frames/s"),
            *_figures(browser, 5000, interactive="", panning=""),
        ]
        browser.close()
    bundle = sum(len(gzip.compress(file.read_bytes())) for file in _first_page())
    return [
        *figures,
        Figure("panel of the first page, gzipped", f"{bundle / 1e3:.0f} kB", "≤ 100 kB"),
    ]


def _first_page() -> set[Path]:
    """What the panel loads before anything is clicked: its entry, and what that imports at once."""
    found: set[Path] = set()
    waiting = [STATIC / ENTRY]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += [STATIC / name for name in _IMPORTED.findall(file.read_text("utf-8"))]
    return found


def _figures(browser: Browser, models: int, interactive: str, panning: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _write_models(Path(folder), models)
        with tensorboard_process("--logdir", folder) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            _open(page, server.url)
            fetched = _panel(page).evaluate(_FETCHED)
            opened = statistics.median(_open(page, server.url) for _ in range(3))
            folded = _frames_while_panning(page)
            _open(page, server.url, "&p.cnc.f=o;;")
            unfolded = _frames_while_panning(page)
            page.close()
    what = f"map, {models:,} models"
    return [
        Figure(f"{what}: interactive", f"{opened:.2f} s", interactive),
        Figure(f"{what}: fetched, panel and models", f"{fetched / 1e3:.0f} kB"),
        Figure(f"{what}: panning, as it opens", f"{folded:.0f} frames/s", panning, "display 60"),
        Figure(f"{what}: panning, all unfolded", f"{unfolded:.0f} frames/s", panning, "display 60"),
    ]


def _open(page: Page, url: str, state: str = "") -> float:
    """Seconds from the frame's appearance until the map is drawn and the page idle."""
    page.goto("about:blank")
    page.goto(f"{url}/#cnc{state}", wait_until="commit")
    page.wait_for_selector("iframe[src*='name=cnc']", state="attached")
    start = time.perf_counter()
    nodes = page.frame_locator("iframe[src*='name=cnc']").get_by_role("treeitem")
    nodes.first.wait_for(state="attached", timeout=60_000)
    _panel(page).evaluate("() => new Promise((idle) => requestIdleCallback(idle))")
    return time.perf_counter() - start


def _panel(page: Page) -> Frame:
    return next(frame for frame in page.frames if "name=cnc" in frame.url)


def _frames_while_panning(page: Page) -> float:
    frame = _panel(page)
    box = frame.get_by_role("region", name="Model Map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.8
    page.mouse.move(x, y)
    page.mouse.down()
    frame.evaluate(_COUNT_FRAMES)
    for step in range(180):
        page.mouse.move(x - 3 * (step % 60), y - 2 * (step % 40))
    page.mouse.up()
    return _rate(frame)


def _rate(frame: Frame) -> float:
    times = frame.evaluate("window.frameTimes")
    return float((len(times) - 1) * 1000 / (times[-1] - times[0]))


def _write_models(logdir: Path, models: int) -> None:
    """A sweep of up to seven steps, the same every time."""
    chance = random.Random(0)
    made = [("dense", 0)]
    with cnc_summary.model(logdir / "dense", "dense") as model:
        model.metrics({"accuracy": 0.95, "size_bytes": 1e8})
    while len(made) < models:
        parent, depth = chance.choice([m for m in made if m[1] < 6])
        name, parameters = chance.choice(list(_OPERATIONS.items()))
        chosen = {key: chance.choice(values) for key, values in parameters.items()}
        model_id = f"{name}-{len(made)}"
        operation = cnc_summary.operation(name, **chosen)
        with cnc_summary.model(
            logdir / model_id, model_id, parents=parent, operation=operation
        ) as model:
            model.metrics({"accuracy": chance.random(), "size_bytes": chance.uniform(1e6, 1e8)})
        made.append((model_id, depth + 1))
